/**
 * What a machine has changes no result: features are the same with any number of cores.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { finetune } from '../../src/api/finetune.js';
import { present } from '../../src/core/errors.js';
import { sha256 } from '../../src/core/hash.js';
import { rngOf } from '../../src/core/random.js';
import { writeSafetensors } from '../../src/core/safetensors.js';
import { sizeOf } from '../../src/core/tensor.js';
import { featuresOf } from '../../src/downstream/training/encode.js';
import { engines } from '../../src/engines/index.js';
import type { Architecture } from '../../src/nn/architecture.js';
import { initialWeights } from '../../src/pretrain/initialise.js';
import { encoderGraph } from '../../src/pretrain/program.js';
import { writeScans } from '../support/outcomes.js';
import { temporaryFolder } from '../support/tiny.js';

const cores = vi.hoisted(() => ({ count: 1 }));
vi.mock('node:os', async (original) => ({
  ...(await original<object>()),
  availableParallelism: () => cores.count,
}));

const folder = temporaryFolder();
process.env['VOXOLVE_CACHE'] = join(folder, 'cache');
const at = (...names: string[]): string => join(folder, ...names);

/** Large enough that crops are encoded one by one, with convolutions of few places, which ONNX Runtime divides among threads. */
const SIZE = [64, 96, 96] as const;
const conv = (inChannels: number, outChannels: number, kernel: number[], stride: number[], pad: number) => ({
  kind: 'conv' as const,
  inChannels,
  outChannels,
  kernel: kernel as [number, number, number],
  stride: stride as [number, number, number],
  padding: [pad, pad, pad] as const,
  groups: 1,
  bias: true,
});
const architecture: Architecture = {
  name: 'few-places',
  inChannels: 1,
  features: 256,
  encoder: {
    kind: 'sequence',
    type: 'Encoder',
    children: [
      { name: 'stem', layer: conv(1, 32, [8, 24, 24], [8, 24, 24], 0) },
      { name: 'act', layer: { kind: 'activation', function: 'relu' } },
      { name: 'body', layer: conv(32, 64, [3, 3, 3], [1, 1, 1], 1) },
      { name: 'last', layer: conv(64, 256, [3, 3, 3], [2, 2, 2], 1) },
    ],
  },
};
const { parameters } = encoderGraph(architecture, [1, 1, ...SIZE]);
const weights = initialWeights(parameters, rngOf('encoder of few places'));

/** Hash of features of two crops of noise. */
async function featuresWith(threads: number): Promise<string> {
  const shape = [1, ...SIZE] as const;
  const fill = (row: number, _: unknown, into: Float32Array): void => {
    const rng = rngOf('noise', row);
    for (let i = 0; i < sizeOf(shape); i++) into[i] = rng.float();
  };
  const place = { engine: present(engines['onnx'], 'engine onnx'), device: 'cpu', threads };
  const { features } = await featuresOf({ architecture, weights }, { shape, tiles: () => 1, fill }, 2, place);
  return sha256(new Uint8Array(features.data.buffer));
}

it('frozen features are those of one thread, whose sums differ from those of several', async (context) => {
  const direct = await Promise.all([1, 2, 3, 8].map(featuresWith));
  if (new Set(direct).size === 1) context.skip('sums are the same with several threads on this processor');
  mkdirSync(at('encoder'));
  writeFileSync(
    at('encoder', 'architecture.json'),
    JSON.stringify({ architecture, scans: { spacing: 2 }, input: SIZE }),
  );
  writeFileSync(at('encoder', 'weights.safetensors'), writeSafetensors(weights));
  const [scans, task] = [at('scans'), { head: 'classes', training: { steps: 5 } }];
  const manifest = writeScans(scans, 8);
  const hashes: string[] = [];
  for (const count of [1, 2, 3, 8]) {
    cores.count = count;
    const output = at(`cores-${count}`);
    await finetune({
      task,
      encoder: at('encoder'),
      scans,
      manifest,
      output,
      folds: 2,
      workers: 1,
      engine: 'onnx',
      device: 'cpu',
    });
    hashes.push(sha256(readFileSync(join(output, 'features', 'pretrained.safetensors'))));
  }
  expect(new Set(hashes).size).toBe(1);
});
