/**
 * Logarithm of the gamma function and its derivative, digamma, for x > 0, as composites of ops.
 *
 * In 32-bit floats the relative error is at most 5e-6 of either function for all x from 1e-3 to 1e9, also near their zeros
 * (1 and 2 of lgamma, 1.4616… of digamma), since these are factors: on [1, 3] each is a polynomial times its distances from the
 * zeros. Below 1 recurrences lead there; beyond 3 stands Stirling's series.
 *
 * Source: Abramowitz and Stegun, "Handbook of Mathematical Functions", 6.1.15, 6.1.41, 6.3.5 and 6.3.18; the polynomials are
 * least-squares fits at Chebyshev nodes, with a relative error of 2e-7.
 */
import type { Value } from './graph.js';
import type { OpBuilder } from './op-builder.js';

/** Of lgamma(x) / ((x − 1) (x − 2)) in powers of x − 2, on [1, 3]. */
const LGAMMA = [
  0.422784326, -0.100317273, 0.0329656257, -0.0123849751, 0.00499156091, -0.00210206158, 0.000944296622,
  -0.00042557137, 0.000130632441, -5.2419442e-5, 7.81756283e-5, -3.87342097e-5,
];

/** Of digamma(x) / (x − zero) in powers of x − 2, on [1, 3]. */
const DIGAMMA = [
  0.785307437, -0.260738606, 0.109007025, -0.0495605432, 0.0233671019, -0.0112649871, 0.00587804652,
  -0.00297863046, 0.000778513462, -0.000309428943, 0.000774999936, -0.000414669069,
];

/** 2 − the zero of digamma as a difference of two 32-bit floats, so that the distance from the zero is exact. */
const FROM_ZERO = [0.5383678674697876, 1.2438149843e-8] as const;

/** Coefficients, in powers of 1 / x², of Stirling's series for lgamma, times x, and for digamma. */
const STIRLING_LGAMMA = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680];
const STIRLING_DIGAMMA = [1 / 12, -1 / 120, 1 / 252, -1 / 240, 1 / 132];

/** log Γ(x), for x > 0. */
export function lgamma(b: OpBuilder, x: Value): Value {
  const { lifted, below, near, far, isFar } = regions(b, x);
  const middle = b.mul(b.mul(near, b.add(near, b.scalar(1))), polynomial(b, LGAMMA, near));
  // (x − 1/2) (log x − 1) + (log 2π − 1) / 2 + 1 / 12 x − …
  const inverse = b.reciprocal(far);
  const series = b.mul(inverse, polynomial(b, STIRLING_LGAMMA, b.square(inverse)));
  const growth = b.mul(b.sub(far, b.scalar(0.5)), b.sub(b.log(far), b.scalar(1)));
  const tail = b.add(growth, b.add(series, b.scalar((Math.log(2 * Math.PI) - 1) / 2)));
  return b.sub(b.where(isFar, tail, middle), b.where(below, b.log(lifted), b.scalar(0)));
}

/** d log Γ(x) / dx, for x > 0. */
export function digamma(b: OpBuilder, x: Value): Value {
  const { lifted, below, near, far, isFar } = regions(b, x);
  const distance = b.sub(b.add(near, b.scalar(FROM_ZERO[0])), b.scalar(FROM_ZERO[1]));
  const middle = b.mul(distance, polynomial(b, DIGAMMA, near));
  // log x − 1 / 2x − 1 / 12x² + …
  const inverse = b.reciprocal(far);
  const square = b.square(inverse);
  const series = b.add(b.mul(inverse, b.scalar(0.5)), b.mul(square, polynomial(b, STIRLING_DIGAMMA, square)));
  const tail = b.sub(b.log(far), series);
  return b.sub(b.where(isFar, tail, middle), b.where(below, b.reciprocal(lifted), b.scalar(0)));
}

interface Regions {
  readonly below: Value;
  /** x itself where it is below 1, else 1. */
  readonly lifted: Value;
  /** Distance of x, or of 1 + x where x is below 1, from 2: exact near the zeros; at most 1. */
  readonly near: Value;
  /** x, at least 3. */
  readonly far: Value;
  readonly isFar: Value;
}

/** Each region's variable is kept within the region, so that what is not chosen is finite. */
function regions(b: OpBuilder, x: Value): Regions {
  const [one, three] = [b.scalar(1), b.scalar(3)];
  const atLeastOne = b.greaterEqual(x, one);
  const below = b.equal(b.toFloat(atLeastOne), b.scalar(0));
  return {
    below,
    lifted: b.where(below, x, one),
    near: b.minimum(b.sub(x, b.where(below, one, b.scalar(2))), one),
    far: b.maximum(x, three),
    isFar: b.greaterEqual(x, three),
  };
}

function polynomial(b: OpBuilder, coefficients: readonly number[], x: Value): Value {
  return coefficients
    .slice(0, -1)
    .reduceRight<Value>(
      (sum, one) => b.add(b.mul(sum, x), b.scalar(one)),
      b.scalar(coefficients.at(-1) ?? 0),
    );
}
