/**
 * Calibration slope and intercept of the probability of the second of two classes, by logistic recalibration.
 *
 * Slope: the b of logit P(class) = a + b · logit p, 1 for a calibrated model, below 1 for one whose probabilities are too far
 * apart. Intercept ("calibration in the large"): the a with b fixed to 1, 0 for a calibrated model, above 0 for one that tells
 * too little risk. Probabilities are kept 1e-9 away from 0 and 1.
 *
 * Sources: Cox, "Two Further Applications of a Model for Binary Regression", Biometrika 1958; Van Calster, McLernon, van
 * Smeden, Wynants and Steyerberg, "Calibration: the Achilles Heel of Predictive Analytics", BMC Medicine 2019.
 */
import { refused, type Finding, type Statistic } from '../finding.js';
import type { ClassOutcome } from '../outcome-table.js';

/** That of 1 − 1e-9. */
const MOST_LOGIT = Math.log(1e9 - 1);
const MOST_STEPS = 100;
const SMALLEST_STEP = 1e-9;
const TOLERANCE = 1e-10;

/** Calibration slope; refused where a class is absent, all probabilities are equal, or they separate the classes. */
export function calibrationSlope(outcome: ClassOutcome): Statistic {
  return recalibrated(outcome, (rows, [others, hits]) => {
    if (Math.min(hits[0], others[0]) === Math.max(hits[1], others[1])) {
      return refused('all probabilities are equal, so that no slope follows from them');
    }
    if (hits[0] >= others[1] || hits[1] <= others[0]) {
      return refused('the probabilities separate the classes, so that the slope is infinite');
    }
    const fit = maximise(rows, true);
    return fit === null ? refused('the fit of the slope did not converge') : { value: fit[1] };
  });
}

/** Calibration intercept with slope 1; refused where a class is absent. */
export function calibrationIntercept(outcome: ClassOutcome): Statistic {
  return recalibrated(outcome, (rows) => {
    const fit = maximise(rows, false);
    return fit === null ? refused('the fit of the intercept did not converge') : { value: fit[0] };
  });
}

interface Rows {
  readonly logits: Float64Array;
  /** 1 for rows of the second class. */
  readonly labels: ArrayLike<number>;
  readonly weights: Float64Array;
}

type Range = [least: number, most: number];

/** A statistic of rows of both classes, and of the ranges of their logits, first class and second. */
function recalibrated(
  { names, labels, probabilities }: ClassOutcome,
  fit: (rows: Rows, ranges: readonly [Range, Range]) => Finding,
): Statistic {
  if (names.length !== 2) return () => refused(`is defined for two classes, not for ${names.length}`);
  const logits = Float64Array.from(probabilities, (row) => logit(row[1] as number));
  return (weights) => {
    const ranges: [Range, Range] = [
      [Infinity, -Infinity],
      [Infinity, -Infinity],
    ];
    for (let row = 0; row < logits.length; row++) {
      if (weights[row] === 0) continue;
      const range = ranges[labels[row] === 1 ? 1 : 0];
      range[0] = Math.min(range[0], logits[row] as number);
      range[1] = Math.max(range[1], logits[row] as number);
    }
    const absent = ranges.findIndex(([least, most]) => least > most);
    if (absent >= 0) return refused(`no row is of class "${names[absent]}"`);
    return fit({ logits, labels, weights }, ranges);
  };
}

function logit(p: number): number {
  return Math.max(-MOST_LOGIT, Math.min(MOST_LOGIT, Math.log(p) - Math.log1p(-p)));
}

/** Intercept and slope of the highest likelihood, by Newton's method with steps halved until they climb; slope 1 if fixed. */
function maximise(rows: Rows, withSlope: boolean): readonly [number, number] | null {
  let at = climb(rows, [0, 1], withSlope);
  for (let step = 0; step < MOST_STEPS; step++) {
    // Where so little is to be gained, one more step ends nearer than sums can tell.
    if (at.promise < TOLERANCE * (1 - at.height)) return [at.place[0] + at.move[0], at.place[1] + at.move[1]];
    for (let size = 1; ; size /= 2) {
      if (size < SMALLEST_STEP) return null;
      const next = climb(rows, [at.place[0] + size * at.move[0], at.place[1] + size * at.move[1]], withSlope);
      if (!(next.height >= at.height)) continue;
      at = next;
      break;
    }
  }
  return null;
}

interface Climb {
  /** Intercept and slope. */
  readonly place: readonly [number, number];
  /** Log likelihood there. */
  readonly height: number;
  /** Newton's step from there, and twice the rise that it promises. */
  readonly move: readonly [number, number];
  readonly promise: number;
}

function climb(
  { logits, labels, weights }: Rows,
  place: readonly [number, number],
  withSlope: boolean,
): Climb {
  const [a, b] = place;
  let [height, g0, g1, h00, h01, h11] = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < logits.length; i++) {
    const weight = weights[i] as number;
    if (weight === 0) continue;
    const x = logits[i] as number;
    const label = labels[i] as number;
    const z = a + b * x;
    const shrunk = Math.exp(-Math.abs(z));
    const p = (z >= 0 ? 1 : shrunk) / (1 + shrunk);
    height += weight * (label * z - Math.max(z, 0) - Math.log1p(shrunk));
    // 1 − p without the rounding of a difference.
    const other = (z >= 0 ? shrunk : 1) / (1 + shrunk);
    const residual = weight * (label === 1 ? other : -p);
    const curvature = weight * p * other;
    g0 += residual;
    g1 += residual * x;
    h00 += curvature;
    h01 += curvature * x;
    h11 += curvature * x * x;
  }
  if (!withSlope) return { place, height, move: [g0 / h00, 0], promise: (g0 * g0) / h00 };
  const determinant = h00 * h11 - h01 * h01;
  const move = [(h11 * g0 - h01 * g1) / determinant, (h00 * g1 - h01 * g0) / determinant] as const;
  return { place, height, move, promise: move[0] * g0 + move[1] * g1 };
}
