/**
 * Batches and tables at the edges: losses and gradients stay finite, and what is not identified is refused in words.
 */
import { describe, expect, it } from 'vitest';
import { differentiate, gradientName } from '../../../src/autodiff/differentiate.js';
import { present } from '../../../src/core/errors.js';
import { rngOf } from '../../../src/core/random.js';
import { tensor } from '../../../src/core/tensor.js';
import { headGraph } from '../../../src/downstream/head-graph.js';
import type { HeadPlan } from '../../../src/downstream/head.js';
import { heads } from '../../../src/downstream/heads/index.js';
import { solveCox } from '../../../src/downstream/heads/time/cox-newton.js';
import type { TimeTargets } from '../../../src/downstream/targets.js';
import { initialWeights } from '../../../src/pretrain/initialise.js';
import { runGraph } from './support.js';

const training: TimeTargets = {
  kind: 'time',
  times: [1, 2, 2, 3, 5, 8, 8, 9, 11, 12],
  events: [1, 1, 1, 0, 1, 1, 1, 0, 1, 1],
};

function planOf(name: string, targets = training, options: object = {}): HeadPlan {
  const head = present(heads[name], name);
  return head.plan(head.options.parse(options), { features: 3, targets });
}

/** The loss of a batch and all gradients, for features that are `scale` times standard normal. */
async function lossOf(plan: HeadPlan, times: readonly number[], events: readonly number[], scale = 1) {
  const rows = times.length;
  const rng = rngOf('edge', rows);
  const train = headGraph(plan, rows, 3, false);
  const graph = differentiate(train, 'loss');
  const found = await runGraph(
    graph,
    initialWeights(graph.parameters, rngOf('weights')),
    {
      features: tensor(
        [rows, 3],
        Float32Array.from({ length: 3 * rows }, () => scale * rng.normal()),
      ),
      ...plan.feeds({ kind: 'time', times, events }, { progress: 0, rng: rngOf('batch') }),
    },
    train,
  );
  const gradients = train.parameters.flatMap(({ name }) => [
    ...present(found[gradientName(name)], name).data,
  ]);
  return { loss: found['loss']?.data[0] ?? NaN, metric: found[plan.metric]?.data[0] ?? NaN, gradients };
}

const timeHeads = Object.values(heads)
  .filter(({ targets }) => targets === 'time')
  .map(({ name }) => name);
const comparing = timeHeads.filter((name) => name.startsWith('cox'));

describe.each(timeHeads)('the loss of %s', (name) => {
  it.each([
    ['all rows at one time', [4, 4, 4, 4], [1, 1, 0, 1], 1],
    ['one event', [1, 4, 6, 9], [0, 1, 0, 0], 1],
    ['no event', [1, 4, 6, 9], [0, 0, 0, 0], 1],
    ['one row with an event', [4], [1], 1],
    ['one row without', [4], [0], 1],
    ['times of 0', [0, 0, 3], [1, 0, 1], 1],
    ['an event after all of training', [2, 40, 50], [1, 1, 0], 1],
    ['an event of the last row at risk', [2, 3, 12], [0, 0, 1], 1],
    ['outputs in the thousands', [1, 2, 2, 5, 9], [1, 1, 1, 0, 1], 3000],
  ])('is finite, and so are its gradients: %s', async (_, times, events, scale) => {
    const { loss, metric, gradients } = await lossOf(planOf(name), times, events, scale);
    expect(loss).toBeGreaterThanOrEqual(0);
    expect(Number.isFinite(loss)).toBe(true);
    expect(metric >= 0 && metric <= 1).toBe(true);
    expect(gradients.length).toBeGreaterThan(0);
    expect(gradients.every(Number.isFinite)).toBe(true);
  });

  it('needs five events of training', () => {
    expect(() => planOf(name, { ...training, events: [1, 1, 1, 0, 1, 0, 0, 0, 0, 0] })).toThrow(
      /10 rows of training with 4 events do not identify it/,
    );
    expect(() => planOf(name, { ...training, times: training.times.map(() => 0) })).toThrow(
      /all events are at time 0/,
    );
  });
});

describe.each(comparing)('%s, which compares rows', (name) => {
  it.each([
    ['no event', [1, 4, 6, 9], [0, 0, 0, 0]],
    ['nobody else at risk', [1, 4, 6, 9], [0, 0, 0, 1]],
  ])('learns nothing from a batch with %s', async (_, times, events) => {
    const { loss, metric, gradients } = await lossOf(planOf(name), times, events);
    expect(loss).toBeCloseTo(0, 6);
    expect(metric).toBe(0.5);
    for (const one of gradients) expect(one).toBeCloseTo(0, 6);
  });
});

describe('Cox’s regression', () => {
  const solve = (columns: readonly (readonly number[])[], penalty = 0, targets = training) => {
    const rows = targets.times.map((_, row) => columns.map((column) => column[row] ?? NaN));
    const features = tensor([rows.length, columns.length], Float32Array.from(rows.flat()));
    const { weights, logLikelihood } = solveCox(features, targets, 'efron', penalty);
    return { weights: [...present(weights['head.fc.weight'], 'weights').data], logLikelihood };
  };
  const age = [50, 61, 47, 70, 55, 64, 49, 52, 60, 41];
  const dose = [1, 0, 2, 0, 1, 1, 0, 2, 1, 0];
  /** Falls as time rises: the row with an event always has the highest value of those at risk. */
  const telling = [9, 8, 8, 7, 6, 4, 4, 3, 2, 1];

  it('gives constant columns no weight, and others the weights that they have without them', () => {
    const alone = solve([age, dose]);
    const { weights } = solve([age, age.map(() => 3), dose]);
    expect([weights[0], weights[1], weights[2]]).toEqual([alone.weights[0], 0, alone.weights[1]]);
  });

  it('refuses a column that follows from others, or that tells events without fail, in one line', () => {
    expect(() => solve([age, dose, age.map((one, row) => 2 * one - (dose[row] ?? 0))])).toThrow(
      /^Cox regression: column 2 of the features follows from the columns before it .*; set a penalty/,
    );
    expect(() => solve([telling])).toThrow(/column 0 of the features tells.* events without fail/);
    expect(() => solve([age, telling])).toThrow(/events without fail/);
  });

  it('has a solution for both with a penalty', () => {
    const { weights } = solve([telling, telling], 0.1);
    expect(weights[0]).toBeGreaterThan(0);
    expect(weights[0]).toBeCloseTo(weights[1] ?? NaN, 6);
  });

  it('does not depend on units, and takes values of any size', () => {
    const { weights, logLikelihood } = solve([age, dose]);
    const large = solve([age.map((one) => 1e6 * (one - 50)), dose.map((one) => 1e-6 * one)]);
    expect(large.logLikelihood).toBeCloseTo(logLikelihood ?? NaN, 6);
    expect((large.weights[0] ?? NaN) * 1e6).toBeCloseTo(weights[0] ?? NaN, 5);
    expect((large.weights[1] ?? NaN) * 1e-6).toBeCloseTo(weights[1] ?? NaN, 5);
  });

  it.each([0, 0.05])(
    'ends where the loss of the head has no slope, with a penalty of %d',
    async (penalty) => {
      for (const ties of ['efron', 'breslow']) {
        const plan = planOf('cox', training, { ties });
        const rng = rngOf('columns');
        const data = Float32Array.from({ length: 30 }, () => rng.normal());
        const rows = { features: tensor([10, 3], data), targets: training };
        const { weights } = present(plan.solve?.(rows, penalty), 'solution');
        const train = headGraph(plan, 10, 3, false);
        const found = await runGraph(
          differentiate(train, 'loss'),
          weights,
          { features: rows.features, ...plan.feeds(training, { progress: 1, rng: rngOf(0) }) },
          train,
        );
        const slope = present(found[gradientName('head.fc.weight')], 'gradient').data;
        const solution = present(weights['head.fc.weight'], 'weights').data;
        slope.forEach((one, k) => expect(one + penalty * (solution[k] ?? NaN)).toBeCloseTo(0, 5));
      }
    },
  );

  it('is solved only where it is linear', () => {
    expect(planOf('cox')).toHaveProperty('solve');
    expect(planOf('cox', training, { hidden: 4 })).not.toHaveProperty('solve');
  });
});
