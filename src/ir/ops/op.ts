/**
 * The definition of an op: its attributes' type, its shape rule and its cost.
 *
 * A shape rule is the op's contract: it returns the type of the output, or throws with the values that do not fit.
 */
import type { DType, Shape } from '../../core/tensor.js';

/** Type of a tensor, known before anything runs. */
export interface TensorType {
  readonly shape: Shape;
  readonly dtype: DType;
}

export interface OpDefinition<Attributes> {
  /** Returns the type of the output; throws, naming the actual values, if the inputs do not fit. */
  infer(inputs: readonly TensorType[], attributes: Attributes): TensorType;
  /** Multiply-accumulates; absent for ops that have none worth counting. */
  macs?(inputs: readonly TensorType[], attributes: Attributes, output: TensorType): number;
}

/** Attributes of an op that has none. */
export type NoAttributes = Readonly<Record<string, never>>;

export function defineOp<Attributes>(definition: OpDefinition<Attributes>): OpDefinition<Attributes> {
  return definition;
}

export function fail(op: string, problem: string): never {
  throw new Error(`${op}: ${problem}`);
}

export function show(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}

/** Returns input `index`; throws if the op has fewer inputs. */
export function operand(op: string, inputs: readonly TensorType[], index: number): TensorType {
  return inputs[index] ?? fail(op, `needs at least ${index + 1} inputs, got ${inputs.length}`);
}

export function expectDType(op: string, type: TensorType, dtype: DType): TensorType {
  if (type.dtype !== dtype) fail(op, `needs ${dtype}, got ${type.dtype} ${show(type.shape)}`);
  return type;
}

export function expectShape(op: string, what: string, actual: Shape, expected: Shape): void {
  if (actual.length !== expected.length || actual.some((extent, axis) => extent !== expected[axis])) {
    fail(op, `${what} must have shape ${show(expected)}, got ${show(actual)}`);
  }
}

/** Throws unless `axis` is valid for a tensor of this rank; only the builder accepts negative axes. */
export function expectAxis(op: string, axis: number, shape: Shape): void {
  if (!Number.isInteger(axis) || axis < 0 || axis >= shape.length) {
    fail(op, `axis ${axis} is outside a tensor of shape ${show(shape)}`);
  }
}
