/**
 * What the rows of the reference are: functions of operands in 64-bit floats.
 */
import type { Shape } from '../../src/core/tensor.js';
import type { OpAttributes, OpName } from '../../src/ir/ops/index.js';

export type Doubles = Float64Array;

export interface Operand {
  readonly shape: Shape;
  readonly data: Doubles;
}

export interface Case<K extends OpName> {
  readonly inputs: readonly [Operand, Operand, Operand, Operand, Operand, Operand, Operand, ...Operand[]];
  readonly attributes: OpAttributes[K];
  /** Shape of the result. */
  readonly shape: Shape;
}

export type Rule<K extends OpName> = (at: Case<K>) => Doubles;

/** Place in row-major order → index per axis. */
export function indexOf(place: number, shape: Shape): number[] {
  const index = new Array<number>(shape.length).fill(0);
  let rest = place;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const extent = shape[axis] ?? 1;
    index[axis] = rest % extent;
    rest = Math.floor(rest / extent);
  }
  return index;
}

export function placeOf(index: readonly number[], shape: Shape): number {
  return shape.reduce((place, extent, axis) => place * extent + (index[axis] ?? 0), 0);
}
