/**
 * The matrices of minimal filtering along one axis: m outputs of a filter of r taps from n = m + r − 1 products.
 *
 * For n − 1 points αⱼ (and the point at infinity), fⱼ = Π over l ≠ j of (αⱼ − αₗ):
 *
 *   y = A [(G g) ⊙ (B d)],   Gⱼₖ = αⱼᵏ / fⱼ,   Bⱼ = the coefficients of Π over l ≠ j of (x − αₗ),   Aᵢⱼ = αⱼⁱ
 *
 * Sources: Winograd, "Arithmetic Complexity of Computations" (1980); Lavin & Gray, "Fast Algorithms for Convolutional
 * Neural Networks" (2016, arXiv 1509.09308). The order of the points follows Barabasz et al., "Error Analysis and
 * Improving the Accuracy of Winograd Convolution for Deep Neural Networks" (2020, arXiv 1803.10986).
 */

/** Rows of numbers. */
export type Matrix = readonly (readonly number[])[];

export interface Winograd {
  /** `[m, n]`. */
  readonly outputs: Matrix;
  /** `[n, r]`. */
  readonly filter: Matrix;
  /** `[n, n]`. */
  readonly inputs: Matrix;
}

const POINTS = [0, -1, 1, 0.5, -2];

/** The largest n for which points are known. */
export const MOST_PRODUCTS = POINTS.length + 1;

export function winograd(m: number, r: number): Winograd {
  const n = m + r - 1;
  if (n > MOST_PRODUCTS) throw new Error(`at most ${MOST_PRODUCTS} products have points, not ${n}`);
  const points = POINTS.slice(0, n - 1);
  const others = (j: number): number[] => points.filter((_, l) => l !== j);
  const factor = (j: number): number =>
    others(j).reduce((product, point) => product * ((points[j] ?? 0) - point), 1);
  const last = (length: number): number[] => Array.from({ length }, (_, i) => (i === length - 1 ? 1 : 0));
  return {
    outputs: Array.from({ length: m }, (_, i) => [...points.map((p) => p ** i), i === m - 1 ? 1 : 0]),
    filter: [...points.map((p, j) => Array.from({ length: r }, (_, k) => p ** k / factor(j))), last(r)],
    inputs: [...points.map((_, j) => [...coefficients(others(j)), 0]), coefficients(points)],
  };
}

/** Coefficients of Π (x − root), the constant first. */
function coefficients(roots: readonly number[]): number[] {
  return roots.reduce<number[]>(
    (product, root) =>
      Array.from({ length: product.length + 1 }, (_, k) => (product[k - 1] ?? 0) - root * (product[k] ?? 0)),
    [1],
  );
}
