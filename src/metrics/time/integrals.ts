/**
 * Integrals of values that are known at ascending places.
 */

/** By the trapezoidal rule; 0 of fewer than two values. */
export function trapezoid(values: readonly number[], places: readonly number[]): number {
  let sum = 0;
  for (let i = 1; i < values.length; i++) sum += strip(values, places, i);
  return sum;
}

/**
 * By Simpson's rule on evenly spaced places. Of an even number of them the mean of two ways, with the trapezoidal rule on the last
 * and on the first interval, as SciPy's `simps` did when pycox was written (`even='avg'`).
 */
export function simpson(values: readonly number[], places: readonly number[]): number {
  const n = values.length;
  if (n < 3) return trapezoid(values, places);
  if (n % 2 === 1) return parabolas(values, places, 0, n - 1);
  const lastFlat = parabolas(values, places, 0, n - 2) + strip(values, places, n - 1);
  const firstFlat = parabolas(values, places, 1, n - 1) + strip(values, places, 1);
  return (lastFlat + firstFlat) / 2;
}

function strip(values: readonly number[], places: readonly number[], i: number): number {
  const width = (places[i] as number) - (places[i - 1] as number);
  return (width * ((values[i] as number) + (values[i - 1] as number))) / 2;
}

function parabolas(values: readonly number[], places: readonly number[], from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i += 2) {
    const [a, b, c] = [values[i] as number, values[i + 1] as number, values[i + 2] as number];
    sum += (((places[i + 2] as number) - (places[i] as number)) / 6) * (a + 4 * b + c);
  }
  return sum;
}
