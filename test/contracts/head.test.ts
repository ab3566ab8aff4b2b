/**
 * The contract that every downstream head keeps (src/downstream/head.ts), and what fitting one promises.
 */
import { describe, expect, it } from 'vitest';
import { differentiate, gradientName } from '../../src/autodiff/differentiate.js';
import { present } from '../../src/core/errors.js';
import { rngOf } from '../../src/core/random.js';
import { sizeOf, tensor, type Tensor } from '../../src/core/tensor.js';
import { fitHead, type HeadTraining } from '../../src/downstream/fit-head.js';
import { headGraph } from '../../src/downstream/head-graph.js';
import { heads } from '../../src/downstream/heads/index.js';
import { pickRows, rowsOf, type Targets } from '../../src/downstream/targets.js';
import { onnxEngine } from '../../src/engines/onnx/index.js';
import { Builder } from '../../src/ir/builder.js';
import { verify } from '../../src/ir/verify.js';
import { initialWeights } from '../../src/pretrain/initialise.js';
import { interpret } from '../../bench/ops/reference.js';
import { testedEngines } from '../support/tested-engines.js';

const ROWS = 48;
const COLUMNS = 6;

/** Features of two clouds, and targets that follow from them: what any head has to find. */
const features: Tensor = (() => {
  const rng = rngOf('features');
  const data = Float32Array.from(
    { length: ROWS * COLUMNS },
    (_, i) => rng.normal() + (Math.floor(i / COLUMNS) % 2 === 0 ? 1.5 : -1.5),
  );
  return tensor([ROWS, COLUMNS], data);
})();
const sumOf = (row: number): number =>
  features.data.subarray(row * COLUMNS, (row + 1) * COLUMNS).reduce((sum, one) => sum + one, 0);
const all = [...Array(ROWS).keys()];

interface Fixture {
  readonly name: string;
  readonly options: object;
  readonly targets: Targets;
  /** Shapes of predictions for five rows. */
  readonly predictions: Readonly<Record<string, readonly number[]>>;
  /** Targets that are refused, and what is said. */
  readonly bad: readonly (readonly [Targets, RegExp])[];
}

const labels = all.map((row) => row % 2);
const values = all.map((row) => 40 + 3 * sumOf(row));
/** Of the rows of the second cloud, those on one side of its middle along the first axis are a class of their own. */
const thirds = all.map((row) => (row % 2 === 0 ? 0 : (features.data[row * COLUMNS] ?? 0) < -1.5 ? 1 : 2));
const names = ['ill', 'healthy'];
const badClasses: Fixture['bad'] = [
  [{ kind: 'classes', names, labels: [...labels.slice(1), 2] }, /row 47 is 2, not an index below 2/],
  [{ kind: 'classes', names, labels: labels.map(() => 0) }, /no row is of class "healthy"/],
  [{ kind: 'classes', names, labels: labels.slice(1) }, /has 47 rows, but the features have 48/],
  [{ kind: 'classes', names: ['ill'], labels: labels.map(() => 0) }, /two classes at least, got 1/],
  [{ kind: 'value', values }, /must be of kind "classes", got "value"/],
];
const badValues: Fixture['bad'] = [
  [{ kind: 'value', values: [...values.slice(1), NaN] }, /row 47 is NaN, not a finite number/],
  [{ kind: 'value', values: values.map(() => 3) }, /all values are 3/],
  [{ kind: 'value', values: [] }, /a row at least, got none/],
  [{ kind: 'classes', names, labels }, /must be of kind "value", got "classes"/],
];

/** Sooner the greater the sum of a row; every fourth row is censored on the way. */
const events = all.map((row) => (row % 4 === 3 ? 0 : 1));
const times = all.map((row) => {
  const end = 40 * Math.exp(-sumOf(row) / 9);
  return events[row] === 1 ? end : 0.8 * end;
});
const badTimes: Fixture['bad'] = [
  [{ kind: 'time', times: [...times.slice(1), -1], events }, /row 47 has the time -1/],
  [{ kind: 'time', times, events: [...events.slice(1), 2] }, /row 47 has the event 2/],
  [{ kind: 'time', times, events: events.slice(1) }, /48 times and 47 events/],
  [{ kind: 'time', times, events: events.map(() => 0) }, /no row has an event/],
  [
    { kind: 'time', times, events: events.map((_, row) => (row < 4 ? 1 : 0)) },
    /48 rows of training with 4 events do not identify it/,
  ],
  [{ kind: 'value', values }, /must be of kind "time", got "value"/],
];
const timeFixture = (
  name: string,
  options: object,
  predictions: Fixture['predictions'] = { risk: [5], survival: [5, 6] },
): Fixture => ({
  name,
  options: { points: 6, ...options },
  targets: { kind: 'time', times, events },
  predictions,
  bad: badTimes,
});

const fixtures: readonly Fixture[] = [
  {
    name: 'classes',
    options: {},
    targets: { kind: 'classes', names, labels },
    predictions: { probabilities: [5, 2] },
    bad: badClasses,
  },
  {
    name: 'evidential',
    options: {},
    targets: { kind: 'classes', names, labels },
    predictions: { probabilities: [5, 2], uncertainty: [5] },
    bad: badClasses,
  },
  {
    name: 'evidential',
    options: { hidden: 8, loss: 'digamma', annealing: 0 },
    targets: { kind: 'classes', names: ['a', 'b', 'c'], labels: thirds },
    predictions: { probabilities: [5, 3], uncertainty: [5] },
    bad: [],
  },
  {
    name: 'evidential',
    options: { evidence: 'exp', loss: 'log' },
    targets: { kind: 'classes', names, labels },
    predictions: { probabilities: [5, 2], uncertainty: [5] },
    bad: [],
  },
  {
    name: 'classes',
    options: { hidden: 8, labelSmoothing: 0.1 },
    targets: {
      kind: 'classes',
      names: ['a', 'b', 'c'],
      labels: thirds,
    },
    predictions: { probabilities: [5, 3] },
    bad: [],
  },
  {
    name: 'value',
    options: {},
    targets: { kind: 'value', values },
    predictions: { value: [5] },
    bad: badValues,
  },
  {
    name: 'value',
    options: { hidden: 8 },
    targets: { kind: 'value', values },
    predictions: { value: [5] },
    bad: [],
  },
  timeFixture('logistic-hazard', {}),
  timeFixture('logistic-hazard', { hidden: 8, cuts: 'equidistant', interpolation: 'hazard' }),
  timeFixture('pmf', {}),
  timeFixture('pmf', { hidden: 8, interpolation: 'hazard' }),
  timeFixture('mtlr', {}),
  timeFixture('pc-hazard', {}),
  timeFixture('deephit', {}),
  timeFixture('cox', {}, { risk: [5] }),
  timeFixture('cox', { hidden: 8, ties: 'breslow' }, { risk: [5] }),
  timeFixture('cox-cc', { controls: 2 }, { risk: [5] }),
  timeFixture('cox-time', { hidden: 8 }, { log_hazard: [5, 6] }),
];

const moment = { progress: 1, rng: rngOf('moment') };
const onnx = { engine: onnxEngine, device: 'cpu', threads: 1 };

it('every head that comes with voxolve is tried', () => {
  expect([...new Set(fixtures.map(({ name }) => name))].sort()).toEqual(Object.keys(heads).sort());
});

describe.each(fixtures)('the head $name with $options', ({ name, options, targets, predictions, bad }) => {
  const head = present(heads[name], name);
  const planOf = () => head.plan(head.options.parse(options), { features: COLUMNS, targets });
  const training = (change: Partial<HeadTraining> = {}): HeadTraining => ({
    head,
    options,
    features,
    targets,
    seed: 3,
    steps: 60,
    batch: 16,
    ...change,
  });

  it('knows its name and its source, and refuses unknown options by their name', async () => {
    expect(head.name).toBe(name);
    expect(head.source).toMatch(/^https:/);
    await expect(fitHead(training({ options: { ...options, colour: 1 } }), onnx)).rejects.toThrow(/"colour"/);
  });

  it('makes the tensors that it declares, of any number of rows', () => {
    for (const rows of [1, 5]) {
      const plan = planOf();
      const feeds = plan.feeds(pickRows(targets, all.slice(0, rows)), moment);
      const declared = plan.inputs(rows).map((input) => [input.name, input.shape, input.dtype]);
      expect(Object.entries(feeds).map(([key, { shape, dtype }]) => [key, shape, dtype])).toEqual(declared);
    }
  });

  it('gives scalar loss and metrics, and a prediction for each row', () => {
    const graph = headGraph(planOf(), 5, COLUMNS, true);
    verify(graph);
    const shapes = Object.fromEntries(
      Object.entries(graph.outputs).map(([key, id]) => [key, graph.nodes[id]?.shape]),
    );
    const { loss, [planOf().metric]: metric, ...rest } = shapes;
    expect([loss, metric]).toEqual([[], []]);
    for (const [key, shape] of Object.entries(predictions)) expect(rest[`predicted/${key}`]).toEqual(shape);
  });

  it('names its parameters head.…, the same in training and for predictions alone', () => {
    const trained = headGraph(planOf(), 5, COLUMNS, false).parameters.map((one) => one.name);
    const builder = new Builder();
    const outputs = planOf().predict(builder, builder.input('features', [5, COLUMNS]));
    for (const [key, value] of Object.entries(outputs)) builder.output(key, value);
    const measured = Object.keys(planOf().measure?.(features, all.map(String)) ?? {});
    expect(
      builder
        .build()
        .parameters.map((one) => one.name)
        .sort(),
    ).toEqual([...trained, ...measured].sort());
    for (const one of trained) expect(one).toMatch(/^head\./);
  });

  it('takes feature maps too, by their mean over space', () => {
    const builder = new Builder();
    const maps = builder.input('features', [5, COLUMNS, 2, 3, 3]);
    for (const [key, value] of Object.entries(planOf().predict(builder, maps))) {
      expect(value.shape).toEqual(predictions[key]);
    }
  });

  it('has a loss whose gradients agree with central differences in doubles', () => {
    const graph = headGraph(planOf(), 5, COLUMNS, false);
    const rows = [0, 1, 2, 3, 4];
    const feeds = {
      ...planOf().feeds(pickRows(targets, rows), moment),
      features: tensor([5, COLUMNS], features.data.slice(0, 5 * COLUMNS)),
    };
    const weights = initialWeights(graph.parameters, rngOf('gradients'));
    const leaves = Object.fromEntries(
      Object.entries({ ...feeds, ...weights }).map(([key, { data }]) => [key, Float64Array.from(data)]),
    );
    const lossAt = (at: typeof leaves): number => interpret(graph, at)['loss']?.data[0] ?? NaN;
    const gradients = interpret(differentiate(graph, 'loss'), leaves);
    for (const key of Object.keys(weights)) {
      const rng = rngOf('direction', key);
      const along = Float64Array.from(leaves[key] ?? [], () => rng.normal());
      const moved = (by: number) => ({
        ...leaves,
        [key]: (leaves[key] ?? new Float64Array()).map((one, i) => one + by * (along[i] ?? 0)),
      });
      const measured = (lossAt(moved(1e-5)) - lossAt(moved(-1e-5))) / 2e-5;
      const gradient = gradients[gradientName(key)]?.data ?? new Float64Array();
      const derived = along.reduce((sum, one, i) => sum + one * (gradient[i] ?? NaN), 0);
      expect(Math.abs(measured - derived), key).toBeLessThan(1e-7 * Math.max(1, Math.abs(measured)));
    }
  });

  it('completes what it told of rows one by one as it does of all, by constants that can be kept', async () => {
    const fitted = await fitHead(training(), onnx);
    const plan = planOf();
    expect(Object.keys(fitted.constants).length > 0).toBe(plan.settle !== undefined);
    for (const one of Object.values(fitted.constants)) expect(one.every(Number.isFinite)).toBe(true);
    const constants = JSON.parse(JSON.stringify(fitted.constants)) as typeof fitted.constants;
    const complete = fitted.predictions;
    expect(plan.complete?.(complete, constants) ?? complete).toEqual(complete);
    expect(fitted.times).toEqual(plan.times);
    const row = Object.fromEntries(
      Object.entries(fitted.predictions).map(([key, { shape, data }]) => {
        const columns = data.length / ROWS;
        return [key, tensor([1, ...shape.slice(1)], data.slice(7 * columns, 8 * columns))];
      }),
    );
    for (const [key, { data }] of Object.entries(plan.complete?.(row, constants) ?? row)) {
      expect(data.every(Number.isFinite)).toBe(true);
      const columns = data.length;
      expect([...data]).toEqual([...(complete[key]?.data.slice(7 * columns, 8 * columns) ?? [])]);
    }
    if (head.targets !== 'time') return;
    const [risk, survival] = [present(complete['risk'], 'risk'), present(complete['survival'], 'survival')];
    const count = present(plan.times, 'times').length;
    expect([risk.shape, survival.shape]).toEqual([[ROWS], [ROWS, count]]);
    survival.data.forEach((one, i) => {
      expect(one).toBeGreaterThanOrEqual(0);
      expect(one).toBeLessThanOrEqual(i % count === 0 ? 1 : (survival.data[i - 1] ?? NaN));
    });
    // Higher risk, sooner: survival in the middle of time is lower in the riskier half.
    const order = [...all].sort((a, c) => (risk.data[a] ?? 0) - (risk.data[c] ?? 0));
    const middle = (rows: readonly number[]): number =>
      rows.reduce((sum, one) => sum + (survival.data[one * count + Math.floor(count / 2)] ?? NaN), 0);
    expect(middle(order.slice(0, ROWS / 2))).toBeGreaterThan(middle(order.slice(ROWS / 2)));
  });

  it('learns on rows that it has not seen, within the bounds of its metric', async () => {
    const [seen, unseen] = [all.slice(0, 32), all.slice(32)];
    const of = (rows: number[]) => ({
      features: tensor(
        [rows.length, COLUMNS],
        Float32Array.from(
          rows.flatMap((row) => [...features.data.subarray(row * COLUMNS, (row + 1) * COLUMNS)]),
        ),
      ),
      targets: pickRows(targets, rows),
    });
    const fitted = await fitHead(training({ ...of(seen), heldOut: of(unseen), steps: 300 }), onnx);
    expect(fitted.score).toBe(fitted.metrics[fitted.metric]);
    expect(fitted.score).toBeGreaterThan(fitted.chance + 0.2);
    expect(fitted.score).toBeLessThanOrEqual(1);
    expect(fitted.chance).toBeLessThan(1);
    for (const [key, [, ...rest]] of Object.entries(predictions)) {
      expect(fitted.predictions[key]?.shape).toEqual([16, ...rest]);
      expect(fitted.predictions[key]?.data.every(Number.isFinite)).toBe(true);
    }
    const loss = present(fitted.curves['loss'], 'loss');
    expect(loss).toHaveLength(300);
    expect(loss[299]).toBeLessThan(loss[0] ?? 0);
    expect(rowsOf(targets)).toBe(ROWS);
  });

  it.each(planOf().solve === undefined ? [] : [0.05, 1])(
    'is solved where its loss has no slope, with a penalty of %d',
    (penalty) => {
      const plan = planOf();
      const { weights } = present(plan.solve?.({ features, targets }, penalty), 'solution');
      const graph = headGraph(plan, ROWS, COLUMNS, false);
      expect(Object.keys(weights).sort()).toEqual(graph.parameters.map((one) => one.name).sort());
      const leaves = Object.entries({ ...plan.feeds(targets, moment), features, ...weights });
      const gradients = interpret(
        differentiate(graph, 'loss'),
        Object.fromEntries(leaves.map(([key, { data }]) => [key, Float64Array.from(data)])),
      );
      for (const [key, { data }] of Object.entries(weights)) {
        const penalised = key.endsWith('.weight') ? penalty : 0;
        const slope = present(gradients[gradientName(key)], key).data;
        data.forEach((one, i) => expect((slope[i] ?? NaN) + penalised * one).toBeCloseTo(0, 5));
      }
    },
  );

  it('gives the same bits for the same seed, and others for another', async () => {
    const first = await fitHead(training(), onnx);
    expect(await fitHead(training(), onnx)).toEqual(first);
    expect(await fitHead(training(), { ...onnx, threads: 2 })).toEqual(first);
    expect((await fitHead(training({ seed: 4 }), onnx)).weights).not.toEqual(first.weights);
  });

  it.each(testedEngines.slice(1))(
    'is fitted alike by $title',
    { timeout: 60_000 },
    async ({ engine, device }) => {
      const expected = await fitHead(training(), onnx);
      const actual = await fitHead(training(), { engine, device, threads: 1 });
      for (const [key, { data, shape }] of Object.entries(expected.weights)) {
        expect(actual.weights[key]?.shape).toEqual(shape);
        data.forEach((one, i) => expect(actual.weights[key]?.data[i]).toBeCloseTo(one, 3));
      }
      expect(sizeOf(Object.values(actual.predictions)[0]?.shape ?? [])).toBeGreaterThan(0);
    },
  );

  it.skipIf(bad.length === 0).each(bad)(
    'refuses targets that it cannot learn from, in one line: %j',
    async (wrong, why) => {
      const refusal = await fitHead(training({ targets: wrong }), onnx).catch((thrown: unknown) => thrown);
      expect(String(refusal)).toMatch(why);
      expect(String(refusal)).not.toContain('\n');
    },
  );
});

describe('fitting a Cox head by steps', () => {
  it('tells survival of held-out rows by the baseline hazard of those of training', async () => {
    const head = present(heads['cox'], 'cox');
    const targets = { kind: 'time', times, events } as const;
    const training: HeadTraining = { head, features, targets, seed: 1, steps: 20 };
    const whole = await fitHead(training, onnx);
    const few = { features: tensor([2, COLUMNS], features.data.slice(0, 2 * COLUMNS)) };
    const part = await fitHead(
      { ...training, heldOut: { ...few, targets: pickRows(targets, [0, 1]) } },
      onnx,
    );
    expect(part.constants).toEqual(whole.constants);
    const survival = present(part.predictions['survival'], 'survival');
    expect(survival.shape).toEqual([2, present(whole.times, 'times').length]);
    survival.data.forEach((one, i) =>
      expect(one).toBeCloseTo(whole.predictions['survival']?.data[i] ?? NaN, 5),
    );
    // Breslow: at the last event the baseline is the sum of events over hazards at risk.
    const risk = present(whole.predictions['risk'], 'risk').data;
    const hazard = (row: number): number => Math.exp(risk[row] ?? NaN);
    const last = present(whole.times?.at(-1), 'the last time');
    const cumulative = all
      .filter((row) => events[row] === 1 && (times[row] ?? NaN) <= last)
      .map((row) => {
        const atRisk = all.filter((other) => (times[other] ?? NaN) >= (times[row] ?? NaN));
        return 1 / atRisk.reduce((sum, other) => sum + hazard(other), 0);
      })
      .reduce((sum, one) => sum + one, 0);
    const count = present(whole.times, 'times').length;
    expect(survival.data[count - 1]).toBeCloseTo(Math.exp(-cumulative * hazard(0)), 5);
  });
});

describe('fitting a head', () => {
  const head = present(heads['value'], 'value');
  const training: HeadTraining = { head, features, targets: { kind: 'value', values }, seed: 1, steps: 5 };

  it.each([
    [{ steps: 0 }, /"steps" is 0/],
    [{ batch: 2.5 }, /"batch" is 2.5/],
    [{ features: tensor([ROWS, COLUMNS], features.data.with(13, NaN)) }, /row 2 holds NaN/],
    [{ features: tensor([ROWS, COLUMNS, 1], features.data) }, /must be \[rows, channels\], got \[48, 6, 1\]/],
    [
      {
        heldOut: { features: tensor([1, 2], Float32Array.of(1, 2)), targets: { kind: 'value', values: [1] } },
      },
      /has 2 columns, but the features have 6/,
    ],
  ] as const)('refuses %j in one line', async (change, why) => {
    await expect(fitHead({ ...training, ...change }, onnx)).rejects.toThrow(why);
  });

  it('takes rows in another order in each pass, and each row once', async () => {
    const onePass = await fitHead({ ...training, batch: 12, steps: 4, learningRate: 1e-9 }, onnx);
    const losses = present(onePass.curves['loss'], 'loss');
    const mean = losses.reduce((sum, one) => sum + one, 0) / 4;
    // Four batches of twelve rows, at a rate that changes nothing: their mean is the loss of all 48.
    expect(mean).toBeCloseTo(onePass.metrics['loss'] ?? NaN, 4);
  });
});
