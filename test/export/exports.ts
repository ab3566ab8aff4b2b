/** Exports of architectures with random weights, for tests. */
import type { Tensor } from '../../src/core/tensor.js';
import { rngOf } from '../../src/core/random.js';
import { runGraph } from '../../src/engines/onnx/index.js';
import {
  exportPytorch,
  type ExportedScans,
  type ExportedTask,
  type ExportedTraining,
  type ExportFiles,
  type PytorchExport,
} from '../../src/export/index.js';
import { Builder } from '../../src/ir/builder.js';
import type { Architecture } from '../../src/nn/architecture.js';
import { buildEncoder } from '../../src/nn/build.js';
import { randomTensor, randomWeights } from '../search-spaces/genomes.js';

export type InputShape = readonly [number, number, number, number, number];

export const plainScans: ExportedScans = {
  spacing: [6, 6, 6],
  percentiles: [0.5, 99.5],
  modalities: {},
  frames: 'first',
  nonFinite: 'refuse',
  validation: 0.25,
};

export const shortTraining: ExportedTraining = {
  steps: 3,
  batch: 2,
  learningRate: 1e-3,
  warmup: 0.1,
  schedule: 'cosine',
  optimiser: 'adamw',
  weightDecay: 0.01,
  evaluationBatches: 2,
};

const STUB_TASK: ExportedTask = { name: 'stub', options: {} };

/** Content of an export, with an input's features as the onnx engine computes them. */
export async function randomContent(
  architecture: Architecture,
  shape: InputShape,
  task: ExportedTask = STUB_TASK,
): Promise<PytorchExport> {
  const weights = randomWeights(architecture, rngOf('weights', architecture.name));
  const input = randomTensor(shape, rngOf('input', architecture.name));
  const builder = new Builder();
  const x = builder.input('input', shape);
  builder.output('features', buildEncoder(builder, architecture, x, { training: false }));
  const { features } = await runGraph(builder.build(), weights, { input });
  return {
    architecture,
    weights,
    parity: { input, features: features as Tensor },
    task,
    origin: { version: '0.0.0', experiment: 'test', space: 'test' },
    scans: plainScans,
    training: shortTraining,
  };
}

export async function randomExport(architecture: Architecture, shape: InputShape): Promise<ExportFiles> {
  return exportPytorch(await randomContent(architecture, shape));
}

export function textOf(files: ExportFiles, name: string): string {
  const content = files[name];
  if (typeof content !== 'string') throw new Error(`${name} is not a text file of the export`);
  return content;
}
