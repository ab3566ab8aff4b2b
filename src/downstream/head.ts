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
 * - A head draws no random numbers; how its parameters start is said where they are declared.
 * - Features are `[N, F]`, or maps `[N, F, d, h, w]`, of which `pooledFeatures` makes the former.
 */
import type { ZodType } from 'zod';
import type { AnyTensor } from '../core/tensor.js';
import type { Builder } from '../ir/builder.js';
import type { InputSpec, Value } from '../ir/graph.js';
import type { Targets } from './targets.js';

export interface HeadContext<T extends Targets = Targets> {
  /** Channels of the encoder's feature map. */
  readonly features: number;
  /** Those of all rows of training: classes, frequencies, means and spreads follow from them. */
  readonly targets: T;
}

export interface HeadPlan<T extends Targets = Targets> {
  /** The tensors that the targets of a batch become; the first axis of each is its rows. */
  inputs(rows: number): readonly InputSpec[];
  /** Values of these tensors, by name. */
  feeds(targets: T): Readonly<Record<string, AnyTensor>>;
  /** Builds the loss: scalar `loss`, and scalar metrics (means over the rows). */
  loss(
    builder: Builder,
    features: Value,
    targets: Readonly<Record<string, Value>>,
  ): { readonly loss: Value; readonly metrics: Readonly<Record<string, Value>> };
  /** Builds what is told of each row: outputs by name, the first axis of each is the rows. */
  predict(builder: Builder, features: Value): Readonly<Record<string, Value>>;
  /** The metric to be maximised; an output of `loss`. */
  readonly metric: string;
  /** What a model that knows only the training targets scores. */
  readonly chance: number;
}

export interface Head<Options = unknown, T extends Targets = Targets> {
  readonly name: string;
  /** Paper or page that the head follows. */
  readonly source: string;
  /** Kind of the targets that it learns from. */
  readonly targets: T['kind'];
  readonly options: ZodType<Options>;
  plan(options: Options, context: HeadContext<T>): HeadPlan<T>;
}

/** Types a head's options by its schema; the registry forgets them again. */
export function defineHead<Options, T extends Targets>(head: Head<Options, T>): Head<Options, T> {
  return head;
}
