/**
 * Sums of all weights up to a rank, while weights are added: both in logarithmic time (Fenwick, "A New Data Structure for
 * Cumulative Frequency Tables", Software: Practice and Experience 1994).
 */
export class FenwickTree {
  readonly #sums: Float64Array;
  /** All weights together. */
  total = 0;

  constructor(size: number) {
    this.#sums = new Float64Array(size + 1);
  }

  clear(): void {
    this.#sums.fill(0);
    this.total = 0;
  }

  /** Adds a weight at a rank, counted from 0. */
  add(rank: number, weight: number): void {
    const sums = this.#sums;
    for (let i = rank + 1; i < sums.length; i += i & -i) sums[i] = (sums[i] as number) + weight;
    this.total += weight;
  }

  /** Sum of the weights at ranks below `rank`. */
  below(rank: number): number {
    let sum = 0;
    for (let i = rank; i > 0; i -= i & -i) sum += this.#sums[i] as number;
    return sum;
  }
}
