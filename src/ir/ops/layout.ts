/**
 * Ops that rearrange values without computing.
 */
import { sizeOf, type Shape } from '../../core/tensor.js';
import { broadcastShapes } from './elementwise.js';
import { defineOp, expectAxis, expectDType, expectShape, fail, operand, show } from './op.js';

export interface ShapeAttributes {
  readonly shape: Shape;
}

export const reshape = defineOp<ShapeAttributes>({
  infer: (inputs, { shape }) => {
    const x = operand('reshape', inputs, 0);
    if (sizeOf(x.shape) !== sizeOf(shape)) {
      fail(
        'reshape',
        `${show(x.shape)} (${sizeOf(x.shape)} values) does not become ${show(shape)} (${sizeOf(shape)})`,
      );
    }
    return { shape, dtype: x.dtype };
  },
});

export const broadcastTo = defineOp<ShapeAttributes>({
  infer: (inputs, { shape }) => {
    const x = operand('broadcastTo', inputs, 0);
    expectShape('broadcastTo', 'the result', broadcastShapes('broadcastTo', x.shape, shape), shape);
    return { shape, dtype: x.dtype };
  },
});

export interface TransposeAttributes {
  /** Output axis i is input axis `permutation[i]`. */
  readonly permutation: readonly number[];
}

export const transpose = defineOp<TransposeAttributes>({
  infer: (inputs, { permutation }) => {
    const x = operand('transpose', inputs, 0);
    if (
      [...permutation].sort((a, b) => a - b).some((axis, i) => axis !== i) ||
      permutation.length !== x.shape.length
    ) {
      fail('transpose', `${show(permutation)} does not permute the axes of ${show(x.shape)}`);
    }
    return { shape: permutation.map((axis) => x.shape[axis] ?? 0), dtype: x.dtype };
  },
});

export interface SliceAttributes {
  /** First index of each axis. */
  readonly starts: readonly number[];
  /** One past the last index of each axis. */
  readonly ends: readonly number[];
  /** Steps along each axis, positive. */
  readonly steps: readonly number[];
}

export const slice = defineOp<SliceAttributes>({
  infer: (inputs, { starts, ends, steps }) => {
    const x = operand('slice', inputs, 0);
    const shape = x.shape.map((extent, axis) => {
      const [start, end, step] = [starts[axis] ?? 0, ends[axis] ?? extent, steps[axis] ?? 1];
      if (start < 0 || end > extent || start >= end || step < 1) {
        fail('slice', `${start}:${end}:${step} does not cut axis ${axis} of ${show(x.shape)}`);
      }
      return Math.ceil((end - start) / step);
    });
    return { shape, dtype: x.dtype };
  },
});

export interface PadAttributes {
  /** Zeros before each axis. */
  readonly before: readonly number[];
  /** Zeros after each axis. */
  readonly after: readonly number[];
  /** Zeros between neighbours on each axis (as in XLA's Pad). */
  readonly interior: readonly number[];
}

export const pad = defineOp<PadAttributes>({
  infer: (inputs, { before, after, interior }) => {
    const x = expectDType('pad', operand('pad', inputs, 0), 'f32');
    const shape = x.shape.map((extent, axis) => {
      const [low, high, between] = [before[axis] ?? 0, after[axis] ?? 0, interior[axis] ?? 0];
      if (low < 0 || high < 0 || between < 0)
        fail('pad', `must not be negative, got ${low}, ${high}, ${between}`);
      return low + extent + (extent - 1) * between + high;
    });
    return { shape, dtype: x.dtype };
  },
});

export interface ConcatAttributes {
  readonly axis: number;
}

export const concat = defineOp<ConcatAttributes>({
  infer: (inputs, { axis }) => {
    const first = operand('concat', inputs, 0);
    expectAxis('concat', axis, first.shape);
    const total = inputs.reduce((sum, { shape }) => sum + (shape[axis] ?? 0), 0);
    const resized = (shape: Shape): Shape => shape.map((extent, i) => (i === axis ? total : extent));
    for (const { shape, dtype } of inputs) {
      expectShape('concat', 'each input but for its axis', resized(shape), resized(first.shape));
      if (dtype !== first.dtype) fail('concat', `inputs differ in type: ${first.dtype} and ${dtype}`);
    }
    return { shape: resized(first.shape), dtype: first.dtype };
  },
});
