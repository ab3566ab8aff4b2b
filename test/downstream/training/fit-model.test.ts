/**
 * Fitting on frozen features and covariates.
 */
import { describe, expect, it } from 'vitest';
import { rngOf } from '../../../src/core/random.js';
import { featuresAt } from '../../../src/downstream/rows.js';
import { pickRows } from '../../../src/downstream/targets.js';
import { fitModel } from '../../../src/downstream/training/fit-model.js';
import { predictWith } from '../../../src/downstream/training/predict.js';
import type { ModelRows } from '../../../src/downstream/training/rows.js';
import { auroc, jobOf, table, twoClouds } from './support.js';

const [train, test] = [twoClouds(90, 'train'), twoClouds(150, 'test')];

describe('fitting on frozen features', () => {
  it('learns whatever the units of the columns, a constant one among them', async () => {
    for (const fusion of ['none', 'concat']) {
      const job = jobOf({ fusion }, train);
      const model = await fitModel(job);
      const { probabilities } = await predictWith(model, job, test);
      expect(probabilities?.shape).toEqual([150, 2]);
      expect(probabilities?.data.every(Number.isFinite)).toBe(true);
      expect(auroc(probabilities, test)).toBeGreaterThan(0.88);
      expect(model.context.features).toBe(fusion === 'concat' ? 6 : 4);
    }
  });

  it('hears nothing of a column that was constant in training', async () => {
    const job = jobOf({ fusion: 'concat' }, train);
    const model = await fitModel(job);
    const other = table(150, 2, (row, column) =>
      column === 1 ? 1e4 * row : (test.covariates?.data[2 * row] ?? NaN),
    );
    const changed = await predictWith(model, job, { ...test, covariates: other });
    expect(changed).toEqual(await predictWith(model, job, test));
  });

  it('learns from covariates alone where there are no features', async () => {
    const { features: _, ...rows } = train;
    const job = jobOf({}, rows);
    const model = await fitModel(job);
    expect(Object.keys(model.weights).sort()).toEqual([
      'head.fc.bias',
      'head.fc.weight',
      'standardise.covariates.deviation',
      'standardise.covariates.mean',
    ]);
    expect(auroc((await predictWith(model, job, test))['probabilities'], test)).toBeGreaterThan(0.65);
  });

  it('tells the same of a row whoever else is asked for', async () => {
    const job = jobOf({}, train);
    const model = await fitModel(job);
    const all = (await predictWith(model, job, test))['probabilities'];
    const few = {
      ...test,
      features: table(3, 4, (row, column) => test.features?.data[(row + 70) * 4 + column] ?? NaN),
    };
    const some = (await predictWith(model, job, few))['probabilities'];
    expect(some?.data).toEqual(all?.data.slice(140, 146));
  });

  it('averages what it tells of the tiles of a row, and learns from any of them', async () => {
    const tiles = train.patients.map((_, row) => 1 + (row % 2));
    const rows = tiles.flatMap((count, row) => Array<number>(count).fill(row));
    const noise = rngOf('tiles');
    const features = table(rows.length, 4, (tile, column) => {
      const value = train.features?.data[(rows[tile] ?? 0) * 4 + column] ?? NaN;
      return value + 0.01 * 10 ** column * noise.normal();
    });
    const tiled = { ...train, features, tiles };
    const job = jobOf({ fusion: 'concat' }, tiled, { heldOut: tiled });
    const model = await fitModel(job);
    const { probabilities } = await predictWith(model, job, tiled);
    expect(probabilities?.shape).toEqual([90, 2]);
    expect(auroc(probabilities, train)).toBeGreaterThan(0.88);
    const { tiles: _, ...each } = { ...tiled, ...picked(tiled, rows) };
    const singly = (await predictWith(model, job, each))['probabilities']?.data ?? [];
    expect(probabilities?.data[3]).toBeCloseTo(((singly[3] ?? NaN) + (singly[5] ?? NaN)) / 2, 6);
    const wrong = { ...tiled, tiles: tiles.map(() => 1) };
    await expect(fitModel(jobOf({}, wrong))).rejects.toThrow(/training tiles: has 90 rows, but .* have 135/);
  });

  it('refuses rows that bring nothing, and columns that differ', async () => {
    const { features: _, covariates: __, ...nothing } = train;
    await expect(fitModel(jobOf({}, nothing))).rejects.toThrow(/neither features of scans nor covariates/);
    const narrow = { ...test, features: table(150, 3, () => 1) };
    await expect(fitModel(jobOf({}, train, { heldOut: narrow }))).rejects.toThrow(/held-out features/);
  });

  it('ends in words where the loss diverges', async () => {
    const job = jobOf(
      { head: 'value', hidden: 2, training: { learningRate: 1e30, optimiser: 'sgd' } },
      { ...train, targets: { kind: 'value', values: train.patients.map((_, i) => i) } },
    );
    await expect(fitModel(job)).rejects.toThrow(/fitting head value: the loss is .* after step \d+; lower/);
  });
});

function picked(
  rows: ModelRows,
  order: readonly number[],
): Pick<ModelRows, 'targets' | 'covariates' | 'patients'> {
  const covariates = rows.covariates && featuresAt(rows.covariates, order);
  return {
    targets: pickRows(rows.targets, order),
    patients: order.map((row) => rows.patients[row] ?? ''),
    ...(covariates && { covariates }),
  };
}

describe('held-out rows', () => {
  it('choose the step whose weights are kept, and end training after patience', async () => {
    const heldOut = twoClouds(60, 'held out', 0.2);
    const training = { steps: 400, evaluateEvery: 10, patience: 3, learningRate: 0.05 };
    const model = await fitModel(jobOf({ training }, train, { heldOut }));
    const curve = model.curves.find(({ name }) => name === 'heldOut/loss');
    const lowest = Math.min(...(curve?.values ?? []));
    expect(model.best).toBe(curve?.steps[curve.values.indexOf(lowest)]);
    expect(model.steps).toBe(model.best + 30);
    const short = await fitModel(jobOf({ training: { ...training, patience: 1000 } }, train, { heldOut }));
    expect(short.best).toBeGreaterThanOrEqual(model.best);
    expect(short.steps).toBe(400);
  });
});
