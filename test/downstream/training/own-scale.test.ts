/**
 * Coefficients on the own scale of the columns.
 */
import { expect, it } from 'vitest';
import { fitModel } from '../../../src/downstream/training/fit-model.js';
import { ownScale } from '../../../src/downstream/training/own-scale.js';
import { predictWith } from '../../../src/downstream/training/predict.js';
import { jobOf, twoClouds } from './support.js';

const rows = twoClouds(60, 'own scale');

it('coefficients and intercepts on the own scale give what the model tells, whatever the fusion leaves', async () => {
  for (const fusion of ['none', 'concat']) {
    const job = jobOf({ fusion, training: { steps: 30 } }, rows);
    const model = await fitModel(job);
    const scale = ownScale(model);
    expect(scale?.columns.map(({ part }) => part)).toEqual([
      ...Array<string>(4).fill('features'),
      ...Array<string>(fusion === 'concat' ? 2 : 0).fill('covariates'),
    ]);
    const { probabilities } = await predictWith(model, job, rows);
    for (const row of [0, 1, 31]) {
      const x = [
        ...(rows.features?.data.subarray(4 * row, 4 * row + 4) ?? []),
        ...(rows.covariates?.data.subarray(2 * row, 2 * row + 2) ?? []),
      ];
      const logits = (scale?.coefficients ?? []).map((coefficients, output) =>
        coefficients.reduce((sum, one, i) => sum + one * (x[i] ?? NaN), scale?.intercepts[output] ?? NaN),
      );
      const [well = NaN, ill = NaN] = logits;
      expect(probabilities?.data[2 * row + 1]).toBeCloseTo(1 / (1 + Math.exp(well - ill)), 4);
    }
  }
});

it('a head with a hidden layer has none, and neither has a fusion that learns', async () => {
  const training = { steps: 2 };
  expect(ownScale(await fitModel(jobOf({ hidden: 3, training }, rows)))).toBeUndefined();
  expect(ownScale(await fitModel(jobOf({ fusion: 'joint-autoencoder', training }, rows)))).toBeUndefined();
});

it('a Cox model of covariates is solved exactly, in units of the covariates', async () => {
  const times = rows.patients.map((_, row) => 1 + ((row * 7) % 23) + (row % 2));
  const events = rows.patients.map((_, row) => (row % 4 === 0 ? 0 : 1));
  const targets = { kind: 'time', times, events } as const;
  const { features: _, ...plain } = { ...rows, targets };
  const metres = await fitModel(jobOf({ head: 'cox' }, plain));
  expect([metres.steps, metres.best]).toEqual([0, 0]);
  expect(metres.logLikelihood).toBeLessThan(0);
  const millimetres = await fitModel(
    jobOf(
      { head: 'cox' },
      {
        ...plain,
        covariates: {
          ...(plain.covariates ?? neverAbsent()),
          data: plain.covariates?.data.map((x) => x * 1000) ?? neverAbsent(),
        },
      },
    ),
  );
  const [first] = ownScale(metres)?.coefficients[0] ?? [];
  const [other] = ownScale(millimetres)?.coefficients[0] ?? [];
  expect(Math.abs(first ?? 0)).toBeGreaterThan(1e-4);
  expect((other ?? NaN) * 1000).toBeCloseTo(first ?? NaN, 6);
});

function neverAbsent(): never {
  throw new Error('these rows have covariates');
}
