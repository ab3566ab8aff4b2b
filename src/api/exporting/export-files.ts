/**
 * The files of an export: what `export` and `pretrain` share. An architecture and its weights leave as code, weights
 * and a check of both.
 */
import { definedEntries, plainJson } from '../../core/json.js';
import { present } from '../../core/errors.js';
import { rngOf } from '../../core/random.js';
import { tensor, type Tensor, type TensorMap } from '../../core/tensor.js';
import { encodeGraphAsOnnx, runGraph } from '../../engines/onnx/index.js';
import type { PlannedExperiment } from '../../experiment/resolve.js';
import type { ExportOrigin, ExportedScans, PytorchExport } from '../../export/contents.js';
import { exportFlower } from '../../export/flower.js';
import { exportPytorch } from '../../export/pytorch.js';
import { encoderWeights } from '../../export/weights.js';
import type { ExportFiles } from '../../export/write-folder.js';
import type { Architecture } from '../../nn/architecture.js';
import { encoderGraph, encoderPrefix } from '../../pretrain/program.js';
import { transformsOf, type ScanOptions } from '../../scans/options.js';
import { version } from '../../core/version.js';

export interface Exported {
  readonly resolved: PlannedExperiment;
  readonly architecture: Architecture;
  /** Weights of the training program: encoder and head. */
  readonly weights: TensorMap;
  /** `space` where it is another one than the experiment's. */
  readonly origin: Omit<ExportOrigin, 'version' | 'experiment' | 'space'> &
    Partial<Pick<ExportOrigin, 'space'>>;
}

export const exportTargets = ['pytorch', 'onnx', 'flower'] as const;
export type ExportTarget = (typeof exportTargets)[number];

export async function exportFiles(to: ExportTarget, exported: Exported): Promise<ExportFiles> {
  const { resolved, architecture, origin } = exported;
  const weights = encoderWeights(architecture, exported.weights, encoderPrefix);
  const [, ...size] = resolved.plan.encoderInput;
  const shape = [2, ...size] as [number, number, number, number, number];
  const graph = encoderGraph(architecture, shape);
  const input = randomInput(shape);
  const features = present((await runGraph(graph, weights, { input }))['features'], 'features');
  const { experiment } = resolved;
  const content: PytorchExport = {
    architecture,
    weights,
    parity: { input, features },
    task: {
      name: resolved.task.name,
      options: plainJson(resolved.taskOptions),
      ...(resolved.plan.pytorch === undefined ? {} : { source: resolved.plan.pytorch() }),
    },
    origin: { version, experiment: experiment.name, space: resolved.space.name, ...origin },
    scans: exportedScans(experiment.scans),
    training: definedEntries(experiment.training),
  };
  if (to === 'flower') return exportFlower(content);
  const files = exportPytorch(content);
  if (to === 'pytorch') return files;
  return {
    'encoder.onnx': encodeGraphAsOnnx(graph, weights, { dynamicBatch: true, version }),
    'architecture.json': present(files['architecture.json'], 'architecture.json'),
    'parity.npz': present(files['parity.npz'], 'parity.npz'),
  };
}

/** What an export says of preprocessing. */
export function exportedScans(options: ScanOptions): ExportedScans {
  const transforms = transformsOf(options);
  const modalities = Object.entries(transforms.modalities).map(([name, own]) => [name, definedEntries(own)]);
  return {
    ...definedEntries(transforms),
    modalities: Object.fromEntries(modalities) as ExportedScans['modalities'],
    validation: options.validation,
  };
}

/** Standard normal values, as normalised scans have; `[N, C, D, H, W]`. */
export function randomInput(shape: readonly number[]): Tensor {
  const rng = rngOf('parity');
  return tensor(
    shape,
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => rng.normal()),
  );
}
