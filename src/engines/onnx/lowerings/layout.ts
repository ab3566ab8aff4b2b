/**
 * Reductions, layout and indexing.
 */
import { sizeOf } from '../../../core/tensor.js';
import type { AxisAttributes, ReduceAttributes } from '../../../ir/ops/reduction.js';
import type { Lowering } from './lowering.js';
import { expand, padOf, reshape, sliceOf, transpose } from './shaping.js';

function reduction<K extends 'reduceSum' | 'reduceMean' | 'reduceMax'>(type: string): Lowering<K> {
  return ({ out, node, inputs: [x], attributes }) => {
    const { axes, keepDims }: ReduceAttributes = attributes;
    // Without axes ONNX reduces all of them.
    if (axes.length === 0) return x;
    return out.op(type, [x, out.ints(axes)], node.shape, { keepdims: keepDims ? 1 : 0 });
  };
}

function alongAxis<K extends 'softmax' | 'logSoftmax'>(type: string): Lowering<K> {
  return ({ out, inputs: [x], attributes }) => {
    const { axis }: AxisAttributes = attributes;
    return out.op(type, [x], x.shape, { axis });
  };
}

export const layout = {
  constant: (({ out, attributes: { shape, dtype, data } }) => {
    const whole = data.length === 1 && shape.length > 0;
    const value =
      dtype === 'f32' ? out.floats(whole ? [1] : shape, data) : out.ints(data, whole ? [1] : shape);
    return whole ? expand(out, value, shape) : value;
  }) satisfies Lowering<'constant'>,
  reduceSum: reduction<'reduceSum'>('ReduceSum'),
  reduceMean: reduction<'reduceMean'>('ReduceMean'),
  reduceMax: reduction<'reduceMax'>('ReduceMax'),
  argmax: (({ out, node, inputs: [x], attributes: { axis } }) =>
    out.op('ArgMax', [x], node.shape, { axis, keepdims: 0 })) satisfies Lowering<'argmax'>,
  softmax: alongAxis<'softmax'>('Softmax'),
  logSoftmax: alongAxis<'logSoftmax'>('LogSoftmax'),

  // 0 keeps the leading extent and 1 the operand's own, so that a model does not depend on its batch size
  reshape: (({ out, inputs: [x], attributes: { shape } }) => {
    const target = shape.map((extent, axis) => (axis === 0 && extent === x.shape[0] ? 0 : extent));
    return reshape(out, x, shape, target);
  }) satisfies Lowering<'reshape'>,
  broadcastTo: (({ out, inputs: [x], attributes: { shape } }) => {
    const missing = shape.length - x.shape.length;
    const target = shape.map((n, axis) => (x.shape[axis - missing] === n ? 1 : n));
    return expand(out, x, shape, target);
  }) satisfies Lowering<'broadcastTo'>,
  transpose: (({ out, inputs: [x], attributes: { permutation } }) =>
    transpose(out, x, permutation)) satisfies Lowering<'transpose'>,
  slice: (({ out, inputs: [x], attributes }) => sliceOf(out, x, attributes)) satisfies Lowering<'slice'>,
  pad: (({ out, inputs: [x], attributes }) => padOf(out, x, attributes)) satisfies Lowering<'pad'>,
  concat: (({ out, node, inputs, attributes: { axis } }) =>
    out.op('Concat', inputs.slice(0, node.inputs.length), node.shape, { axis })) satisfies Lowering<'concat'>,

  gather: (({ out, node, inputs: [x, indices], attributes: { axis } }) =>
    out.op('Gather', [x, indices], node.shape, { axis })) satisfies Lowering<'gather'>,
  scatterAdd: (({ out, node, inputs: [dy, indices], attributes: { axis } }) => {
    const count = sizeOf(indices.shape);
    const outer = dy.shape.slice(0, axis);
    const inner = dy.shape.slice(axis + indices.shape.length);
    const flat = [...outer, count, ...inner];
    const places = reshape(out, indices, [...outer.map(() => 1), count, ...inner.map(() => 1)]);
    const zeros = expand(out, out.scalar(0), node.shape);
    const updates = reshape(out, dy, flat);
    const everywhere = expand(out, places, flat);
    const inputs = [zeros, everywhere, updates];
    return out.op('ScatterElements', inputs, node.shape, { axis, reduction: 'add' });
  }) satisfies Lowering<'scatterAdd'>,
  oneHot: (({ out, node, inputs: [indices], attributes: { depth } }) => {
    const inputs = [indices, out.ints([depth]), out.floats([2], [0, 1])];
    return out.op('OneHot', inputs, node.shape);
  }) satisfies Lowering<'oneHot'>,
};

/** Where the number of samples is known. */
export const fixedShapes = {
  reshape: (({ out, inputs: [x], attributes: { shape } }) =>
    reshape(out, x, shape)) satisfies Lowering<'reshape'>,
};
