/**
 * The contract of a downstream head: what stands between an encoder's features and what a scan is to be told from it.
 *
 * A head is a file, as a proxy task is. It says which targets it learns from, turns them into tensors, and builds its
 * loss and its predictions on a graph.
 *
 * Contract:
 * - `loss` and `predict` may be built in one graph: parameters of both are declared with `shared: true`, as `denseLayer`
 *   does.
 * - All parameters are named `head.…`; encoders have the other names.
 * - A head draws no random numbers but from the generator that `feeds` is handed; how its parameters start is said where they
 *   are declared.
 * - Features are `[N, F]`, or maps `[N, F, d, h, w]`, of which `pooledFeatures` makes the former.
 */
import type { ZodType } from 'zod';
import type { Rng } from '../core/random.js';
import type { AnyTensor, Tensor, TensorMap } from '../core/tensor.js';
import type { Builder } from '../ir/builder.js';
import type { InputSpec, Value } from '../ir/graph.js';
import type { PythonSource } from '../tasks/task.js';
import type { FeatureRows } from './rows.js';
import type { Targets } from './targets.js';

export interface HeadContext<T extends Targets = Targets> {
  /** Channels of the encoder's feature map. */
  readonly features: number;
  /** Those of all rows of training: classes, frequencies, means and spreads follow from them. */
  readonly targets: T;
  /**
   * Channels of the encoder's first stage, by their means: the last of `features`, read beside those of its last layer. They tell how
   * like the scans of training a scan is, not what is asked. Absent: none.
   */
  readonly early?: number;
  /**
   * Times at which survival is told, ascending and above 0: those of the whole cohort (`survivalTimes`), so that the models of
   * all folds tell it at the same. Absent: the head takes such of its own targets. Heads of time to event only.
   */
  readonly times?: readonly number[];
}

/** The moment at which a batch is made. */
export interface Moment {
  /** Share of the training that is over, in [0, 1]: for terms of a loss that grow. 1 in evaluation. */
  readonly progress: number;
  /** Of this batch alone: for losses that sample. */
  readonly rng: Rng;
}

/** Weights that minimise a convex loss on all rows, found without steps of an optimiser. */
export interface Solution {
  /** Named and shaped as the head's parameters. */
  readonly weights: TensorMap;
  /** Of the training rows, without the penalty; absent where the loss is none. */
  readonly logLikelihood?: number;
  /** The penalty, where it was chosen from the rows. */
  readonly penalty?: number;
}

/** Numbers that predictions need besides weights, such as a baseline hazard; kept with the weights. */
export type HeadConstants = Readonly<Record<string, readonly number[]>>;

/** Rows of an exact solution. */
export interface SolvedRows extends FeatureRows {
  /** Whose each row is: a choice of the penalty may leave the rows of a patient out together. Absent: each is another's. */
  readonly patients?: readonly string[];
}

export interface HeadPlan<T extends Targets = Targets> {
  /** The tensors that the targets of a batch become; the first axis of each is its rows. */
  inputs(rows: number): readonly InputSpec[];
  /** Values of these tensors, by name. */
  feeds(targets: T, moment: Moment): Readonly<Record<string, AnyTensor>>;
  /** Builds the loss: scalar `loss`, and scalar metrics (means over the rows). */
  loss(
    builder: Builder,
    features: Value,
    targets: Readonly<Record<string, Value>>,
  ): { readonly loss: Value; readonly metrics: Readonly<Record<string, Value>> };
  /**
   * Builds what is told of each row: outputs by name, the first axis of each is the rows. Names that reports understand:
   * `probabilities` `[N, K]`, `uncertainty` `[N]` in [0, 1], `value` `[N]`, `risk` `[N]` (higher means sooner), `survival`
   * `[N, T]` at `times`.
   */
  predict(builder: Builder, features: Value): Readonly<Record<string, Value>>;
  /** The metric to be maximised; an output of `loss`. */
  readonly metric: string;
  /** What a model that knows only the training targets scores. */
  readonly chance: number;
  /** True where the loss of a batch is no mean over its rows, but compares them: then a step takes all rows where it can. */
  readonly comparesRows?: boolean;
  /** Times of the columns of `survival`, ascending; heads of time to event only. */
  readonly times?: readonly number[];
  /**
   * Fits the head to frozen features `[N, F]` exactly, with `penalty` · ½‖w‖² beside the mean loss; absent: by steps. The
   * penalty is undefined only where the head `choosesPenalty`.
   */
  solve?(rows: SolvedRows, penalty: number | undefined): Solution;
  /**
   * Parameters `head.…` of `predict` that no step changes, once the rest is learned: from what the head reads of the training rows
   * `[N, F]`; `patients`: whose each is.
   */
  measure?(features: Tensor, patients: readonly string[]): TensorMap;
  /** Constants from what `predict` told of the training rows. */
  settle?(predictions: TensorMap, targets: T): HeadConstants;
  /** What `predict` told of any rows, completed by the constants: such as `survival` from `risk` and a baseline hazard. */
  complete?(predictions: TensorMap, constants: HeadConstants): TensorMap;
  /**
   * The head in PyTorch, for an export; absent where it has no Python. The first file has a class `Head`, a module with the
   * plan's parameters (without `head.`) that is made of the settings and, where the head has them, `constants` by name. Its
   * `forward(features)` gives the complete predictions by their names, `loss(features, targets, progress)` the loss and
   * metrics, and `settle(features, targets)` sets what `measure` gives, and the constants; there `targets` has `patient`, too.
   */
  pytorch?(): PythonSource;
}

export interface Head<Options = unknown, T extends Targets = Targets> {
  readonly name: string;
  /** Paper or page that the head follows. */
  readonly source: string;
  /** Kind of the targets that it learns from. */
  readonly targets: T['kind'];
  readonly options: ZodType<Options>;
  /** True where the head reads the encoder's first stage, too (`HeadContext.early`); absent: never. */
  readsEarly?(options: Options): boolean;
  /** True where `solve` takes a penalty of its own choice if the task gives none; absent: then it is handed 0. */
  readonly choosesPenalty?: boolean;
  plan(options: Options, context: HeadContext<T>): HeadPlan<T>;
}

/** The penalty of an exact solution: the task's; undefined where the head is to choose it. */
export function penaltyOf(
  { choosesPenalty = false }: Pick<Head, 'choosesPenalty'>,
  given: number | undefined,
): number | undefined {
  return given ?? (choosesPenalty ? undefined : 0);
}

/** Types a head's options by its schema; the registry forgets them again. */
export function defineHead<Options, T extends Targets>(head: Head<Options, T>): Head<Options, T> {
  return head;
}
