/**
 * Uncertainty on scans that have nothing of what was learned from: an evidential head on phantoms.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { present } from '../../../src/core/errors.js';
import { rngOf } from '../../../src/core/random.js';
import type { TensorMap } from '../../../src/core/tensor.js';
import { heads } from '../../../src/downstream/heads/index.js';
import { knownFeatures, squaredDistance } from '../../../src/downstream/ood/distance.js';
import { oodReport, scoresOf, type ScoredScans } from '../../../src/downstream/ood/ood-report.js';
import { parseTask } from '../../../src/downstream/task-file.js';
import { featuresOf, meanOverTiles } from '../../../src/downstream/training/encode.js';
import { fitModel } from '../../../src/downstream/training/fit-model.js';
import { predictWith } from '../../../src/downstream/training/predict.js';
import type { ModelRows } from '../../../src/downstream/training/rows.js';
import { scanInputs } from '../../../src/downstream/training/scan-inputs.js';
import { encoderParameters } from '../../../src/nn/parameters.js';
import { initialWeights } from '../../../src/pretrain/initialise.js';
import { alteredKinds, alteredScans } from '../../../src/scans/altered/foreign-scans.js';
import { phantom } from '../../../src/scans/phantoms/image.js';
import { memoryVolume, type Volume } from '../../../src/scans/sampling/scan-set.js';
import { smallEncoder } from '../training/small-encoder.js';
import { place } from '../training/support.js';

const SIZE = 16;
const architecture = smallEncoder();
const encoder = { architecture, weights: initialWeights(encoderParameters(architecture), rngOf('encoder')) };

/** Phantoms of which every other one has faint tissues. */
function volumesOf(first: number, count: number): Volume[] {
  return Array.from({ length: count }, (_, i) => {
    const voxels = Float32Array.from(
      phantom(SIZE, 7, first + i, i % 2 === 0 ? 1 : 0.3),
      (value) => value / 1000,
    );
    const [darkest, brightest] = [Math.min(...voxels), Math.max(...voxels)];
    const tissue = Uint8Array.from(voxels, (value) => (value > darkest + (brightest - darkest) / 6 ? 1 : 0));
    const shape = [1, SIZE, SIZE, SIZE] as const;
    const facts = { id: `${first + i}`, split: 'train', patient: i, modality: null } as const;
    return memoryVolume({ ...facts, shape, spacing: [1, 1, 1], frameTime: null }, voxels, tissue);
  });
}

async function rowsOf(volumes: readonly Volume[]): Promise<ModelRows & { readonly features: object }> {
  const options = { reading: 'crop', tiles: 1, normalise: 'crop', augment: false } as const;
  const inputs = scanInputs(volumes, { size: [SIZE, SIZE, SIZE], ...options });
  const { features, tiles } = await featuresOf(encoder, inputs, volumes.length, place);
  return {
    features: meanOverTiles(features, tiles),
    targets: { kind: 'classes', names: ['plain', 'faint'], labels: volumes.map((_, i) => i % 2) },
    patients: volumes.map(({ id }) => id),
  };
}

const vectorsOf = ({ features }: ModelRows): Float64Array[] => {
  const { shape, data } = present(features, 'features');
  const [rows = 0, columns = 0] = shape;
  return Array.from({ length: rows }, (_, i) =>
    Float64Array.from(data.subarray(i * columns, (i + 1) * columns)),
  );
};

describe('an evidential head on phantoms', () => {
  let train: ModelRows;
  const test = volumesOf(100, 30);
  beforeAll(async () => {
    train = await rowsOf(volumesOf(0, 60));
  });

  async function told(options: object): Promise<(volumes: readonly Volume[]) => Promise<ScoredScans>> {
    const task = parseTask({ head: 'evidential', ...options }, 'a task');
    const head = present(heads['evidential'], 'head');
    const model = await fitModel({ task, head, train, key: [0, 'ood'], place });
    const known = knownFeatures(vectorsOf(train));
    return async (volumes) => {
      const rows = await rowsOf(volumes);
      const predictions: TensorMap = await predictWith(model, { task, head, place }, rows);
      const distances = vectorsOf(rows).map((row) => squaredDistance(row, known));
      return { patients: rows.patients, scores: { ...scoresOf(predictions), distance: distances } };
    };
  }

  async function reportOf(options: object) {
    const scored = await told(options);
    const sets: Record<string, ScoredScans> = {};
    for (const kind of alteredKinds) {
      const set = { volumes: test, channels: 1, balance: 'patients', fingerprint: '' } as const;
      sets[kind] = await scored(alteredScans(set, kind, rngOf('altered')).volumes);
    }
    const { sets: found } = oodReport({ ...(await scored(test)), split: 'test' }, sets, [0]);
    return (kind: string, score: string): number => found[kind]?.scores[score]?.auroc.value ?? NaN;
  }

  it('is less certain of scans without anatomy than of new phantoms', async () => {
    for (const loss of ['mse', 'digamma']) {
      const aurocOf = await reportOf({ loss });
      for (const kind of ['noise', 'smooth noise', 'constant'])
        expect(aurocOf(kind, 'uncertainty'), `${loss}, ${kind}`).toBeGreaterThan(0.9);
    }
  }, 30_000);

  it('is more certain of noise where evidence does not fade with distance, whose features it tells nevertheless', async () => {
    const aurocOf = await reportOf({ distance: false });
    expect(aurocOf('noise', 'uncertainty')).toBeLessThan(0.2);
    expect(aurocOf('noise', 'distance')).toBeGreaterThan(0.9);
    expect(aurocOf('inverted', 'distance')).toBeGreaterThan(0.9);
  }, 30_000);
});
