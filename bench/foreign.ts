/**
 * `npm run bench:foreign -- --encoder DIR [--seeds 10]`: how well an evidential head's uncertainty tells altered phantoms from new
 * ones, over seeds, with the weights of an exported encoder and with random ones, with and without the fading of evidence.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { present } from '../src/core/errors.js';
import { rngOf } from '../src/core/random.js';
import { readSafetensors } from '../src/core/safetensors.js';
import { meanOf } from '../src/core/statistics/descriptive.js';
import { ascending } from '../src/core/statistics/quantiles.js';
import { heads } from '../src/downstream/heads/index.js';
import { scoresOf } from '../src/downstream/ood/ood-report.js';
import { parseTask } from '../src/downstream/task-file.js';
import { featuresOf, readingOf } from '../src/downstream/training/encode.js';
import type { StartingEncoder } from '../src/downstream/training/fit.js';
import { fitModel } from '../src/downstream/training/fit-model.js';
import { predictWith } from '../src/downstream/training/predict.js';
import type { ModelRows } from '../src/downstream/training/rows.js';
import { scanInputs } from '../src/downstream/training/scan-inputs.js';
import { onnxEngine } from '../src/engines/onnx/index.js';
import type { Architecture } from '../src/nn/architecture.js';
import { encoderParameters } from '../src/nn/parameters.js';
import { initialWeights } from '../src/pretrain/initialise.js';
import { alteredKinds, alteredScans } from '../src/scans/altered/foreign-scans.js';
import { phantom } from '../src/scans/phantoms/image.js';
import { memoryVolume, type Volume } from '../src/scans/sampling/scan-set.js';

const SIZE = 16;
const [TRAIN, TEST] = [60, 30];
const place = { engine: onnxEngine, device: 'cpu', threads: 1 };

/** Phantoms, every other one with faint tissues: the second class. */
function volumesOf(first: number, count: number): Volume[] {
  return Array.from({ length: count }, (_, i) => {
    const image = phantom(SIZE, 7, first + i, i % 2 === 0 ? 1 : 0.3);
    const voxels = Float32Array.from(image, (value) => value / 1000);
    const [darkest, brightest] = [Math.min(...voxels), Math.max(...voxels)];
    const tissue = Uint8Array.from(voxels, (value) => (value > darkest + (brightest - darkest) / 6 ? 1 : 0));
    const facts = { id: `${first + i}`, split: 'train', patient: first + i, modality: null } as const;
    const grid = { shape: [1, SIZE, SIZE, SIZE], spacing: [1, 1, 1], frameTime: null } as const;
    return memoryVolume({ ...facts, ...grid }, voxels, tissue);
  });
}

async function rowsOf(encoder: StartingEncoder, volumes: readonly Volume[]): Promise<ModelRows> {
  const options = { reading: 'crop', tiles: 1, normalise: 'crop', augment: false } as const;
  const inputs = scanInputs(volumes, { size: [SIZE, SIZE, SIZE], ...options });
  return {
    ...readingOf(await featuresOf(encoder, inputs, volumes.length, place), 'crop'),
    targets: { kind: 'classes', names: ['plain', 'faint'], labels: volumes.map((_, i) => i % 2) },
    patients: volumes.map(({ id }) => id),
  };
}

/** Share of the pairs in which the foreign scan is the less certain one; ties are half. */
function areaOf(foreign: readonly number[], own: readonly number[]): number {
  const wins = foreign.flatMap((one) => own.map((other) => (one > other ? 1 : one === other ? 0.5 : 0)));
  return meanOf(wins);
}

const TRAINED = volumesOf(0, TRAIN);
const TESTED = volumesOf(TRAIN, TEST);
const ALTERED = alteredKinds.map((kind) => {
  const set = { volumes: TESTED, channels: 1, balance: 'patients', fingerprint: '' } as const;
  return { kind, volumes: alteredScans(set, kind, rngOf('altered', kind)).volumes };
});

/** Area under the curve of the uncertainty, by kind. */
async function areasOf(
  encoder: StartingEncoder,
  distance: boolean,
  seed: number,
): Promise<Record<string, number>> {
  const task = parseTask({ head: 'evidential', distance }, 'task');
  const head = present(heads['evidential'], 'head');
  const reader = { ...encoder, early: distance };
  const model = await fitModel({
    task,
    head,
    train: await rowsOf(reader, TRAINED),
    key: [seed, 'foreign'],
    place,
  });
  const told = async (volumes: readonly Volume[]) => {
    const rows = await rowsOf(reader, volumes);
    return scoresOf(await predictWith(model, { task, head, place }, rows))['uncertainty'] ?? [];
  };
  const inside = await told(TESTED);
  const areas: Record<string, number> = {};
  for (const { kind, volumes } of ALTERED) areas[kind] = areaOf(await told(volumes), inside);
  return areas;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { encoder: { type: 'string' }, seeds: { type: 'string', default: '10' } },
  });
  const folder = present(values.encoder, '--encoder');
  const { architecture } = JSON.parse(readFileSync(join(folder, 'architecture.json'), 'utf8')) as {
    architecture: Architecture;
  };
  const file = join(folder, 'weights.safetensors');
  const weightsOf = {
    pretrained: () => readSafetensors(readFileSync(file), file),
    random: (seed: number) => initialWeights(encoderParameters(architecture), rngOf(seed, 'encoder')),
  };
  for (const [name, weights] of Object.entries(weightsOf)) {
    for (const distance of [true, false]) {
      const all: Record<string, number[]> = {};
      for (let seed = 0; seed < Number(values.seeds); seed++) {
        const areas = await areasOf({ architecture, weights: weights(seed) }, distance, seed);
        for (const [kind, area] of Object.entries(areas)) (all[kind] ??= []).push(area);
      }
      console.log(
        `${name} weights, ${distance ? 'evidence fades' : '"distance": false'}: median (least to most)`,
      );
      for (const [kind, areas] of Object.entries(all)) {
        const sorted = ascending(areas).map((area) => area.toFixed(3));
        const middle = sorted[Math.floor((sorted.length - 1) / 2)];
        console.log(`  ${kind.padEnd(16)} ${middle} (${sorted[0]} to ${sorted.at(-1)})`);
      }
    }
  }
}

await main();
