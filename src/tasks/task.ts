/**
 * The contract of a proxy task: it turns seeded crops into inputs and targets, and states the head that it
 * needs on top of an encoder's features, its loss, its metric and its chance level.
 *
 * Contract:
 * - All randomness comes from the generators handed in. `prepare` in two processes gives equal batches.
 * - `loss` is called once to build the training graph and once for evaluation, with the same names.
 */
import type { ZodType } from 'zod';
import type { Json } from '../core/json.js';
import type { Rng } from '../core/random.js';
import type { AnyTensor } from '../core/tensor.js';
import type { Builder } from '../ir/builder.js';
import type { InputSpec, Value } from '../ir/graph.js';
import type { Crop } from '../scans/sampling/scan-set.js';

export interface TaskContext {
  /** Channels of the scans. */
  readonly channels: number;
  /** Crops per batch. */
  readonly batch: number;
}

export type BatchMode = 'train' | 'evaluate';

/** Applies the shared encoder: `[M, C, D, H, W]` → `[M, features, d, h, w]`. Calls of one graph share its parameters. */
export type Encode = (input: Value) => Value;

/**
 * The task in PyTorch: Python files, which an export copies as they are, and settings for them.
 *
 * The first file becomes `task.py` and holds a class `Task`, made as `Task(**settings)`; a dataclass with a field for
 * each setting reads best. The others are modules that it imports; they keep their names. `Task` has
 * - `crop`: voxels (D, H, W) of each crop;
 * - `metric` and `chance`: the metric that counts, and what guessing scores;
 * - `accepts(foreground) -> bool`: true if a crop with this foreground [D, H, W] can be asked about (optional);
 * - `make_batch(voxels, foreground, rng, train) -> dict[str, Tensor]` of NumPy crops [B, C, D, H, W] and
 *   [B, D, H, W], drawing from a NumPy generator;
 * - `head(features, grid_of) -> nn.Module`, on top of the encoder's feature maps, which have so many channels and, for
 *   an input of (D, H, W) voxels, `grid_of((D, H, W))` cells: what a decoder needs;
 * - `loss(encoder, head, batch) -> (loss, metrics)`;
 * - `label_smoothing`: set by `pretrain.py`, for the cross entropies of tasks that classify (optional);
 * - `batch`: set by `pretrain.py`, crops per batch, for tasks whose chance depends on it (optional).
 *
 * `python/stubs/task.pyi` says the same in Python's types.
 */
export interface PythonTask {
  readonly files: readonly [PythonFile, ...PythonFile[]];
  readonly settings: Readonly<Record<string, Json>>;
}

/**
 * URL of a file, as `new URL('./mirror3d.py', import.meta.url)`; or, in a file of the user's own, a path from there:
 * `./mirror3d.py`; or a path within this package: `python/heads.py`.
 */
export type PythonFile = URL | string;

/** Files and settings; or source text of `task.py`, whose `Task` takes no settings; or such texts by file name. */
export type PythonSource = PythonTask | string | Readonly<Record<string, string>>;

export function isPythonTask(source: PythonSource): source is PythonTask {
  return typeof source === 'object' && Array.isArray(source['files']);
}

/** Questions whose answers are classes. The audit tries to answer them without anatomy. */
export interface ClassQuestions {
  /** Name of the input `[crops · P, C, D, H, W]` that the encoder sees. */
  readonly shown: string;
  /** Name of the input `[crops · Q]` of classes, in the order of crops. */
  readonly answers: string;
  /** Number of classes, all equally frequent. */
  readonly classes: number;
  /** Parts, of the crop's P, that each of its Q questions shows. Absent: one question, on all parts. */
  readonly parts?: readonly (readonly number[])[];
  /** An answer for people, such as the order of the pieces; absent: its class says enough. */
  inWords?(answer: number): string;
  /** Where an answer puts the crop's parts: cell of a grid³, in row-major order, of each. Absent: they have no places. */
  places?(answer: number): readonly number[];
}

/** Voxels that are asked for, instead of a class. */
export interface VoxelQuestions {
  /** Name of the input `[crops, C, D, H, W]` that the encoder sees. */
  readonly shown: string;
  /** Name of the input of the same shape with the voxels that are right. */
  readonly answers: string;
  /** Name of the input of the same shape that is 1 where a voxel counts. */
  readonly counted: string;
}

export interface TaskPlan {
  /** Voxels `[D, H, W]` of each crop to be drawn. */
  readonly crop: readonly [number, number, number];
  /** Minimum share of tissue voxels in a crop, in [0, 1]. */
  readonly foreground: number;
  /** True if a crop can be asked about; if not, the sampler draws again, a bounded number of times. */
  accepts?(crop: Crop): boolean;
  /** The batch's tensors; shapes include the batch axis. */
  readonly inputs: readonly InputSpec[];
  /** Shape `[M, C, D, H, W]` of what the encoder sees, for cost and feasibility. */
  readonly encoderInput: readonly [number, number, number, number, number];
  /** Shapes of further calls of the encoder, where it is applied to more than one input. */
  readonly furtherEncoderInputs?: readonly (readonly [number, number, number, number, number])[];
  /** The metric that is the candidate's score on held-out patients, to be maximised; an output of `loss`. */
  readonly metric: string;
  /** Absent where the task asks for no classes. */
  readonly questions?: ClassQuestions;
  /** Absent where the task asks for no voxels. */
  readonly voxelQuestions?: VoxelQuestions;
  /** Score of a model that knows nothing. */
  readonly chance: number;
  /** The score recorded for a candidate that diverged. */
  readonly worst: number;
  /**
   * Makes one batch from `batch` crops: a value per input. In mode `evaluate` it leaves out augmentation; the
   * question itself (which permutation, which patch) stays random.
   */
  prepare(crops: readonly Crop[], rng: Rng, mode: BatchMode): Readonly<Record<string, AnyTensor>>;
  /** Builds head and loss. */
  loss(builder: Builder, inputs: Readonly<Record<string, Value>>, encode: Encode): TaskLoss;
  /** The same task in PyTorch, for an export; absent where the task has no Python. */
  pytorch?(): PythonSource;
}

/** `loss` and the metrics are scalars: means over the batch. */
export interface TaskLoss {
  readonly loss: Value;
  readonly metrics: Readonly<Record<string, Value>>;
  /**
   * What the network answers, for people to look at: logits `[crops · Q, classes]` of `questions`, or the voxels that
   * `voxelQuestions` asks for. Absent: it is not shown.
   */
  readonly answer?: Value;
}

export interface ProxyTask<Options = unknown> {
  readonly name: string;
  /** Paper or page that the task follows. */
  readonly source: string;
  readonly options: ZodType<Options>;
  plan(options: Options, context: TaskContext): TaskPlan;
}

/** Types a task's options by its schema; the registry forgets them again. */
export function defineTask<Options>(task: ProxyTask<Options>): ProxyTask<Options> {
  return task;
}
