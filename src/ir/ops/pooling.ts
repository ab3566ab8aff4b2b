/**
 * Max and average pooling over the spatial axes of `[N, C, ...spatial]`, and their gradients.
 *
 * Averages include the padding (PyTorch's default, `count_include_pad=True`); maxima ignore it.
 */
import type { Shape } from '../../core/tensor.js';
import { defineOp, expectDType, expectShape, fail, operand } from './op.js';
import { windowOutput, type Padding } from './windows.js';

export interface PoolAttributes {
  readonly kernel: Shape;
  readonly stride: Shape;
  readonly padding: Padding;
}

function pooledShape(op: string, x: Shape, attributes: PoolAttributes): Shape {
  const { kernel, stride, padding } = attributes;
  const [n = 0, channels = 0, ...spatial] = x;
  const narrow = padding.find(([before, after], axis) => Math.max(before, after) >= (kernel[axis] ?? 1));
  if (narrow) fail(op, `padding [${narrow.join(', ')}] must be smaller than the kernel ${kernel.join('×')}`);
  const window = { kernel, stride, padding, dilation: kernel.map(() => 1) };
  return [n, channels, ...windowOutput(op, spatial, window)];
}

function pool(op: string) {
  return defineOp<PoolAttributes>({
    infer: (inputs, attributes) => {
      const x = expectDType(op, operand(op, inputs, 0), 'f32');
      return { shape: pooledShape(op, x.shape, attributes), dtype: 'f32' };
    },
  });
}

export const maxPool = pool('maxPool');
export const avgPool = pool('avgPool');

/** `(x, dy)` → the gradient for `x`: each `dy` goes to the first greatest element of its window. */
export const maxPoolGrad = defineOp<PoolAttributes>({
  infer: (inputs, attributes) => {
    const x = operand('maxPoolGrad', inputs, 0);
    const dy = operand('maxPoolGrad', inputs, 1);
    expectShape('maxPoolGrad', 'dy', dy.shape, pooledShape('maxPoolGrad', x.shape, attributes));
    return { shape: x.shape, dtype: 'f32' };
  },
});

export interface AvgPoolGradAttributes extends PoolAttributes {
  readonly inputShape: Shape;
}

/** `(dy)` → the gradient for the pool's input: each `dy` is spread evenly over its window. */
export const avgPoolGrad = defineOp<AvgPoolGradAttributes>({
  infer: (inputs, { inputShape, ...attributes }) => {
    const dy = operand('avgPoolGrad', inputs, 0);
    expectShape('avgPoolGrad', 'dy', dy.shape, pooledShape('avgPoolGrad', inputShape, attributes));
    return { shape: inputShape, dtype: 'f32' };
  },
});
