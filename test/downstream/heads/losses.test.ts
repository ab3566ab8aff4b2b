/**
 * Losses of heads, and their gradients, against values that the methods' own code gave on the same inputs: pycox, and the code
 * beside Sensoy et al.; Efron's and Breslow's from their definitions.
 */
import { describe, expect, it } from 'vitest';
import { differentiate, gradientName } from '../../../src/autodiff/differentiate.js';
import { present } from '../../../src/core/errors.js';
import { rngOf } from '../../../src/core/random.js';
import { intTensor, tensor, type AnyTensor, type TensorMap } from '../../../src/core/tensor.js';
import type { HeadPlan } from '../../../src/downstream/head.js';
import { heads } from '../../../src/downstream/heads/index.js';
import type { Targets } from '../../../src/downstream/targets.js';
import { Builder } from '../../../src/ir/builder.js';
import { runGraph } from './support.js';
import { haveOutcomes, needsOutcomes, reference } from './outcomes.js';

interface Evidential {
  readonly logits: readonly (readonly number[])[];
  readonly label: readonly number[];
  readonly alpha: readonly (readonly number[])[];
  readonly 'uncertainty u=K/S': readonly number[];
  readonly 'grad mse': readonly (readonly number[])[];
}

interface Losses {
  readonly inputs: {
    readonly idx: readonly number[];
    readonly event: readonly number[];
    readonly frac: readonly number[];
    readonly duration: readonly number[];
  };
  readonly tied: { readonly duration: readonly number[]; readonly event: readonly number[] };
  readonly edl: Evidential;
}

const known = haveOutcomes ? (reference('losses.json') as Losses) : undefined;
const numberAt = (key: string, of: object = present(known, 'losses')): number =>
  Number((of as Readonly<Record<string, unknown>>)[key]);

/** The reference's outputs: sin(1 + 4 i + j), 6 × 4. */
const phi = Array.from({ length: 6 }, (_, i) =>
  Array.from({ length: 4 }, (__, j) => Math.sin(1 + 4 * i + j)),
);

/** Training targets that any head of time to event can be planned on, cut into four intervals. */
const sixTimes: Targets = { kind: 'time', times: [1, 2, 3, 4, 5, 6], events: [1, 1, 1, 1, 1, 1] };

function planOf(name: string, options: object, features: number, targets: Targets = sixTimes): HeadPlan {
  const head = present(heads[name], name);
  return head.plan(head.options.parse(options), { features, targets });
}

/** Loss, gradient for the head's outputs and predictions, where features are the outputs: the linear layer is the identity. */
async function outcomeOf(
  plan: HeadPlan,
  outputs: readonly (readonly number[])[],
  feeds: Readonly<Record<string, AnyTensor>>,
): Promise<{ readonly loss: number; readonly gradient: readonly number[]; readonly told: TensorMap }> {
  const [rows, columns] = [outputs.length, outputs[0]?.length ?? 0];
  const b = new Builder();
  const features = b.parameter('phi', [rows, columns], { kind: 'constant', value: 0 });
  const inputs = Object.fromEntries(
    plan.inputs(rows).map(({ name, shape, dtype }) => [name, b.input(name, shape, dtype)]),
  );
  b.output('loss', plan.loss(b, features, inputs).loss);
  for (const [key, value] of Object.entries(plan.predict(b, features))) b.output(key, value);
  const [train, graph] = [b.build(), differentiate(b.build(), 'loss')];
  const identity = Float32Array.from({ length: columns * columns }, (_, i) =>
    Number(i % (columns + 1) === 0),
  );
  const weights = {
    phi: tensor([rows, columns], Float32Array.from(outputs.flat())),
    'head.fc.weight': tensor([columns, columns], identity),
    'head.fc.bias': tensor([columns], new Float32Array(columns)),
  };
  const needed = Object.fromEntries(graph.parameters.map(({ name }) => [name, weights[name as 'phi']]));
  const told = await runGraph(graph, needed, feeds, train);
  return {
    loss: told['loss']?.data[0] ?? NaN,
    gradient: [...(told[gradientName('phi')]?.data ?? [])],
    told,
  };
}

const column = (values: readonly number[]): AnyTensor => tensor([values.length], Float32Array.from(values));

/** What heads of intervals are fed, as the reference states it. */
function ends(): Readonly<Record<string, AnyTensor>> {
  const { idx, event, frac, duration } = present(known, 'losses').inputs;
  return {
    rank: column(duration),
    event: column(event),
    interval: column(idx),
    ended: column(event),
    share: column(frac),
  };
}

function expectNear(found: readonly number[], expected: readonly number[]): void {
  expect(found).toHaveLength(expected.length);
  found.forEach((one, i) => expect(Math.abs(one - (expected[i] ?? NaN)), `number ${i}`).toBeLessThan(1e-5));
}

describe.skipIf(!haveOutcomes)(`losses of time to event ${needsOutcomes}`, () => {
  it.each([
    ['logistic-hazard', {}, 'logistic_hazard'],
    ['pmf', {}, 'pmf'],
    ['mtlr', {}, 'mtlr'],
    ['pc-hazard', {}, 'pc_hazard'],
    ['deephit', { alpha: 0.2, sigma: 0.1 }, 'deephit_alpha0.2_sigma0.1'],
    ['deephit', { alpha: 0, sigma: 0.1 }, 'deephit_rank_sigma0.1'],
  ])('of %s with %j is that of pycox', async (name, options, key) => {
    const plan = planOf(name, { ...options, intervals: 4, cuts: 'equidistant' }, 4);
    const { loss, gradient } = await outcomeOf(plan, phi, ends());
    expectNear([loss], [numberAt(key)]);
    const row = (known as unknown as Readonly<Record<string, readonly number[]>>)[`grad ${key} row 0`];
    if (row !== undefined) expectNear(gradient.slice(0, 4), row);
  });

  it('of cox-cc is that of pycox, with one control and with two', async () => {
    for (const count of [1, 2]) {
      const g = [0, 1, 2].slice(0, count + 1).flatMap((j) => phi.map((row) => [row[j] ?? NaN]));
      const isCase = g.map((_, row) => Number(row < 6));
      const control = g.flatMap((_, row) =>
        Array.from({ length: count }, (__, c) => (row < 6 ? row + 6 * (c + 1) : row)),
      );
      const { loss } = await outcomeOf(planOf('cox-cc', { controls: count }, 1), g, {
        rank: column(isCase),
        event: column(isCase),
        control: intTensor([g.length, count], Int32Array.from(control)),
        case: column(isCase),
        later: tensor([g.length, count], new Float32Array(g.length * count)),
      });
      const key = count === 1 ? 'cox_cc_single g=phi0 control=phi1' : 'cox_cc 2 controls phi1 phi2';
      expectNear([loss], [numberAt(key)]);
    }
  });

  it.each(['efron', 'breslow'] as const)(
    'of cox with ties after %s has the risk sets of the definition, whatever the order of rows',
    async (ties) => {
      const { inputs, tied } = present(known, 'losses');
      const cases = [
        [inputs.duration, inputs.event, numberAt(`cox_${ties}`)],
        [tied.duration, tied.event, numberAt(ties, tied)],
      ] as const;
      for (const [times, events, expected] of cases) {
        for (const seed of [1, 2, 3]) {
          const order = rngOf(seed).shuffle([0, 1, 2, 3, 4, 5]);
          const at = (values: readonly number[]): number[] => order.map((row) => values[row] ?? NaN);
          const plan = planOf('cox', { ties }, 1);
          const targets = { kind: 'time', times: at(times), events: at(events) } as const;
          const feeds = plan.feeds(targets, { progress: 0, rng: rngOf('feeds') });
          const risks = order.map((row) => [phi[row]?.[0] ?? NaN]);
          expectNear([(await outcomeOf(plan, risks, feeds)).loss], [expected]);
        }
      }
    },
  );
});

describe.skipIf(!haveOutcomes)(`evidential losses ${needsOutcomes}`, () => {
  const classes = { kind: 'classes', names: ['a', 'b', 'c'], labels: [0, 1, 2, 1] } as const;

  it.each([
    ['mse', 'mse (eq. 5)'],
    ['log', 'log (eq. 3)'],
    ['digamma', 'digamma (eq. 4)'],
  ])('by %s are those of the code beside the paper, with and without the divergence', async (loss, key) => {
    const { edl } = present(known, 'losses');
    const plan = planOf('evidential', { loss, evidence: 'relu', annealing: 1, distance: false }, 3, classes);
    const at = async (progress: number) =>
      outcomeOf(
        plan,
        edl.logits,
        plan.feeds({ ...classes, labels: edl.label }, { progress, rng: rngOf('feeds') }),
      );
    const [half, none] = [await at(0.5), await at(0)];
    expectNear([half.loss, none.loss], [numberAt(key, edl), numberAt(`${key}, no KL`, edl)]);
    if (loss === 'mse') expectNear(half.gradient, edl['grad mse'].flat());
  });

  it('tell probabilities α/S and uncertainties K/S', async () => {
    const { edl } = present(known, 'losses');
    const plan = planOf('evidential', { evidence: 'relu', distance: false }, 3, classes);
    const feeds = plan.feeds({ ...classes, labels: edl.label }, { progress: 1, rng: rngOf('feeds') });
    const { told } = await outcomeOf(plan, edl.logits, feeds);
    expectNear([...(told['uncertainty']?.data ?? [])], edl['uncertainty u=K/S']);
    const expected = edl.alpha.flatMap((row) =>
      row.map((one) => one / row.reduce((sum, other) => sum + other, 0)),
    );
    expectNear([...(told['probabilities']?.data ?? [])], expected);
  });
});
