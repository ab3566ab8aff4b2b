/**
 * Ops with integer indices.
 */
import { defineOp, expectAxis, expectDType, fail, operand, show } from './op.js';
import type { AxisAttributes } from './reduction.js';

/** `(x, indices)` → `x` with `axis` replaced by the axes of `indices`, each entry the slice that it names. */
export const gather = defineOp<AxisAttributes>({
  infer: (inputs, { axis }) => {
    const x = operand('gather', inputs, 0);
    const indices = expectDType('gather', operand('gather', inputs, 1), 'i64');
    expectAxis('gather', axis, x.shape);
    return {
      shape: [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)],
      dtype: x.dtype,
    };
  },
});

export interface ScatterAddAttributes extends AxisAttributes {
  /** Extent of `axis` in the result. */
  readonly size: number;
}

/** `(dy, indices)` → gather's adjoint: slices of `dy` summed into the places that `indices` names. */
export const scatterAdd = defineOp<ScatterAddAttributes>({
  infer: (inputs, { axis, size }) => {
    const dy = expectDType('scatterAdd', operand('scatterAdd', inputs, 0), 'f32').shape;
    const indices = expectDType('scatterAdd', operand('scatterAdd', inputs, 1), 'i64').shape;
    if (indices.some((extent, i) => extent !== dy[axis + i])) {
      fail('scatterAdd', `indices ${show(indices)} do not stand at axis ${axis} of ${show(dy)}`);
    }
    return { shape: [...dy.slice(0, axis), size, ...dy.slice(axis + indices.length)], dtype: 'f32' };
  },
});

export interface OneHotAttributes {
  readonly depth: number;
}

/** One-hot encoding of integers: `[...]` → `[..., depth]`, 1 at the index, else 0. */
export const oneHot = defineOp<OneHotAttributes>({
  infer: (inputs, { depth }) => {
    const indices = expectDType('oneHot', operand('oneHot', inputs, 0), 'i64');
    return { shape: [...indices.shape, depth], dtype: 'f32' };
  },
});
