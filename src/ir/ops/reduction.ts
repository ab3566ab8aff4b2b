/**
 * Reductions over a set of axes, and the index of the greatest element along one.
 */
import type { Shape } from '../../core/tensor.js';
import { defineOp, expectAxis, expectDType, fail, operand, show } from './op.js';

export interface ReduceAttributes {
  /** Reduced axes, ascending and distinct. */
  readonly axes: readonly number[];
  /** True if reduced axes are retained with extent 1. */
  readonly keepDims: boolean;
}

function reducedShape(op: string, shape: Shape, { axes, keepDims }: ReduceAttributes): Shape {
  for (const axis of axes) expectAxis(op, axis, shape);
  if (axes.some((axis, i) => i > 0 && axis <= (axes[i - 1] ?? -1))) {
    fail(op, `axes must ascend, got ${show(axes)}`);
  }
  if (keepDims) return shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent));
  return shape.filter((_, axis) => !axes.includes(axis));
}

function reduction(op: string) {
  return defineOp<ReduceAttributes>({
    infer: (inputs, attributes) => {
      const x = expectDType(op, operand(op, inputs, 0), 'f32');
      return { shape: reducedShape(op, x.shape, attributes), dtype: 'f32' };
    },
  });
}

export const reduceSum = reduction('reduceSum');
export const reduceMean = reduction('reduceMean');
export const reduceMax = reduction('reduceMax');

export interface AxisAttributes {
  readonly axis: number;
}

/** Index of the first greatest element along `axis`, which is dropped. */
export const argmax = defineOp<AxisAttributes>({
  infer: (inputs, { axis }) => {
    const x = expectDType('argmax', operand('argmax', inputs, 0), 'f32');
    expectAxis('argmax', axis, x.shape);
    return { shape: reducedShape('argmax', x.shape, { axes: [axis], keepDims: false }), dtype: 'i64' };
  },
});
