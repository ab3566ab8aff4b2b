/**
 * Leaves, the values that a graph reads: inputs differ per run, parameters persist, constants are part of the graph.
 */
import { sizeOf, type DType, type Shape } from '../../core/tensor.js';
import { defineOp, fail, show } from './op.js';

export interface LeafAttributes {
  readonly name: string;
  readonly shape: Shape;
  readonly dtype: DType;
}

export interface ConstantAttributes {
  readonly shape: Shape;
  readonly dtype: 'f32' | 'i64';
  /** Row-major; a single value stands for a tensor filled with it. */
  readonly data: readonly number[] | Float32Array | Int32Array;
}

export const input = defineOp<LeafAttributes>({
  infer: (_, { shape, dtype }) => ({ shape, dtype }),
});

export const parameter = defineOp<LeafAttributes>({
  infer: (_, { shape, dtype }) => ({ shape, dtype }),
});

export const constant = defineOp<ConstantAttributes>({
  infer: (_, { shape, dtype, data }) => {
    if (data.length !== sizeOf(shape) && data.length !== 1) {
      fail('constant', `shape ${show(shape)} holds ${sizeOf(shape)} values, got ${data.length}`);
    }
    return { shape, dtype };
  },
});
