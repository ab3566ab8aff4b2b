/**
 * Fusion `meta`: a model of the scan and a model of the table, and a third that learns from what both tell.
 *
 * The third learns from answers for rows that its parts were not fitted on: the training rows are divided into folds, and each
 * is answered for by parts fitted on the others (Wolpert, "Stacked generalization", Neural Networks 1992). Held-out and further
 * rows are answered for by parts fitted on all training rows.
 */
import { present } from '../../core/errors.js';
import { tensor, type Tensor, type TensorMap } from '../../core/tensor.js';
import type { Cohort } from '../../downstream/cohort/cohort.js';
import type { FitResult, FitUnit, ModelInputs } from '../../workers/fits/unit.js';
import type { DivideRows } from './divide.js';
import { alone, keyOf, type ModelSpec } from './model-spec.js';

const FOLDS = 3;
const PARTS = ['scan', 'table'] as const;

export interface StackParts {
  readonly units: readonly FitUnit[];
  /** For each part: those that answer for training rows, and the one for all others. */
  readonly byPart: readonly { readonly inner: readonly FitUnit[]; readonly outer: FitUnit }[];
}

export function partsOf(spec: ModelSpec, divide: DivideRows): StackParts {
  const folds = divide(spec.train, FOLDS, `${spec.name}/parts`);
  const byPart = PARTS.map((part) => ({
    inner: folds.map((fold, index) => {
      const held = new Set(fold);
      const train = spec.train.filter((row) => !held.has(row));
      return partUnit(spec, part, `inner-${index + 1}/${part}`, { train, answer: fold });
    }),
    outer: partUnit(spec, part, part, { train: spec.train, answer: spec.answer }),
  }));
  return { units: byPart.flatMap(({ inner, outer }) => [...inner, outer]), byPart };
}

function partUnit(
  { name, task, inputs, heldOut, exact, times }: ModelSpec,
  part: (typeof PARTS)[number],
  own: string,
  rows: Pick<FitUnit, 'train' | 'answer'>,
): FitUnit {
  const { features, encoder } = inputs;
  const scan: ModelInputs = { covariates: false, ...(features && { features }), ...(encoder && { encoder }) };
  const full = `${name}/parts/${own}`;
  return {
    name: full,
    task: alone(task),
    inputs: part === 'scan' ? scan : { covariates: true },
    heldOut,
    exact,
    ...(times && { times }),
    ...rows,
    key: keyOf(task, full),
  };
}

/** What the parts tell of each row of the cohort, `[rows, columns]`; zeros for rows that the model has nothing to do with. */
export function stackedFeatures(
  { train, answer }: ModelSpec,
  { byPart }: StackParts,
  read: (unit: FitUnit) => FitResult,
  { rows: { length: count } }: Cohort,
): Tensor {
  const trained = new Set(train);
  const parts = byPart.map(({ inner, outer }) => {
    const rows = new Map<number, readonly number[]>();
    for (const unit of inner) tell(unit, read(unit), unit.answer, rows);
    tell(
      outer,
      read(outer),
      answer.filter((row) => !trained.has(row)),
      rows,
    );
    return rows;
  });
  const told = (row: number): readonly number[] => parts.flatMap((part) => part.get(row) ?? []);
  const width = told(present(train[0], 'a training row')).length;
  const data = new Float32Array(count * width);
  for (let row = 0; row < count; row++) data.set(told(row), row * width);
  return tensor([count, width], data);
}

function tell(
  unit: FitUnit,
  { answers }: FitResult,
  wanted: readonly number[],
  into: Map<number, readonly number[]>,
): void {
  const place = new Map(unit.answer.map((row, index) => [row, index]));
  for (const row of wanted) into.set(row, columnsOf(answers, present(place.get(row), `row ${row}`)));
}

/** Probabilities are no closer than this to 0 and 1, since a row may be nearly certain. */
const LEAST = 1e-6;

/** Log odds against the first class, the value, or the risk. */
function columnsOf(answers: TensorMap, row: number): readonly number[] {
  const { probabilities, value, risk } = answers;
  if (probabilities !== undefined) {
    const classes = probabilities.shape[1] ?? 0;
    const logs = Array.from({ length: classes }, (_, k) =>
      Math.log(Math.max(LEAST, probabilities.data[row * classes + k] ?? 0)),
    );
    return logs.slice(1).map((log) => log - (logs[0] ?? 0));
  }
  return [present(value ?? risk, 'a value or a risk').data[row] ?? 0];
}
