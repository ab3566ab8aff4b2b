/**
 * Classes by a linear head that is solved exactly: softmax regression with a ridge, which is chosen on patients that are left out
 * where the task gives none.
 *
 * Source: le Cessie and van Houwelingen, "Ridge estimators in logistic regression", Applied Statistics 1992, who choose the ridge
 * by cross-validation, too.
 */
import { softmaxLosses, softmaxRegression } from '../../core/linear-algebra/softmax-regression.js';
import { meanOf } from '../../core/statistics/descriptive.js';
import { tensor } from '../../core/tensor.js';
import type { Solution } from '../head.js';
import type { ClassTargets } from '../targets.js';

/** Ridges that are tried, strongest first, in units of the mean variance along the directions that rows span. */
const RIDGES = Array.from({ length: 13 }, (_, i) => 10 ** (3 - i / 2));
const FOLDS = 5;
/** Share by which a weaker ridge must be better. */
const BETTER = 1e-6;

export interface ClassRows {
  /** Standardised features `[N][F]`. */
  readonly rows: readonly Float64Array[];
  readonly targets: ClassTargets;
  /** Whose each row is; rows of one patient are left out together. */
  readonly patients: readonly string[];
}

/** Weights at which the mean of −log p of the classes + penalty · ½‖w‖² is least. `penalty` undefined: chosen from the rows. */
export function solveClasses(given: ClassRows, penalty: number | undefined): Solution {
  const { rows, targets } = given;
  const classes = targets.names.length;
  const ridge = penalty === undefined ? chosenRidge(given) : penalty * rows.length;
  const found = softmaxRegression({ rows, labels: targets.labels, classes }, ridge);
  const width = rows[0]?.length ?? 0;
  const part = (first: number, count: number): number[] =>
    Array.from({ length: classes }, (_, k) => [
      ...found.subarray(k * (width + 1) + first, k * (width + 1) + first + count),
    ]).flat();
  return {
    weights: {
      'head.fc.weight': tensor([classes, width], Float32Array.from(part(0, width))),
      'head.fc.bias': tensor([classes], Float32Array.from(part(width, 1))),
    },
    ...(penalty === undefined && { penalty: ridge / rows.length }),
  };
}

/** The ridge whose loss on patients left out is least; of equal ones the strongest. */
function chosenRidge(given: ClassRows): number {
  const unit = unitOf(given.rows);
  const scales = trialsOf(given).map((trial) => lossesOf(trial, unit));
  const losses = RIDGES.map((_, at) => meanOf(scales.flatMap((losses) => losses[at] ?? [])));
  // Without a trial nothing speaks for a weaker one.
  const best = losses.reduce(
    (found, loss, at) => (loss < (1 - BETTER) * (losses[found] ?? 0) ? at : found),
    0,
  );
  return (RIDGES[best] ?? NaN) * unit;
}

/** Rows to learn from, and rows that are left out. */
interface Trial {
  readonly learned: ClassRows;
  readonly left: ClassRows;
}

/** Of each ridge, the losses of the rows left out. */
function lossesOf({ learned, left }: Trial, unit: number): number[][] {
  const classes = learned.targets.names.length;
  const dataOf = ({ rows, targets: { labels } }: ClassRows) => ({ rows, labels, classes });
  let weights: Float64Array | undefined;
  return RIDGES.map((ridge) => {
    weights = softmaxRegression(dataOf(learned), ridge * unit, weights);
    return softmaxLosses(dataOf(left), weights);
  });
}

/** Each fold has its share of the patients of each class; folds whose other rows lack a class tell nothing. */
function trialsOf(given: ClassRows): Trial[] {
  const { targets, patients } = given;
  const folds = new Map<string, number>();
  targets.names.forEach((_, label) => {
    patients.forEach((patient, row) => {
      if (targets.labels[row] === label && !folds.has(patient)) folds.set(patient, folds.size % FOLDS);
    });
  });
  return Array.from({ length: FOLDS }, (_, fold) => {
    const isLeft = patients.map((patient) => folds.get(patient) === fold);
    return {
      learned: pick(given, (row) => isLeft[row] !== true),
      left: pick(given, (row) => isLeft[row] === true),
    };
  }).filter(
    ({ learned, left }) =>
      left.rows.length > 0 && new Set(learned.targets.labels).size === targets.names.length,
  );
}

function pick({ rows, targets, patients }: ClassRows, isTaken: (row: number) => boolean): ClassRows {
  const taken = <T>(values: readonly T[]): T[] => values.filter((_, row) => isTaken(row));
  return {
    rows: taken(rows),
    targets: { ...targets, labels: taken(targets.labels) },
    patients: taken(patients),
  };
}

/** Sum of squares along a mean direction of those that rows span. */
function unitOf(rows: readonly Float64Array[]): number {
  const squares = rows.reduce((sum, row) => sum + row.reduce((all, x) => all + x ** 2, 0), 0);
  return squares / Math.max(1, Math.min(rows.length - 1, rows[0]?.length ?? 0)) || 1;
}
