/**
 * Models with a fusion learn from scan and table what neither tells alone.
 */
import { describe, expect, it } from 'vitest';
import { rngOf } from '../../../src/core/random.js';
import { fitModel } from '../../../src/downstream/training/fit-model.js';
import { predictWith } from '../../../src/downstream/training/predict.js';
import type { ModelRows } from '../../../src/downstream/training/rows.js';
import { auroc, jobOf, place, table } from '../training/support.js';

/** Two classes by the sum of a feature of the scan and a covariate, which each tell half of it. */
function halves(rows: number, name: string): ModelRows {
  const rng = rngOf('halves', name);
  const draws = Array.from({ length: rows }, () => Array.from({ length: 9 }, () => rng.normal()));
  const at = (row: number, column: number): number => draws[row]?.[column] ?? 0;
  return {
    features: table(rows, 6, (row, column) => 3 + 10 * at(row, column)),
    covariates: table(rows, 2, (row, column) => 50 + at(row, 6 + column)),
    targets: {
      kind: 'classes',
      names: ['well', 'ill'],
      labels: draws.map((_, row) => (at(row, 0) + at(row, 6) + 0.3 * at(row, 8) > 0 ? 1 : 0)),
    },
    patients: draws.map((_, row) => `${name}-${row}`),
  };
}

const [train, test] = [halves(240, 'train'), halves(240, 'test')];

async function scoreOf(fusion: unknown): Promise<number> {
  const job = jobOf({ fusion, training: { steps: 250 } }, train);
  const model = await fitModel(job);
  const told = await predictWith(model, { task: job.task, head: job.head, place }, test);
  return auroc(told['probabilities'], test);
}

describe('a fusion', () => {
  it.each([
    ['concat', 'concat'],
    ['concat with fewer features', { name: 'concat', options: { reduce: 4 } }],
    ['joint-autoencoder', { name: 'joint-autoencoder', options: { latent: 8, hidden: 16 } }],
  ])('tells more than the scan alone: %s', async (_, fusion) => {
    const alone = await scoreOf('none');
    expect(alone).toBeGreaterThan(0.65);
    expect(alone).toBeLessThan(0.85);
    expect(await scoreOf(fusion)).toBeGreaterThan(0.9);
  });
});
