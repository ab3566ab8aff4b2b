/**
 * Training an encoder with the rest of the model: rates by layer, batch norm, crops, tiles.
 */
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { rngOf } from '../../../src/core/random.js';
import { sizeOf, type AnyTensor, type TensorMap } from '../../../src/core/tensor.js';
import { modelBatches } from '../../../src/downstream/training/batches/model-batches.js';
import type { FitJob, FittedModel } from '../../../src/downstream/training/fit.js';
import { fitModel } from '../../../src/downstream/training/fit-model.js';
import { lossGraph } from '../../../src/downstream/training/model/graph.js';
import { encoderRates, layersOf } from '../../../src/downstream/training/model/layer-rates.js';
import { modelPlan } from '../../../src/downstream/training/model/plan.js';
import { predictWith } from '../../../src/downstream/training/predict.js';
import type { ModelRows } from '../../../src/downstream/training/rows.js';
import { scanInputs } from '../../../src/downstream/training/scan-inputs.js';
import { encoderParameters } from '../../../src/nn/parameters.js';
import { initialWeights } from '../../../src/pretrain/initialise.js';
import { memoryVolume } from '../../../src/scans/sampling/scan-set.js';
import { needsPython, python } from '../../support/python.js';
import { testedEngines } from '../../support/tested-engines.js';
import { smallEncoder } from './small-encoder.js';
import { auroc, jobOf, place } from './support.js';

const architecture = smallEncoder();
/** As after some training: running statistics other than at the start. */
const weights: TensorMap = (() => {
  const drawn = initialWeights(encoderParameters(architecture), rngOf('pretrained'));
  const rng = rngOf('statistics');
  for (const [name, { data }] of Object.entries(drawn)) {
    if (name.endsWith('running_mean')) data.forEach((_, i) => (data[i] = 0.1 * rng.normal()));
    if (name.endsWith('running_var')) data.forEach((_, i) => (data[i] = rng.uniform(0.5, 2)));
  }
  return drawn;
})();
const encoder = { architecture, weights };

/** Scans of noise; those of every other patient are brighter in one half. */
function noisyScans(count: number, name: string, depth = 8): ModelRows {
  const rng = rngOf('scans', name);
  const shape = [1, depth, 8, 8] as const;
  const labels = Array.from({ length: count }, (_, row) => row % 2);
  const facts = { id: name, split: 'train', patient: 0, modality: null, spacing: [1, 1, 1] } as const;
  const volumes = labels.map((label) => {
    const voxels = Float32Array.from(
      { length: sizeOf(shape) },
      (_, i) => rng.normal() + (label === 1 && i % 8 < 4 ? 1.5 : 0),
    );
    const tissue = new Uint8Array(voxels.length).fill(1);
    return memoryVolume({ ...facts, shape, frameTime: null }, voxels, tissue);
  });
  return {
    scans: scanInputs(volumes, {
      size: [8, 8, 8],
      reading: 'tile',
      tiles: 8,
      normalise: 'crop',
      augment: true,
    }),
    targets: { kind: 'classes', names: ['even', 'odd'], labels },
    patients: labels.map((_, row) => `${name}-${row}`),
  };
}

const train = noisyScans(20, 'train');
const job = (change: object = {}, more: Partial<FitJob> = {}): FitJob => {
  const { encoder: own, training, ...rest } = change as Record<string, object>;
  const task = {
    encoder: { train: 'layerwise', decay: 0.5, rate: 1, ...own },
    training: { steps: 12, batch: 8, learningRate: 0.02, evaluateEvery: 4, ...training },
    ...rest,
  };
  return jobOf(task, train, { encoder, ...more });
};

describe('layers of an encoder', () => {
  it('are its blocks, and the convolutions between them, from first to last, each parameter in one', () => {
    const layers = layersOf(architecture);
    expect(layers.map(([first]) => first?.replace(/\.(conv\d?\.)?(conv\.)?weight$/, ''))).toEqual([
      'stem',
      'stages.0.0',
      'stages.1.0',
    ]);
    const trainable = encoderParameters(architecture).filter((spec) => spec.trainable);
    expect(layers.flat().sort()).toEqual(trainable.map(({ name }) => name).sort());
  });

  it('learn at rates that fall from the head down, or at one rate', () => {
    const options = { train: 'layerwise', decay: 0.5, rate: 2, batchNorm: 'frozen' } as const;
    const rates = encoderRates(architecture, options);
    expect(rates['encoder.stages.1.0.conv.weight']).toBe(1);
    expect(rates['encoder.stages.0.0.shortcut.norm.bias']).toBe(0.5);
    expect(rates['encoder.stem.conv.weight']).toBe(0.25);
    expect(new Set(Object.values(encoderRates(architecture, { ...options, train: 'full' })))).toEqual(
      new Set([2]),
    );
  });
});

describe('an encoder that is trained', () => {
  const changed = ({ weights: fitted }: FittedModel): string[] =>
    Object.entries(weights)
      .filter(([name, { data }]) => data.some((value, i) => value !== fitted[`encoder.${name}`]?.data[i]))
      .map(([name]) => name);

  it('changes all its parameters, and no running statistics where batch norm is frozen', async () => {
    const model = await fitModel(job());
    const trainable = encoderParameters(architecture).filter((spec) => spec.trainable);
    expect(changed(model).sort()).toEqual(trainable.map(({ name }) => name).sort());
    const ofBatch = await fitModel(job({ encoder: { batchNorm: 'batch' } }));
    expect(changed(ofBatch).sort()).toEqual(Object.keys(weights).sort());
  });

  it('stays as it is at rate 0, while its head learns', async () => {
    const model = await fitModel(job({ encoder: { rate: 0 } }));
    expect(changed(model)).toEqual([]);
    expect(model.weights['head.fc.bias']?.data.some((value) => value !== 0)).toBe(true);
  });

  it('learns what tells scans of other patients apart, read by tiles or by the mean of their features', async () => {
    const longer = noisyScans(30, 'longer', 14);
    for (const reading of ['tile', 'pool']) {
      const how = job(
        { input: { reading }, training: { steps: 40 } },
        { heldOut: noisyScans(10, 'held out', 14) },
      );
      const model = await fitModel(how);
      expect(longer.scans?.tiles(0)).toBe(2);
      const { probabilities } = await predictWith(model, how, longer);
      expect(probabilities?.shape).toEqual([30, 2]);
      expect(auroc(probabilities, longer)).toBeGreaterThan(0.9);
      expect(model.curves.find(({ name }) => name === 'heldOut/loss')?.steps).toEqual(
        [...Array(10).keys()].map((i) => 4 * i + 4),
      );
    }
  });

  it('gives the same bits with one thread and two', async () => {
    const heldOut = noisyScans(6, 'held out');
    const [one, two] = await Promise.all(
      [1, 2].map((threads) => fitModel(job({}, { heldOut, place: { ...place, threads } }))),
    );
    expect(two).toEqual(one);
  });

  it.each(testedEngines.slice(1))(
    'is trained alike by $title',
    { timeout: 60_000 },
    async ({ engine, device }) => {
      const few = { training: { steps: 3, batch: 4 } };
      const expected = await fitModel(job(few));
      const actual = await fitModel(job(few, { place: { engine, device, threads: 1 } }));
      expect(Object.keys(actual.weights).sort()).toEqual(Object.keys(expected.weights).sort());
      for (const [name, { data }] of Object.entries(expected.weights)) {
        data.forEach((value, i) => {
          expect(Math.abs((actual.weights[name]?.data[i] ?? NaN) - value), name).toBeLessThan(1e-3);
        });
      }
    },
  );

  it.skipIf(python === undefined).each([false, true])(
    `follows PyTorch step by step, batch norm of the batch: %s ${needsPython}`,
    async (ofBatch) => {
      const settings = {
        encoder: { batchNorm: ofBatch ? 'batch' : 'frozen' },
        training: { schedule: 'constant', warmup: 0, weightDecay: 0.05, clipNorm: 0.5, steps: 6 },
      };
      const how = job(settings);
      const first = await fitModel(job({ ...settings, encoder: { ...settings.encoder, rate: 0 } }));
      const model = await fitModel(how);
      const columns = { features: architecture.features, covariates: 0 };
      const trained = { architecture, shape: train.scans?.shape ?? [1, 1, 1, 1], ofBatch };
      const plan = { ...modelPlan(how, columns, { targets: train.targets }), encoder: trained };
      const batchAt = modelBatches(how.task, plan, train, how.key);
      const plain = ({ shape, data }: AnyTensor) => ({ shape, data: [...data] });
      const start = {
        ...initialWeights(lossGraph(plan, 2, true).parameters, rngOf(...how.key, 'init')),
        ...Object.fromEntries(
          Object.entries(first.weights).filter(([name]) => name.startsWith('standardise')),
        ),
        ...Object.fromEntries(Object.entries(weights).map(([name, value]) => [`encoder.${name}`, value])),
      };
      const child = spawnSync(python ?? '', ['test/downstream/training/train_encoder.py'], {
        encoding: 'utf8',
        maxBuffer: 2 ** 28,
        input: JSON.stringify({
          weights: Object.fromEntries(Object.entries(start).map(([name, value]) => [name, plain(value)])),
          batches: [...Array(6).keys()].map((step) =>
            Object.fromEntries(Object.entries(batchAt(step)).map(([name, value]) => [name, plain(value)])),
          ),
          factors: encoderRates(architecture, how.task.encoder),
          rate: 0.02,
          decay: 0.05,
          clip: 0.5,
          of_batch: ofBatch,
        }),
      });
      expect(child.stderr).toBe('');
      const torch = JSON.parse(child.stdout) as { losses: number[]; weights: Record<string, number[]> };
      const losses = model.curves.find(({ name }) => name === 'train/loss')?.values ?? [];
      losses.forEach((loss, step) => expect(loss).toBeCloseTo(torch.losses[step] ?? NaN, 4));
      expect(Object.keys(torch.weights).sort()).toEqual(Object.keys(model.weights).sort());
      for (const [name, values] of Object.entries(torch.weights)) {
        values.forEach((value, i) => {
          expect(Math.abs((model.weights[name]?.data[i] ?? NaN) - value), name).toBeLessThan(1e-4);
        });
      }
    },
    60_000,
  );
});
