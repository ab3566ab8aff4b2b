/**
 * What a PyTorch export is made of.
 */
import type { Json } from '../core/json.js';
import type { Tensor, TensorMap } from '../core/tensor.js';
import type { Architecture } from '../nn/architecture.js';
import type { PythonSource } from '../tasks/task.js';

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
