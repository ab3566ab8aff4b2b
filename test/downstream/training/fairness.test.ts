/**
 * Constraints on fairness as a part of training.
 */
import { describe, expect, it } from 'vitest';
import { rngOf } from '../../../src/core/random.js';
import { fitModel } from '../../../src/downstream/training/fit-model.js';
import { predictWith } from '../../../src/downstream/training/predict.js';
import type { ModelRows } from '../../../src/downstream/training/rows.js';
import { auroc, jobOf, table } from './support.js';

/** Two columns: one tells the class and nothing else, the other both class and group; groups differ in how often they are ill. */
function biased(rows: number, name: string): ModelRows {
  const rng = rngOf('biased', name);
  const groups = Array.from({ length: rows }, (_, row) => (row % 2 === 0 ? 'a' : 'b'));
  const labels = groups.map((group) => (rng.bool(group === 'a' ? 0.3 : 0.7) ? 1 : 0));
  return {
    features: table(rows, 2, (row, column) =>
      column === 0
        ? (labels[row] ?? 0) + 0.8 * rng.normal()
        : (groups[row] === 'b' ? 1 : 0) + 0.3 * (labels[row] ?? 0) + 0.5 * rng.normal(),
    ),
    targets: { kind: 'classes', names: ['well', 'ill'], labels },
    groups,
    patients: groups.map((_, row) => `${name}-${row}`),
  };
}

const [train, test] = [biased(300, 'train'), biased(600, 'test')];

/** Difference of the mean probability of the second class between the groups, and how well it ranks. */
async function gapAfter(fairness: object | undefined): Promise<{ gap: number; ranks: number }> {
  const training = { steps: 300, learningRate: 0.05 };
  const job = jobOf({ training, ...(fairness && { fairness }) }, train);
  const { probabilities } = await predictWith(await fitModel(job), job, test);
  const meanOf = (wanted: string): number => {
    const rows = (test.groups ?? []).flatMap((group, row) => (group === wanted ? [row] : []));
    return rows.reduce((sum, row) => sum + (probabilities?.data[2 * row + 1] ?? NaN), 0) / rows.length;
  };
  return { gap: Math.abs(meanOf('a') - meanOf('b')), ranks: auroc(probabilities, test) };
}

const parity = { attribute: 'site', criterion: 'demographic-parity' };

describe('a constraint on fairness', () => {
  it('narrows the gap on rows that were not learned from, at some cost', async () => {
    const free = await gapAfter(undefined);
    const penalised = await gapAfter({ ...parity, method: 'penalty', weight: 2 });
    expect(free.gap).toBeGreaterThan(0.25);
    expect(penalised.gap).toBeLessThan(free.gap / 2);
    expect(penalised.ranks).toBeGreaterThan(0.65);
    expect(penalised.ranks).toBeLessThan(free.ranks);
  });

  it('as a multiplier comes near its limit, whatever that is', async () => {
    const loose = await gapAfter({ ...parity, method: 'lagrangian', limit: 0.2, weight: 3 });
    const tight = await gapAfter({ ...parity, method: 'lagrangian', limit: 0.05, weight: 3 });
    expect(Math.abs(loose.gap - 0.2)).toBeLessThan(0.06);
    expect(Math.abs(tight.gap - 0.05)).toBeLessThan(0.06);
  });

  it('shows its gap among the curves, and leaves no multiplier among the weights', async () => {
    const fairness = { ...parity, method: 'lagrangian' };
    const model = await fitModel(jobOf({ fairness, training: { steps: 10 } }, train, { heldOut: test }));
    const names = model.curves.map(({ name }) => name);
    expect(names).toContain('train/gap');
    expect(names).toContain('heldOut/gap');
    expect(Object.keys(model.weights).filter((name) => name.startsWith('fairness'))).toEqual([]);
  });

  it('is refused where no two groups are named, or no classes are told', async () => {
    const { groups: _, ...unnamed } = train;
    await expect(fitModel(jobOf({ fairness: parity }, unnamed))).rejects.toThrow(/two groups at least/);
    const values = { ...train, targets: { kind: 'value', values: train.patients.map((_, i) => i) } } as const;
    await expect(fitModel(jobOf({ head: 'value', fairness: parity }, values))).rejects.toThrow(
      /tells classes/,
    );
  });

  it('after training by thresholds changes nothing in training', async () => {
    const plain = await fitModel(jobOf({ training: { steps: 10 } }, train));
    const thresholds = { ...parity, method: 'thresholds' };
    expect(await fitModel(jobOf({ fairness: thresholds, training: { steps: 10 } }, train))).toEqual(plain);
  });
});
