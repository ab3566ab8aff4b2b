/**
 * A number as a linear function of features, by ridge regression in float64.
 *
 * Steps of an optimiser leave a linear head of few rows and many columns where they happen to stop, and far from the rows it
 * then extrapolates at will. So where no penalty is given, one is chosen by leaving out each patient in turn, which also works
 * where columns are as many as rows, or more.
 */
import { UserError } from '../../core/errors.js';
import {
  crossValidated,
  ridgeRegression,
  type RidgeFit,
  type RowGroup,
} from '../../core/linear-algebra/ridge.js';
import { meanOf } from '../../core/statistics/descriptive.js';
import { tensor, type Tensor } from '../../core/tensor.js';
import type { Solution } from '../head.js';

/** Ridges that are tried, strongest first, in units of the mean variance along the directions that rows span. */
const RIDGES = Array.from({ length: 17 }, (_, i) => 10 ** (4 - i / 2));
/** Share by which a weaker ridge must be better: below it is rounding, as where two rows tell nothing of it. */
const BETTER = 1e-6;
/** A deviation that is but a rounding of float32, as a share of the largest value. */
const ROUNDING = 1e-7;

/**
 * The weights and bias at which mean((target − w·x − bias)²) + penalty · ½‖w‖² is least; constant columns get the weight 0.
 * `targets`: in units of their deviation, mean 0. `penalty` undefined: chosen from the rows. `patients`: whose each row is; absent:
 * each is another's.
 */
export function solveValue(
  { shape: [rows = 0, width = 0], data }: Tensor,
  targets: readonly number[],
  penalty: number | undefined,
  patients?: readonly string[],
): Solution {
  const all = Array.from({ length: width }, (_, column) => centred(data, rows, width, column));
  const kept = all.filter(({ constant }) => !constant);
  const middle = meanOf(targets);
  const weights = new Float64Array(width);
  let chosen: number | undefined;
  if (kept.length > 0) {
    const columns = kept.map(({ values }) => values);
    const goal = Float64Array.from(targets, (target) => target - middle);
    const fit: Chosen =
      penalty === undefined
        ? chosenFit(columns, goal, patients && groupsOf(patients))
        : givenFit(columns, goal, penalty);
    chosen = fit.penalty;
    let next = 0;
    all.forEach(({ constant }, column) => {
      if (!constant) weights[column] = fit.weights[next++] ?? NaN;
    });
  }
  const bias = all.reduce((sum, { mean }, column) => sum - mean * (weights[column] as number), middle);
  return {
    weights: {
      'head.fc.weight': tensor([1, width], Float32Array.from(weights)),
      'head.fc.bias': tensor([1], Float32Array.of(bias)),
    },
    ...(chosen !== undefined && { penalty: chosen }),
  };
}

/** A fit with its penalty, where that was chosen. */
type Chosen = RidgeFit & { readonly penalty?: number };

/** Rows of each patient. */
function groupsOf(patients: readonly string[]): RowGroup[] {
  const groups = new Map<string, number[]>();
  patients.forEach((patient, row) => {
    const own = groups.get(patient);
    if (own === undefined) groups.set(patient, [row]);
    else own.push(row);
  });
  return [...groups.values()];
}

/** The ridge whose error on rows left out is least; of equal ones the strongest. */
function chosenFit(
  columns: readonly Float64Array[],
  targets: Float64Array,
  groups: readonly RowGroup[] | undefined,
): Chosen {
  const rows = targets.length;
  const squares = columns.reduce((sum, column) => sum + column.reduce((all, x) => all + x ** 2, 0), 0);
  const unit = squares / Math.min(Math.max(rows - 1, 1), columns.length);
  const fitAt = ridgeRegression(columns, targets, groups);
  const fits = RIDGES.map((ridge) => ({ ...fitAt(ridge * unit), penalty: (2 * ridge * unit) / rows }));
  return fits.reduce((best, fit) => (crossValidated(fit) < (1 - BETTER) * crossValidated(best) ? fit : best));
}

function givenFit(columns: readonly Float64Array[], targets: Float64Array, penalty: number): RidgeFit {
  const rows = targets.length;
  if (penalty === 0 && columns.length >= rows)
    refuse(`${rows} rows do not tell the weights of ${columns.length} columns`);
  const fit = ridgeRegression(columns, targets)((rows * penalty) / 2);
  if (penalty === 0 && fit.unidentified !== undefined)
    refuse('a column of the features follows from the columns before it');
  return fit;
}

function centred(data: Float32Array, rows: number, width: number, column: number) {
  const values = Float64Array.from({ length: rows }, (_, row) => data[row * width + column] ?? NaN);
  const mean = meanOf([...values]);
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  for (let row = 0; row < rows; row++) values[row] = (values[row] as number) - mean;
  const deviation = Math.sqrt(meanOf(Array.from(values, (value) => value ** 2)));
  return { values, mean, constant: deviation <= ROUNDING * largest };
}

function refuse(problem: string): never {
  throw new UserError({
    subject: 'least squares of head value',
    problem: `${problem}, so that they are not identified`,
    fix: 'leave "penalty" of "training" out, so that one is chosen, or set one above 0',
  });
}
