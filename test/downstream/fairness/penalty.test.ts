import { describe, expect, it } from 'vitest';
import { differentiate, gradientName } from '../../../src/autodiff/differentiate.js';
import { rngOf } from '../../../src/core/random.js';
import { intTensor, tensor } from '../../../src/core/tensor.js';
import { groupNames, oneHotGroups } from '../../../src/downstream/fairness/groups.js';
import { fairnessGap, type FairnessCriterion } from '../../../src/downstream/fairness/penalty.js';
import { Builder } from '../../../src/ir/builder.js';
import type { Graph } from '../../../src/ir/graph.js';
import { verify } from '../../../src/ir/verify.js';
import { groupReport } from '../../../src/metrics/index.js';
import { interpret } from '../../../bench/ops/reference.js';
import { testedEngines } from '../../support/tested-engines.js';

interface Batch {
  readonly probabilities: readonly (readonly number[])[];
  readonly labels: readonly number[];
  readonly groups: readonly (string | null)[];
  /** Groups of the training rows; absent: those of the batch. */
  readonly names?: readonly string[];
}

const criteria: readonly FairnessCriterion[] = ['demographic-parity', 'equal-opportunity', 'equalised-odds'];

/** Probabilities are a parameter here, so that gradients for them can be asked for. */
function graphOf(criterion: FairnessCriterion, { probabilities, labels, groups, names }: Batch): Graph {
  const b = new Builder();
  const [n, k] = [labels.length, probabilities[0]?.length ?? 0];
  const known = names ?? groupNames(groups);
  const gap = fairnessGap(b, criterion, {
    probabilities: b.parameter('p', [n, k], { kind: 'constant', value: 0 }),
    labels: b.input('labels', [n], 'i64'),
    groups: b.input('groups', [n, known.length]),
  });
  b.output('loss', gap);
  return b.build();
}

function leavesOf({ probabilities, labels, groups, names }: Batch): Record<string, Float64Array> {
  return {
    p: Float64Array.from(probabilities.flat()),
    labels: Float64Array.from(labels),
    groups: Float64Array.from(oneHotGroups(groups, names ?? groupNames(groups)).data),
  };
}

function gapOf(criterion: FairnessCriterion, batch: Batch): number {
  const graph = graphOf(criterion, batch);
  verify(graph);
  return interpret(graph, leavesOf(batch))['loss']?.data[0] ?? NaN;
}

function gradientOf(criterion: FairnessCriterion, batch: Batch): number[] {
  const graph = differentiate(graphOf(criterion, batch), 'loss');
  return Array.from(interpret(graph, leavesOf(batch))[gradientName('p')]?.data ?? [NaN]);
}

/** Two classes: predictions of 0 and 1 as probabilities. */
const hard = (predictions: readonly number[]): number[][] => predictions.map((one) => [1 - one, one]);
const letters = (text: string): string[] => [...text];
const digits = (text: string): number[] => [...text].map(Number);

describe('the gap between groups', () => {
  it('is 1 where one group is always right and the other always wrong', () => {
    const batch = { probabilities: hard([0, 1, 1, 0]), labels: [0, 1, 0, 1], groups: letters('aabb') };
    expect(gapOf('equalised-odds', batch)).toBe(1);
    expect(gapOf('equal-opportunity', batch)).toBe(1);
    expect(gapOf('demographic-parity', batch)).toBe(0);
  });

  it('is what is counted by hand', () => {
    // a: 4 ill of whom 3 are found, 2 well of whom 1 is called ill; b: 2 ill of whom 1 is found, 4 well of whom 1 is called ill.
    const batch = {
      probabilities: hard(digits('111010' + '101000')),
      labels: digits('111100' + '110000'),
      groups: letters('aaaaaabbbbbb'),
    };
    expect(gapOf('demographic-parity', batch)).toBeCloseTo(4 / 6 - 2 / 6, 12);
    expect(gapOf('equal-opportunity', batch)).toBeCloseTo(3 / 4 - 1 / 2, 12);
    expect(gapOf('equalised-odds', batch)).toBeCloseTo(Math.max(3 / 4 - 1 / 2, 1 / 2 - 1 / 4), 12);
  });

  it('leaves out a group that is absent from the batch, as if it had never been named', () => {
    const batch = { probabilities: hard([0, 1, 1, 1]), labels: [0, 1, 0, 1], groups: letters('aabb') };
    for (const criterion of criteria) {
      expect(gapOf(criterion, { ...batch, names: ['a', 'b', 'c'] })).toBe(gapOf(criterion, batch));
    }
    expect(gapOf('equalised-odds', batch)).toBe(1);
  });

  it('leaves out a group that misses a true class, within that class only', () => {
    // c has nobody who is ill: it has no share of the ill that is found, but one of the well that is called ill.
    const batch = {
      probabilities: hard([1, 1, 1, 0, 0, 1]),
      labels: [1, 0, 1, 0, 0, 0],
      groups: letters('aabbcc'),
    };
    expect(gapOf('equal-opportunity', batch)).toBe(0);
    expect(gapOf('equalised-odds', batch)).toBe(1);
  });

  it('ignores rows of unknown group', () => {
    const batch = { probabilities: hard([1, 0, 1, 0]), labels: [1, 1, 1, 1], groups: ['a', 'a', 'b', 'b'] };
    const more = {
      probabilities: [...batch.probabilities, [0, 1], [0, 1]],
      labels: [1, 1, 1, 1, 1, 1],
      groups: [...batch.groups, null, null],
    };
    for (const criterion of criteria) expect(gapOf(criterion, more)).toBe(0);
  });

  it.each(criteria)('of %s is 0 with a gradient of 0 where fewer than two groups are there', (criterion) => {
    const one = {
      probabilities: [
        [0.2, 0.8],
        [0.6, 0.4],
      ],
      labels: [0, 1],
      groups: letters('aa'),
      names: ['a', 'b'],
    };
    const none = { ...one, groups: [null, null] };
    for (const batch of [one, none]) {
      expect(gapOf(criterion, batch)).toBe(0);
      expect(gradientOf(criterion, batch).map(Math.abs)).toEqual([0, 0, 0, 0]);
    }
  });

  it('of three classes is the greatest over classes', () => {
    const row = (label: number): number[] => [0, 1, 2].map((one) => (one === label ? 1 : 0));
    const batch = {
      probabilities: digits('012' + '022').map(row),
      labels: digits('012' + '012'),
      groups: letters('aaabbb'),
    };
    expect(gapOf('equal-opportunity', batch)).toBe(1);
    expect(gapOf('demographic-parity', batch)).toBeCloseTo(1 / 3, 12);
  });
});

/** Random batches in which groups are small, absent, or miss a class. */
const random = Array.from({ length: 40 }, (_, seed) => {
  const rng = rngOf('fairness', seed);
  const k = 2 + (seed % 2);
  const rows = Array.from({ length: 1 + rng.int(12) }, () => {
    const raw = Array.from({ length: k }, () => rng.uniform(0.05, 1));
    const total = raw.reduce((sum, one) => sum + one, 0);
    return {
      p: raw.map((one) => one / total),
      label: rng.int(k),
      group: rng.bool(0.1) ? null : rng.pick(letters('abc')),
    };
  });
  const batch: Batch = {
    probabilities: rows.map(({ p }) => p),
    labels: rows.map(({ label }) => label),
    groups: rows.map(({ group }) => group),
    names: letters('abcd'),
  };
  return [seed, batch] as const;
});

/** The gap from its definition, by loops over rows. */
function counted(criterion: FairnessCriterion, { probabilities, labels, groups }: Batch): number {
  const k = probabilities[0]?.length ?? 0;
  const classes = k === 2 ? [1] : [...Array(k).keys()];
  const among = {
    'demographic-parity': [() => true],
    'equal-opportunity': [(label: number, scored: number) => label === scored],
    'equalised-odds': [
      (label: number, scored: number) => label === scored,
      (label: number, scored: number) => label !== scored,
    ],
  }[criterion];
  const gaps = among.flatMap((counts) =>
    classes.map((scored) => {
      const means = groupNames(groups).flatMap((group) => {
        const cell = probabilities.filter((_, i) => groups[i] === group && counts(labels[i] ?? NaN, scored));
        const sum = cell.reduce((total, row) => total + (row[scored] ?? NaN), 0);
        return cell.length === 0 ? [] : [sum / cell.length];
      });
      return means.length < 2 ? 0 : Math.max(...means) - Math.min(...means);
    }),
  );
  return Math.max(...gaps);
}

describe.each(criteria)('the gap of %s on random batches', (criterion) => {
  it.each(random)('follows its definition, batch %i', (_, batch) => {
    expect(gapOf(criterion, batch)).toBeCloseTo(counted(criterion, batch), 12);
  });

  it.each(random)('has the gradient of central differences, batch %i', (seed, batch) => {
    const gradient = gradientOf(criterion, batch);
    const k = batch.probabilities[0]?.length ?? 0;
    // Probabilities add up to 1, moved or not: of two classes both gaps are then one.
    const rng = rngOf('direction', seed);
    const direction = batch.labels.flatMap(() => {
      const drawn = Array.from({ length: k }, () => rng.normal());
      return drawn.map((one) => one - drawn.reduce((sum, other) => sum + other, 0) / k);
    });
    const moved = (by: number): Batch => ({
      ...batch,
      probabilities: batch.probabilities.map((row, i) =>
        row.map((one, j) => one + by * (direction[i * k + j] ?? NaN)),
      ),
    });
    const step = 1e-6;
    const measured = (gapOf(criterion, moved(step)) - gapOf(criterion, moved(-step))) / (2 * step);
    const derived = gradient.reduce((sum, one, i) => sum + one * (direction[i] ?? NaN), 0);
    expect(Math.abs(measured - derived)).toBeLessThan(1e-7);
  });
});

const NAMES = {
  'demographic-parity': 'demographic_parity_difference',
  'equal-opportunity': 'equal_opportunity_difference',
  'equalised-odds': 'equalised_odds_difference',
} as const;

describe.each([2, 3])('with predictions of 0 and 1 of %i classes', (k) => {
  it.each(criteria)("the gap of %s is the fairness table's", (criterion) => {
    for (let draw = 0; draw < 20; draw++) {
      const rng = rngOf('table', k, draw);
      const labels = Array.from({ length: 60 }, () => rng.int(k));
      const probabilities = labels.map((label) => {
        const told = rng.bool(0.6) ? label : rng.int(k);
        return Array.from({ length: k }, (_, one) => (one === told ? 1 : 0));
      });
      const groups = labels.map(() => (rng.bool(0.1) ? null : rng.pick(letters('abc'))));
      const names = Array.from({ length: k }, (_, one) => String(one));
      const outcome = { kind: 'classes', names, labels, probabilities } as const;
      const table = { patients: labels.map(String), folds: labels.map(() => null), outcome };
      const told = groupReport(table, { group: groups }, { resamples: 0 }).fairness['group'];
      const value = told?.[NAMES[criterion]]?.value ?? NaN;
      expect(gapOf(criterion, { probabilities, labels, groups })).toBeCloseTo(value, 12);
    }
  });
});

describe.each(testedEngines)('$title', ({ engine, device }) => {
  it.each(criteria)('gives the gap of %s and its gradient in 32-bit floats', async (criterion) => {
    const [, batch] = random[11] ?? [];
    if (batch === undefined) throw new Error('no batch');
    const graph = differentiate(graphOf(criterion, batch), 'loss');
    const p = tensor([batch.labels.length, 3], Float32Array.from(batch.probabilities.flat()));
    const optimiser = { kind: 'sgd', momentum: 0, nesterov: false, weightDecay: 0 } as const;
    const program = { train: graphOf(criterion, batch), evaluate: graph, optimiser };
    const session = await engine.open(program, { device, threads: 1 });
    session.load({ weights: { p } });
    const told = await session.evaluate({
      labels: intTensor([batch.labels.length], Int32Array.from(batch.labels)),
      groups: oneHotGroups(batch.groups, batch.names ?? []),
    });
    await session.dispose();
    expect(told['loss']?.data[0]).toBeCloseTo(gapOf(criterion, batch), 6);
    const gradient = Array.from(told[gradientName('p')]?.data ?? []);
    const expected = gradientOf(criterion, batch);
    expect(gradient).toHaveLength(expected.length);
    for (const [i, one] of expected.entries()) expect(gradient[i]).toBeCloseTo(one, 6);
  });
});
