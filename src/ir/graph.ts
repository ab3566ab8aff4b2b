/**
 * The tensor graph: static shapes, single assignment, plain data.
 *
 * A graph is a list of nodes in topological order. A node has one output. Each op's attributes, shape rule and
 * cost are in its own file under `ops/`; `ops/index.ts` lists them. `builder.ts` makes graphs.
 */
import type { DType, Shape } from '../core/tensor.js';
import type { OpAttributes, OpName } from './ops/index.js';

/** Reference to a node's output, with its static shape and type. */
export interface Value {
  readonly id: number;
  readonly shape: Shape;
  readonly dtype: DType;
}

export interface Node<K extends OpName = OpName> {
  readonly id: number;
  readonly op: K;
  readonly inputs: readonly number[];
  readonly attributes: OpAttributes[K];
  readonly shape: Shape;
  readonly dtype: DType;
}

/** Initial value of a parameter; drawn by the trainer from a generator keyed by the parameter's name. */
export type Initialiser =
  | { readonly kind: 'constant'; readonly value: number }
  /** Normal with standard deviation sqrt(gain / fan) (He et al. 2015 with gain 2, fan out of the convolution). */
  | { readonly kind: 'normal'; readonly deviation: number }
  | { readonly kind: 'uniform'; readonly bound: number }
  /** These numbers, row-major. */
  | { readonly kind: 'values'; readonly values: readonly number[] };

export interface ParameterSpec {
  readonly name: string;
  readonly shape: Shape;
  readonly initialiser: Initialiser;
  /** True if trained by gradients; otherwise a state such as running statistics. */
  readonly trainable: boolean;
  /** True if weight decay applies. */
  readonly decay: boolean;
}

export interface InputSpec {
  readonly name: string;
  readonly shape: Shape;
  readonly dtype: DType;
}

export interface Graph {
  readonly nodes: readonly Node[];
  readonly inputs: readonly InputSpec[];
  readonly parameters: readonly ParameterSpec[];
  /** Named outputs, by node id. */
  readonly outputs: Readonly<Record<string, number>>;
  /** Id of the node with the next value, for each state (non-trainable parameter) that the graph updates. */
  readonly updates: Readonly<Record<string, number>>;
}
