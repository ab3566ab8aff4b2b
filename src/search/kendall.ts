/**
 * Kendall's rank correlation τ-b: the share of pairs that two lists order alike less the share that they order the other
 * way, pairs that are equal in either left out of its scale.
 *
 * Source: Kendall, "The Treatment of Ties in Ranking Problems", Biometrika 1945.
 */

/** In [−1, 1]; 0 where one of the lists is constant. */
export function kendall(a: readonly number[], b: readonly number[]): number {
  let [balance, differA, differB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    for (let j = 0; j < i; j++) {
      const [x, y] = [compare(a, i, j), compare(b, i, j)];
      balance += x * y;
      differA += Math.abs(x);
      differB += Math.abs(y);
    }
  }
  return differA === 0 || differB === 0 ? 0 : balance / Math.sqrt(differA * differB);
}

function compare(values: readonly number[], i: number, j: number): number {
  return Math.sign((values[i] ?? 0) - (values[j] ?? 0));
}
