/**
 * Permutations of n = 2³ or 3³ cells at the largest possible pairwise Hamming distance.
 *
 * Noroozi & Favaro (ECCV 2016, section 3.1) choose permutations greedily for large Hamming distance. For a prime
 * power n the optimum is known in closed form: the affine maps x → a·x + b (a ≠ 0) of the field with n elements.
 * Two of them agree in at most one point, since (a − a')·x = b' − b has at most one solution; so n·(n − 1)
 * permutations lie pairwise at distance ≥ n − 1, and the n translations (a = 1) at distance n. More than n
 * permutations cannot all be n apart, since two of them must send cell 0 to the same place: both are optimal.
 */
import { rngOf } from '../src/core/random.js';

/** A field whose elements are 0 … n − 1, read as polynomials over GF(p) with digits in base p. */
interface Field {
  readonly size: number;
  add(a: number, b: number): number;
  multiply(a: number, b: number): number;
}

/** GF(p³) modulo the monic irreducible x³ + c₂x² + c₁x + c₀, `modulus` = [c₀, c₁, c₂]. */
function cubicField(p: number, modulus: readonly [number, number, number]): Field {
  const digits = (a: number): number[] => [a % p, Math.floor(a / p) % p, Math.floor(a / (p * p))];
  const number = (d: readonly number[]): number =>
    d.reduceRight((value, digit) => value * p + (((digit % p) + p) % p), 0);
  return {
    size: p ** 3,
    add: (a, b) => number(digits(a).map((digit, i) => digit + (digits(b)[i] ?? 0))),
    multiply: (a, b) => {
      const product = [0, 0, 0, 0, 0];
      digits(a).forEach((x, i) =>
        digits(b).forEach((y, j) => (product[i + j] = (product[i + j] ?? 0) + x * y)),
      );
      for (let degree = 4; degree >= 3; degree--) {
        const top = (product[degree] ?? 0) % p;
        modulus.forEach((c, i) => {
          product[degree - 3 + i] = (product[degree - 3 + i] ?? 0) - top * c;
        });
      }
      return number(product.slice(0, 3));
    },
  };
}

const fields: Readonly<Record<2 | 3, Field>> = {
  2: cubicField(2, [1, 1, 0]),
  3: cubicField(3, [1, 2, 0]),
};

/** Number of permutations of grid³ cells at distance ≥ grid³ − 1. */
export function permutationLimit(grid: 2 | 3): number {
  const n = grid ** 3;
  return n * (n - 1);
}

/**
 * `count` permutations of grid³ cells; `result[k][place]` is the cell shown at `place`.
 *
 * Cells and places are relabelled by a fixed shuffle, which keeps all distances but hides the field's structure
 * (translations of GF(2³) would otherwise be mirror images of the grid).
 */
export function permutations(grid: 2 | 3, count: number): readonly (readonly number[])[] {
  const field = fields[grid];
  const cells = Array.from({ length: field.size }, (_, i) => i);
  const places = rngOf('jigsaw3d', 'places', grid).shuffle(cells);
  const labels = rngOf('jigsaw3d', 'labels', grid).shuffle(cells);
  return Array.from({ length: count }, (_, k) => {
    const factor = 1 + Math.floor(k / field.size);
    const offset = k % field.size;
    const permutation = new Array<number>(field.size);
    for (const x of cells) {
      permutation[places[x] ?? 0] = labels[field.add(field.multiply(factor, x), offset)] ?? 0;
    }
    return permutation;
  });
}
