import { describe, expect, it } from 'vitest';
import { firstShares, trustView } from '../../../src/dashboard/views/trust.js';
import { gainMarginOf, moreRepeated, noiseOf, pooledOf } from '../../../src/dashboard/views/trust/noise.js';
import { createExperiment, openStore, trustRows } from '../../../src/store/index.js';
import { trustReports } from '../../../src/study/index.js';
import { runToy, toyExperiment } from '../../study/simulation.js';
import { temporaryFolder } from '../../support/tiny.js';

const folder = temporaryFolder();

describe('how often each of the best comes first', () => {
  it('is what all draws of repetitions, counted out, give', () => {
    const scores = [
      [0.5, 0.7, 0.6],
      [0.55, 0.58, 0.66],
    ] as const;
    const means = (own: readonly number[]): number[] =>
      own.flatMap((a) => own.flatMap((b) => own.map((c) => (a + b + c) / 3)));
    const [first, second] = [means(scores[0]), means(scores[1])];
    const wins = first.flatMap((a) => second.map((b) => (a > b ? 1 : a === b ? 0.5 : 0) as number));
    const exact = wins.reduce((sum, win) => sum + win, 0) / wins.length;
    const shares = firstShares(scores, 1) ?? [];
    // Five standard errors of a share of 2,000 draws.
    expect(Math.abs((shares[0] ?? 0) - exact)).toBeLessThan(5 * Math.sqrt(0.25 / 2000));
    expect((shares[0] ?? 0) + (shares[1] ?? 0)).toBeCloseTo(1, 9);
    expect(firstShares(scores, 1)).toEqual(shares);
    expect(firstShares(scores, 2)).not.toEqual(shares);
  });

  it('is not told where one was trained once', () => {
    expect(firstShares([[0.5, 0.6], [0.4]], 1)).toBeNull();
    expect(firstShares([], 1)).toBeNull();
  });
});

it('the noise of ranks is the pooled deviation within genomes, unknown where none was trained twice', () => {
  expect(noiseOf(pooledOf([[1, 3], [5], [2, 2, 5]]))).toBeCloseTo(Math.sqrt((2 + 6) / 3), 12);
  expect(noiseOf(pooledOf([[1], [2]]))).toBeNull();
});

it('the view holds the pairs behind the correlations, and the repetitions of the best', async () => {
  const store = openStore(`${folder}/trust.db`, 'create');
  const spec = {
    experiment: {
      training: { batch: 2, evaluationBatches: 3 },
      winners: { candidates: 3, seeds: 3 },
    },
  };
  const row = createExperiment(store, toyExperiment({ spec }), new Date(0));
  await runToy(store, {
    candidates: 60,
    auxiliary: {
      trust: { share: 0.3, longer: 1 },
      winners: { candidates: 3, seeds: 3, longer: 1 },
    },
  });
  const view = trustView(store, row);
  const rows = trustRows(store, row.id);
  const noise = view.rankNoise;
  store.close();
  expect(rows.length).toBeGreaterThan(5);
  expect(view.pairs.map(({ number, full }) => [number, full])).toEqual(
    rows.map(({ number, full }) => [number, full]),
  );
  expect(view.reports).toEqual(trustReports(rows));
  expect(view.top).toHaveLength(3);
  expect(view.top.reduce((sum, { firstShare }) => sum + (firstShare ?? NaN), 0)).toBeCloseTo(1, 9);
  expect(noise).not.toBeNull();
  expect(view.gainMargin ?? 0).toBeGreaterThan(2 * (noise ?? NaN));
});

it('the margin of a gain is that of a difference of two scores, by the pooled noise of repetitions', () => {
  // Variance (2 + 2) / 3 with 3 degrees of freedom, of which R says qt(0.975, 3) = 3.182446.
  expect(gainMarginOf(pooledOf([[1, 2, 3], [5, 7], [4]]))).toBeCloseTo(3.182446 * Math.sqrt((2 * 4) / 3), 3);
  expect(gainMarginOf(pooledOf([[1], [2]]))).toBeNull();
  const [pair, winners, equal] = [[[1, 2]], [[1, 2, 3]], [[1, 1, 1]]].map(pooledOf);
  if (pair === undefined || winners === undefined || equal === undefined)
    throw new Error('three were pooled');
  expect(moreRepeated(pair, winners)).toBe(winners);
  expect(moreRepeated(winners, pair)).toBe(winners);
  expect(moreRepeated(pair, equal)).toBe(pair);
});
