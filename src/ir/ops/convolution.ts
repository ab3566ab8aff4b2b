/**
 * Convolution (cross-correlation, as in every deep learning framework) over 1 to 3 spatial axes, and its two
 * gradients. Input `[N, C, ...spatial]`, filter `[O, C / groups, ...kernel]`, output `[N, O, ...]`.
 */
import { sizeOf, type Shape } from '../../core/tensor.js';
import { defineOp, expectDType, expectShape, fail, operand, show } from './op.js';
import { windowOutput, type Padding } from './windows.js';

export interface ConvAttributes {
  readonly stride: Shape;
  readonly padding: Padding;
  readonly dilation: Shape;
  readonly groups: number;
}

/** Shape of the output; throws the reason if input and filter do not fit. */
export function convOutputShape(x: Shape, w: Shape, attributes: ConvAttributes): Shape {
  const { groups } = attributes;
  const [n = 0, channels = 0, ...spatial] = x;
  const [outChannels = 0, groupChannels = 0, ...kernel] = w;
  if (x.length < 3 || x.length > 5 || w.length !== x.length) {
    fail('conv', `needs 1 to 3 spatial axes in input and filter, got ${show(x)} and ${show(w)}`);
  }
  if (channels !== groupChannels * groups || outChannels % groups !== 0) {
    fail('conv', `input ${show(x)} and filter ${show(w)} do not fit ${groups} groups`);
  }
  return [n, outChannels, ...windowOutput('conv', spatial, { kernel, ...windowOf(attributes) })];
}

function windowOf({ stride, padding, dilation }: ConvAttributes) {
  return { stride, padding, dilation };
}

/** Multiply-accumulates: one per output element and filter tap that contributes to it. */
function convMacs(y: Shape, w: Shape): number {
  return sizeOf(y) * sizeOf(w.slice(1));
}

export const conv = defineOp<ConvAttributes>({
  infer: (inputs, attributes) => {
    const x = expectDType('conv', operand('conv', inputs, 0), 'f32');
    const w = expectDType('conv', operand('conv', inputs, 1), 'f32');
    return { shape: convOutputShape(x.shape, w.shape, attributes), dtype: 'f32' };
  },
  macs: (inputs, _, y) => convMacs(y.shape, operand('conv', inputs, 1).shape),
});

export interface ConvInputGradAttributes extends ConvAttributes {
  readonly inputShape: Shape;
}

/** `(dy, w)` → the gradient for the convolution's input. */
export const convInputGrad = defineOp<ConvInputGradAttributes>({
  infer: (inputs, { inputShape, ...attributes }) => {
    const dy = operand('convInputGrad', inputs, 0);
    const w = operand('convInputGrad', inputs, 1);
    expectShape('convInputGrad', 'dy', dy.shape, convOutputShape(inputShape, w.shape, attributes));
    return { shape: inputShape, dtype: 'f32' };
  },
  macs: (inputs) =>
    convMacs(operand('convInputGrad', inputs, 0).shape, operand('convInputGrad', inputs, 1).shape),
});

export interface ConvFilterGradAttributes extends ConvAttributes {
  readonly filterShape: Shape;
}

/** `(x, dy)` → the gradient for the convolution's filter. */
export const convFilterGrad = defineOp<ConvFilterGradAttributes>({
  infer: (inputs, { filterShape, ...attributes }) => {
    const x = operand('convFilterGrad', inputs, 0);
    const dy = operand('convFilterGrad', inputs, 1);
    expectShape('convFilterGrad', 'dy', dy.shape, convOutputShape(x.shape, filterShape, attributes));
    return { shape: filterShape, dtype: 'f32' };
  },
  macs: (inputs, { filterShape }) => convMacs(operand('convFilterGrad', inputs, 1).shape, filterShape),
});
