/**
 * `npm run bench:foreign -- --encoder DIR [--seeds 10]`: how well an evidential head's uncertainty tells altered phantoms from new
 * ones, over seeds, with the weights of an exported encoder and with random ones, with and without the fading of evidence.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { present } from '../../src/core/errors.js';
import { rngOf } from '../../src/core/random.js';
import { readSafetensors } from '../../src/core/safetensors.js';
import { ascending } from '../../src/core/statistics/quantiles.js';
import { heads } from '../../src/downstream/heads/index.js';
import { scoresOf } from '../../src/downstream/ood/ood-report.js';
import { parseTask } from '../../src/downstream/task-file.js';
import type { StartingEncoder } from '../../src/downstream/training/fit.js';
import { fitModel } from '../../src/downstream/training/fit-model.js';
import { predictWith } from '../../src/downstream/training/predict.js';
import type { Architecture } from '../../src/nn/architecture.js';
import { encoderParameters } from '../../src/nn/parameters.js';
import { initialWeights } from '../../src/pretrain/initialise.js';
import { alteredKinds, alteredScans } from '../../src/scans/altered/foreign-scans.js';
import type { Volume } from '../../src/scans/sampling/scan-set.js';
import { areaOf, faintPhantoms, place, rowsOf } from './faint-phantoms.js';

const [TRAIN, TEST] = [60, 30];

const TRAINED = faintPhantoms(0, TRAIN);
const TESTED = faintPhantoms(TRAIN, TEST);
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
