/**
 * From what models told of rows to the table of predictions: each row is answered for once.
 */
import { present } from '../../core/errors.js';
import type { Tensor } from '../../core/tensor.js';
import type { Cohort } from '../../downstream/cohort/cohort.js';
import type { PredictionRow, PredictionTable } from '../../downstream/predictions/table.js';
import type { Targets } from '../../downstream/targets.js';
import type { Outcome } from '../../metrics/outcome-table.js';
import type { Fitted } from './fit-models.js';
import { calibrated } from './calibration.js';
import type { ModelSpec } from './model-spec.js';

/** A fitted model with the rows that it answers for in the table. */
export interface Answering {
  readonly spec: ModelSpec;
  readonly result: Fitted;
  readonly rows: readonly number[];
  /** Null outside of cross-validation. */
  readonly fold: number | null;
  /** Of probabilities; absent where nothing was calibrated. */
  readonly temperature?: number;
}

/** What is told of one row. */
interface Told {
  readonly by: Answering;
  /** Place of the row among the model's answers. */
  readonly at: number;
}

export function predictionTable(cohort: Cohort, answering: readonly Answering[]): PredictionTable {
  const told = new Map<number, Told>();
  for (const by of answering) {
    const place = new Map(by.spec.answer.map((row, index) => [row, index]));
    for (const row of by.rows) told.set(row, { by, at: present(place.get(row), `answer for row ${row}`) });
  }
  const rows = [...told.keys()].sort((a, b) => a - b);
  const all = rows.map((row) => present(told.get(row), `row ${row}`));
  const uncertainty = all.map((one) => valueAt(one, 'uncertainty'));
  const raw = rawOf(cohort.targets, all);
  return {
    rows: rows.map((row, index) => rowOf(cohort, row, all[index]?.by.fold ?? null)),
    outcome: outcomeOf(cohort.targets, rows, all),
    ...(raw === undefined ? {} : { raw }),
    ...(uncertainty.every((one) => one !== undefined) ? { uncertainty } : {}),
    groups: Object.fromEntries(
      Object.entries(cohort.groups).map(([name, values]) => [name, rows.map((row) => values[row] ?? null)]),
    ),
  };
}

function rowOf({ rows }: Cohort, row: number, fold: number | null): PredictionRow {
  const { patient, path, split } = present(rows[row], `row ${row}`);
  return { patient, path, split: split ?? 'train', fold };
}

function outcomeOf(targets: Targets, rows: readonly number[], all: readonly Told[]): Outcome {
  const own = (values: readonly number[]): number[] => rows.map((row) => values[row] ?? NaN);
  switch (targets.kind) {
    case 'classes':
      return {
        kind: 'classes',
        names: targets.names,
        labels: own(targets.labels),
        probabilities: all.map((one) => calibrated(listAt(one, 'probabilities') ?? [], one.by.temperature)),
      };
    case 'value':
      return {
        kind: 'value',
        values: own(targets.values),
        predictions: all.map((one) => present(valueAt(one, 'value'), 'a value')),
      };
    case 'time': {
      const times = all[0]?.by.spec.times;
      const curves = all.map((one) => listAt(one, 'survival'));
      return {
        kind: 'time',
        times: own(targets.times),
        events: own(targets.events),
        risk: all.map((one) => present(valueAt(one, 'risk'), 'a risk')),
        ...(times !== undefined && curves.every((curve) => curve !== undefined)
          ? { survival: { times, curves } }
          : {}),
      };
    }
  }
}

/** Probabilities as the head told them, where any model is calibrated. */
function rawOf({ kind }: Targets, all: readonly Told[]): PredictionTable['raw'] {
  if (kind !== 'classes' || all.every(({ by }) => by.temperature === undefined)) return undefined;
  return all.map((one) => listAt(one, 'probabilities') ?? []);
}

function valueAt({ by, at }: Told, name: string): number | undefined {
  return by.result.answers[name]?.data[at];
}

function listAt({ by, at }: Told, name: string): readonly number[] | undefined {
  const found: Tensor | undefined = by.result.answers[name];
  if (found === undefined) return undefined;
  const width = found.shape[1] ?? 1;
  return [...found.data.subarray(at * width, (at + 1) * width)];
}
