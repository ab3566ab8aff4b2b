/**
 * The PyTorch export: an architecture and its weights as a folder of training code.
 */
import { readFileSync } from 'node:fs';
import type { Json } from '../core/json.js';
import { packageFile } from '../core/package-files.js';
import type { Tensor, TensorMap } from '../core/tensor.js';
import type { Architecture } from '../nn/architecture.js';
import { countParameters } from '../nn/parameters.js';
import { writeSafetensors } from '../core/safetensors.js';
import { pythonFiles, type PythonFiles } from '../tasks/python-files.js';
import type { PythonSource } from '../tasks/task.js';
import { readmeSource } from './files/readme.js';
import { requirementsSource } from './files/requirements.js';
import { settingsSource } from './files/settings.js';
import { writeNpz } from './npz.js';
import { modelSource } from './python/model.js';
import { encoderWeights } from './weights.js';
import type { ExportFiles } from './write-folder.js';

export interface PytorchExport {
  readonly architecture: Architecture;
  /** The encoder's tensors, named as in its `state_dict`; see `encoderWeights`. */
  readonly weights: TensorMap;
  /** An input `[N, C, D, H, W]`, and the features that voxolve computes for it with these weights. */
  readonly parity: { readonly input: Tensor; readonly features: Tensor };
  readonly task: ExportedTask;
  readonly origin: ExportOrigin;
  readonly scans: ExportedScans;
  readonly training: ExportedTraining;
}

/** The proxy task; without `source` an export has no code for pretraining. */
export interface ExportedTask {
  readonly name: string;
  readonly options: Json;
  readonly source?: PythonSource;
}

/** Origin of the architecture and its weights. */
export interface ExportOrigin {
  /** Version of voxolve. */
  readonly version: string;
  readonly experiment: string;
  readonly space: string;
  readonly candidate?: number;
  readonly genome?: Json;
  readonly score?: { readonly metric: string; readonly value: number; readonly chance: number };
}

/** Preprocessing of scans. */
export interface ExportedScans {
  /** mm along `[D, H, W]`. */
  readonly spacing: readonly [number, number, number];
  readonly percentiles: readonly [number, number];
  /** Window that intensities are clipped to instead of percentiles. */
  readonly window?: { readonly center: number; readonly width: number };
  /** Percentiles of tissue, and the values that they are mapped to. */
  readonly landmarks?: { readonly percentiles: readonly number[]; readonly values: readonly number[] };
  /** Options of modalities, by the names that DICOM gives them. */
  readonly modalities: Readonly<
    Record<
      string,
      {
        readonly percentiles?: readonly [number, number];
        readonly window?: NonNullable<ExportedScans['window']>;
        readonly landmarks?: NonNullable<ExportedScans['landmarks']>;
      }
    >
  >;
  readonly frames: 'first' | 'each' | 'mean';
  /** Scans with NaN or infinite voxels are refused, or have them set to zero. */
  readonly nonFinite: 'refuse' | 'zero';
  /** Share of patients held out. */
  readonly validation: number;
}

/** Training options of the candidate, which are the defaults of `pretrain.py`. */
export interface ExportedTraining {
  readonly steps: number;
  readonly batch: number;
  readonly learningRate: number;
  /** Share of the steps over which the learning rate rises. */
  readonly warmup: number;
  readonly schedule: 'cosine' | 'constant';
  readonly optimiser: 'adamw' | 'lamb' | 'sgd';
  /** Momentum of sgd; absent: 0.9. */
  readonly momentum?: number;
  readonly weightDecay: number;
  /** Share of targets spread over all classes; absent: none. */
  readonly labelSmoothing?: number;
  readonly clipNorm?: number;
  readonly evaluationBatches: number;
}

/** All files of the folder, by name. Throws where the weights do not fit the architecture. */
export function exportPytorch(content: PytorchExport): ExportFiles {
  const { architecture, parity, task } = content;
  const python = task.source === undefined ? undefined : pythonFiles(`proxy task ${task.name}`, task.source);
  const weights = encoderWeights(architecture, content.weights);
  return {
    'README.md': readmeSource(content, python),
    'model.py': modelSource(architecture, originLine(content)),
    'weights.safetensors': writeSafetensors(weights),
    'parity.npz': writeNpz({ input: parity.input, features: parity.features }),
    'architecture.json': readableJson(description(content)),
    'requirements.txt': requirementsSource(python !== undefined),
    ...pretrainingFiles(content, python),
  };
}

/** Code that trains on the proxy task, and the settings that it reads. */
function pretrainingFiles({ training, scans }: PytorchExport, task: PythonFiles | undefined): ExportFiles {
  if (task === undefined) return {};
  const shared = (name: string): string => readFileSync(packageFile(`python/${name}`), 'utf8');
  return {
    ...task.files,
    'settings.py': settingsSource(training, scans, task.settings),
    'scans.py': shared('scans.py'),
    'pretrain.py': shared('pretrain.py'),
  };
}

/** Content of `architecture.json`: the tree itself and its origin. */
function description({ architecture, task, origin, scans, training }: PytorchExport): object {
  return {
    architecture,
    parameters: countParameters(architecture),
    origin,
    task: { name: task.name, options: task.options },
    scans,
    training,
  };
}

/** Indented JSON, with lists of numbers on one line. */
function readableJson(value: object): string {
  const indented = JSON.stringify(value, null, 2);
  // Strings hold no line breaks in JSON, so only lists of the document itself match.
  const compact = indented.replace(
    /\[\n([-\d.e,\s]+?)\n\s*\]/g,
    (_, list: string) => `[${list.trim().replace(/\s+/g, ' ')}]`,
  );
  return `${compact}\n`;
}

function originLine({ origin, task }: PytorchExport): string {
  const candidate = origin.candidate === undefined ? '' : `, candidate ${origin.candidate}`;
  return `3D encoder pretrained on ${task.name} (voxolve, ${origin.experiment}${candidate}).`;
}
