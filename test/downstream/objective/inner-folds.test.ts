/**
 * Scores of frozen features by inner folds, against concordance counted pair by pair.
 */
import { describe, expect, it } from 'vitest';
import { rngOf } from '../../../src/core/random.js';
import { tensor, type Tensor } from '../../../src/core/tensor.js';
import { heads } from '../../../src/downstream/heads/index.js';
import {
  answerByFolds,
  outcomeTable,
  type InnerFolds,
} from '../../../src/downstream/objective/inner-folds.js';
import { objectiveMetricOf } from '../../../src/downstream/objective/metrics.js';
import { objectiveScore } from '../../../src/downstream/objective/score.js';
import type { InnerFold } from '../../../src/downstream/objective/outcome-set.js';
import type { TimeTargets } from '../../../src/downstream/targets.js';
import { parseTask } from '../../../src/downstream/task-file.js';
import { onnxEngine } from '../../../src/engines/onnx/index.js';
import type { OutcomeTable } from '../../../src/metrics/outcome-table.js';

const ROWS = 48;
const rows = [...Array(ROWS).keys()];
const COLUMNS = 3;

/** Features of which the first shortens times. */
const features = ((): Tensor => {
  const rng = rngOf('inner folds');
  return tensor(
    [ROWS, COLUMNS],
    Float32Array.from({ length: ROWS * COLUMNS }, () => rng.normal()),
  );
})();
const signal = rows.map((row) => features.data[row * COLUMNS] ?? 0);

const targets: TimeTargets = {
  kind: 'time',
  times: signal.map((value, row) => Math.exp(-1.5 * value) * (1 + (row % 5))),
  events: rows.map((row) => (row % 3 === 0 ? 0 : 1)),
};

const folds: readonly InnerFold[] = [0, 1].map((fold) => ({
  answer: rows.filter((row) => row % 2 === fold),
  train: rows.filter((row) => row % 2 !== fold),
  heldOut: [],
}));

function jobOf(head: string, change: Partial<InnerFolds> = {}): InnerFolds {
  const found = heads[head];
  if (found === undefined) throw new Error(`no head ${head}`);
  return {
    task: parseTask({ head, training: { steps: 200 } }, 'a task'),
    head: found,
    features,
    set: { targets, patients: rows, folds },
    key: ['test'],
    place: { engine: onnxEngine, device: 'cpu', threads: 1 },
    interrupted: () => false,
    ...change,
  };
}

/** Pairs of a fold of which one's event is known to come first, counted one by one, and the mean over folds. */
function concordance({ outcome, folds: foldOf }: OutcomeTable): number {
  if (outcome.kind !== 'time') throw new Error('needs times');
  const { times, events, risk } = outcome;
  const at = (values: readonly number[], row: number): number => values[row] ?? NaN;
  const shares = folds.map((_, fold) => {
    const own = rows.filter((row) => foldOf[row] === fold);
    const right = own
      .flatMap((a) =>
        own.filter((b) => at(events, a) === 1 && at(times, a) < at(times, b)).map((b) => [a, b] as const),
      )
      .map(([a, b]) => (at(risk, a) > at(risk, b) ? 1 : at(risk, a) === at(risk, b) ? 0.5 : 0));
    return right.reduce<number>((sum, one) => sum + one, 0) / right.length;
  });
  return shares.reduce((sum, one) => sum + one, 0) / shares.length;
}

describe('answers by inner folds', () => {
  it.each(['cox', 'logistic-hazard'])(
    'of head %s rank patients by what their features tell',
    async (head) => {
      const table = await answerByFolds(jobOf(head));
      if (table === null) throw new Error('no answers');
      const { overall } = objectiveScore(table, 'harrell', undefined);
      expect(overall).toBeCloseTo(concordance(table), 12);
      expect(overall).toBeGreaterThan(0.7);
    },
  );

  it('are the same each time, and come from the other folds alone', async () => {
    const [table, again] = [await answerByFolds(jobOf('cox')), await answerByFolds(jobOf('cox'))];
    expect(again).toEqual(table);
    // Other outcomes of a fold change no answer within it.
    const own = new Set(folds[0]?.answer);
    const events = targets.events.map((event, row) => (own.has(row) ? 1 - event : event));
    const changed = await answerByFolds(
      jobOf('cox', { set: { targets: { ...targets, events }, patients: rows, folds } }),
    );
    const risks = [table, changed].map((one) => (one?.outcome.kind === 'time' ? one.outcome.risk : []));
    for (const row of rows) {
      if (own.has(row)) expect(risks[1]?.[row]).toBe(risks[0]?.[row]);
      else expect(risks[1]?.[row]).not.toBe(risks[0]?.[row]);
    }
  });

  it('of an exact head need a penalty where features follow from each other', async () => {
    const twice = tensor(
      [ROWS, 2 * COLUMNS],
      Float32Array.from({ length: 2 * ROWS * COLUMNS }, (_, i) => {
        return features.data[Math.floor(i / (2 * COLUMNS)) * COLUMNS + (i % COLUMNS)] ?? 0;
      }),
    );
    const penalised = parseTask({ head: 'cox', training: { penalty: 0.01 } }, 'a task');
    await expect(answerByFolds(jobOf('cox', { features: twice }))).rejects.toThrow(/not identified/);
    const table = await answerByFolds(jobOf('cox', { features: twice, task: penalised }));
    expect(objectiveScore(table, 'harrell', undefined).overall).toBeGreaterThan(0.7);
  });

  it('are none where a feature is no number, which is the worst score', async () => {
    const data = features.data.slice();
    data[4] = NaN;
    const table = await answerByFolds(jobOf('cox', { features: tensor([ROWS, COLUMNS], data) }));
    expect(table).toBeNull();
    expect(objectiveScore(table, 'harrell', undefined)).toEqual({ overall: 0, groups: {}, worstGroup: null });
    expect(objectiveScore(table, 'r2', ['a', 'b']).worstGroup).toBe(-1);
  });

  it('are none where the training of a head diverges', async () => {
    const wild = parseTask(
      { head: 'value', hidden: 2, training: { steps: 20, learningRate: 1e30, optimiser: 'sgd' } },
      'a task',
    );
    const values = { kind: 'value', values: signal.map((one) => 1e6 * one) } as const;
    const table = await answerByFolds(
      jobOf('value', { task: wild, set: { targets: values, patients: rows, folds } }),
    );
    expect(table).toBeNull();
  });
});

describe('the worst group', () => {
  const names = ['well', 'ill'];
  const labels = [0, 0, 1, 1, 0, 1, 0, 0];
  const shares = [0.1, 0.4, 0.3, 0.9, 0.7, 0.2, 0.5, 0.6];
  const groups = ['a', 'a', 'a', 'a', 'b', 'b', 'c', null];
  const table = outcomeTable(
    {
      targets: { kind: 'classes', names, labels },
      patients: labels.map(String),
      folds: [{ train: [], heldOut: [], answer: [...labels.keys()] }],
    },
    shares.map((share) => [1 - share, share]),
  );

  it('is the least of those that identify the metric', () => {
    // Of group a three of four pairs are in order, of b none; c has no one who is ill.
    const { overall, groups: figures, worstGroup } = objectiveScore(table, 'auroc', groups);
    expect(figures).toEqual({ a: 0.75, b: 0 });
    expect(worstGroup).toBe(0);
    expect(overall).toBeCloseTo(7 / 15, 12);
  });

  it('is refused a metric of other targets', () => {
    expect(() => objectiveMetricOf('harrell', 'classes')).toThrow(
      /"harrell" is of targets of kind "time", but the head learns from "classes"; use auroc or/,
    );
    expect(objectiveMetricOf(undefined, 'time')).toBe('harrell');
  });
});
