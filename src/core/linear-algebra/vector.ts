/**
 * Products of vectors.
 */

/** Inner product of two vectors of equal length, added in float64 from the first element to the last. */
export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}
