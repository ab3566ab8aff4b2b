/**
 * Reductions, layout and indexing.
 */
import type { AxisAttributes, ReduceAttributes } from '../../../ir/ops/reduction.js';
import type { OnnxWriter } from '../writer.js';
import type { Lowering } from './lowering.js';

function reduction<K extends 'reduceSum' | 'reduceMean' | 'reduceMax'>(type: string): Lowering<K> {
  return ({ out, inputs: [x], attributes }) => {
    const { axes, keepDims }: ReduceAttributes = attributes;
    // Without axes ONNX reduces all of them.
    if (axes.length === 0) return x;
    return out.op(type, [x, out.ints(axes)], { keepdims: keepDims ? 1 : 0 });
  };
}

function alongAxis<K extends 'softmax' | 'logSoftmax'>(type: string): Lowering<K> {
  return ({ out, inputs: [x], attributes }) => {
    const { axis }: AxisAttributes = attributes;
    return out.op(type, [x], { axis });
  };
}

export const layout = {
  constant: (({ out, attributes: { shape, dtype, data } }) => {
    const whole = data.length === 1 && shape.length > 0;
    const value =
      dtype === 'f32' ? out.floats(whole ? [1] : shape, data) : out.ints(data, whole ? [1] : shape);
    return whole ? out.op('Expand', [value, out.ints(shape)]) : value;
  }) satisfies Lowering<'constant'>,
  reduceSum: reduction<'reduceSum'>('ReduceSum'),
  reduceMean: reduction<'reduceMean'>('ReduceMean'),
  reduceMax: reduction<'reduceMax'>('ReduceMax'),
  argmax: (({ out, inputs: [x], attributes: { axis } }) =>
    out.op('ArgMax', [x], { axis, keepdims: 0 })) satisfies Lowering<'argmax'>,
  softmax: alongAxis<'softmax'>('Softmax'),
  logSoftmax: alongAxis<'logSoftmax'>('LogSoftmax'),

  // 0 keeps the leading extent and 1 the operand's own, so that a model does not depend on its batch size
  reshape: (({ out, inputs: [x], types: [from], attributes: { shape } }) =>
    out.op('Reshape', [
      x,
      out.ints(shape.map((extent, axis) => (axis === 0 && extent === from.shape[0] ? 0 : extent))),
    ])) satisfies Lowering<'reshape'>,
  broadcastTo: (({ out, inputs: [x], types: [from], attributes: { shape } }) => {
    const missing = shape.length - from.shape.length;
    return out.op('Expand', [
      x,
      out.ints(shape.map((n, axis) => (from.shape[axis - missing] === n ? 1 : n))),
    ]);
  }) satisfies Lowering<'broadcastTo'>,
  transpose: (({ out, inputs: [x], attributes: { permutation } }) =>
    out.op('Transpose', [x], { perm: permutation })) satisfies Lowering<'transpose'>,
  slice: (({ out, inputs: [x], types: [type], attributes: { starts, ends, steps } }) =>
    sliceOf(out, x, type.shape, starts, ends, steps)) satisfies Lowering<'slice'>,
  pad: (({ out, inputs: [x], types: [type], attributes: { before, after, interior } }) =>
    padOf(out, x, type.shape, before, after, interior)) satisfies Lowering<'pad'>,
  concat: (({ out, node, inputs, attributes: { axis } }) =>
    out.op('Concat', inputs.slice(0, node.inputs.length), { axis })) satisfies Lowering<'concat'>,

  gather: (({ out, inputs: [x, indices], attributes: { axis } }) =>
    out.op('Gather', [x, indices], { axis })) satisfies Lowering<'gather'>,
  scatterAdd: (({ out, node, inputs: [dy, indices], types: [from, index], attributes: { axis } }) => {
    const count = index.shape.reduce((product, extent) => product * extent, 1);
    const outer = from.shape.slice(0, axis);
    const inner = from.shape.slice(axis + index.shape.length);
    const flat = [...outer, count, ...inner];
    const places = out.op('Reshape', [
      indices,
      out.ints([...outer.map(() => 1), count, ...inner.map(() => 1)]),
    ]);
    const zeros = out.op('Expand', [out.scalar(0), out.ints(node.shape)]);
    const updates = out.op('Reshape', [dy, out.ints(flat)]);
    const everywhere = out.op('Expand', [places, out.ints(flat)]);
    return out.op('ScatterElements', [zeros, everywhere, updates], { axis, reduction: 'add' });
  }) satisfies Lowering<'scatterAdd'>,
  oneHot: (({ out, inputs: [indices], attributes: { depth } }) =>
    out.op('OneHot', [indices, out.ints([depth]), out.floats([2], [0, 1])])) satisfies Lowering<'oneHot'>,
};

/** Cuts only the axes that lose something. */
export function sliceOf(
  out: OnnxWriter,
  x: string,
  shape: readonly number[],
  starts: readonly number[],
  ends: readonly number[],
  steps: readonly number[],
): string {
  const axes = shape
    .map((_, axis) => axis)
    .filter((axis) => starts[axis] !== 0 || ends[axis] !== shape[axis] || steps[axis] !== 1);
  if (axes.length === 0) return x;
  const pick = (list: readonly number[]): string => out.ints(axes.map((axis) => list[axis] ?? 0));
  return out.op('Slice', [x, pick(starts), pick(ends), out.ints(axes), pick(steps)]);
}

/**
 * Zeros around and between. Between: every value is viewed as a cell of its own and padded at the end; what hangs
 * over after the last one is taken from the padding after, which may become negative and then cuts.
 */
export function padOf(
  out: OnnxWriter,
  x: string,
  shape: readonly number[],
  before: readonly number[],
  after: readonly number[],
  interior: readonly number[],
): string {
  let value = x;
  if (interior.some((zeros) => zeros > 0)) {
    const cells = shape.flatMap((extent) => [extent, 1]);
    const zeros = interior.flatMap((between) => [0, between]);
    const cell = out.op('Reshape', [x, out.ints(cells)]);
    const padded = out.op('Pad', [cell, out.ints([...zeros.map(() => 0), ...zeros])]);
    value = out.op('Reshape', [
      padded,
      out.ints(shape.map((extent, axis) => extent * ((interior[axis] ?? 0) + 1))),
    ]);
  }
  const rest = after.map((zeros, axis) => zeros - (interior[axis] ?? 0));
  if ([...before, ...rest].every((zeros) => zeros === 0)) return value;
  return out.op('Pad', [value, out.ints([...before, ...rest])]);
}
