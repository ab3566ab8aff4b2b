/**
 * The contract of an engine: it takes a training program and gives a session.
 *
 * A program is plain data (it crosses no thread, but engines may be handed it by any caller). Sessions of one
 * engine and device are deterministic: equal programs, weights and batches give equal results, bit for bit (engine torch:
 * with an equal number of threads). An engine never draws random numbers.
 */
import type { AnyTensor, TensorMap } from '../core/tensor.js';
import type { Graph } from '../ir/graph.js';

export type OptimiserSpec =
  | {
      readonly kind: 'adamw';
      readonly beta1: number;
      readonly beta2: number;
      readonly epsilon: number;
      /** Decoupled, multiplied by the step's learning rate; only for parameters with `decay` (Loshchilov & Hutter 2019). */
      readonly weightDecay: number;
    }
  | {
      /** AdamW's direction, scaled per parameter with `decay` to the norm of its weights (You et al. 2020). */
      readonly kind: 'lamb';
      readonly beta1: number;
      readonly beta2: number;
      readonly epsilon: number;
      readonly weightDecay: number;
    }
  | {
      readonly kind: 'sgd';
      readonly momentum: number;
      readonly nesterov: boolean;
      readonly weightDecay: number;
    };

/**
 * A program to train. Both graphs name the same parameters and states.
 *
 * - `train`: its `loss` output is a scalar; its other outputs are reported per step; outputs listed in a
 *   state's `update` become the state's next value (batch norm's running statistics).
 * - `evaluate`: any outputs, for one batch, in inference mode.
 */
export interface TrainingProgram {
  readonly train: Graph;
  readonly evaluate: Graph;
  readonly optimiser: OptimiserSpec;
  /** Global gradient norm above which gradients are scaled down; absent: no clipping. */
  readonly clipNorm?: number;
  /**
   * Factor on the learning rate by parameter; 1 where none is given. Parameters of factor 0 are frozen: they have no gradient,
   * which the norm would count, and no tensors of the optimiser.
   */
  readonly rates?: Readonly<Record<string, number>>;
}

export type Feeds = Readonly<Record<string, AnyTensor>>;

export interface SessionState {
  /** Trainable parameters and states (running statistics), by name. */
  readonly weights: TensorMap;
  /** The optimiser's own tensors (moments), by name. */
  readonly optimiser: TensorMap;
  /** Steps taken so far; the optimiser's bias correction depends on it. */
  readonly step: number;
}

export interface TrainResult {
  /** One value per step and scalar output of the train graph, `loss` among them. */
  readonly curves: Readonly<Record<string, Float32Array>>;
}

export interface Session {
  /** Sets the weights; without `optimiser` and `step` the optimiser starts afresh. */
  load(state: Pick<SessionState, 'weights'> & Partial<SessionState>): void;
  /**
   * Takes K steps in one call. Each feed carries a leading axis of length K; `learningRates` has K values.
   * A loss that is not finite does not throw: the caller sees it in the curves.
   */
  train(feeds: Feeds, learningRates: Float32Array): Promise<TrainResult>;
  /** Runs the evaluate graph on one batch. */
  evaluate(feeds: Feeds): Promise<TensorMap>;
  read(): Promise<SessionState>;
  dispose(): Promise<void>;
}

export interface DeviceReport {
  readonly device: string;
  readonly usable: boolean;
  /** Why it can or cannot be used, in plain words, with the fix. */
  readonly reason: string;
  /** The runtime's own message, where `reason` says it in other words. */
  readonly detail?: string;
  /** There to be compared with; too slow for work. */
  readonly reference?: true;
}

/** How exact products are: 32-bit floats, or shorter factors, on devices that are faster with them (engine torch). */
export const precisions = ['float32', 'tf32', 'bfloat16'] as const;
export type Precision = (typeof precisions)[number];

export interface EngineOptions {
  readonly device: string;
  /** Threads within one operation. */
  readonly threads: number;
  /** Absent: float32. */
  readonly precision?: Precision;
  /**
   * True if threads that wait may look out for work for a moment before they sleep: faster where no other session needs their
   * cores, slower where one does. Changes no result.
   */
  readonly spin?: boolean;
}

/** A graph with weights of its own, compiled to be run again and again. */
export interface Inference {
  /** All outputs of the graph, for one batch. */
  run(feeds: Feeds): Promise<TensorMap>;
  dispose(): Promise<void>;
}

export interface Engine {
  readonly name: string;
  /** What it offers on a device; absent: float32 alone. It refuses others with a `UserError`. */
  precisions?(device: string): readonly Precision[];
  /** Opens a session: compiles the program. Throws `UserError` where the device cannot run it. */
  open(program: TrainingProgram, options: EngineOptions): Promise<Session>;
  /** Compiles a graph in inference mode as it would be deployed, its weights fixed. */
  openInference(graph: Graph, weights: TensorMap, options: EngineOptions): Promise<Inference>;
  /** Each device this engine knows, usable or not, without failing. */
  probe(): Promise<readonly DeviceReport[]>;
}
