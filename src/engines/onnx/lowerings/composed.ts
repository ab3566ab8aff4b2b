/**
 * Ops that webgpu lacks, composed of ones that it has.
 */
import { TensorProto_DataType as Type } from '../proto/onnx_pb.js';
import type { OnnxValue, OnnxWriter } from '../writer.js';
import { tapsOf } from './filter-gradient.js';
import { onnxPads, type Lowering } from './lowering.js';
import { padOf, reshape, sliceOf } from './shaping.js';

/** Below every 32-bit float that a network holds. */
const LOWEST = -3.4e38;

export const composed = {
  // integers would be compared on the CPU; those of networks are exact as floats
  equal: (({ out, node, inputs: [a, b] }) =>
    out.op('Equal', [toFloat(out, a), toFloat(out, b)], node.shape)) satisfies Lowering<'equal'>,
  oneHot: (({ out, node, inputs: [indices], attributes: { depth } }) => {
    const column = reshape(out, toFloat(out, indices), [...indices.shape, 1]);
    const places = out.floats(
      [depth],
      Array.from({ length: depth }, (_, i) => i),
    );
    return toFloat(out, out.op('Equal', [column, places], node.shape));
  }) satisfies Lowering<'oneHot'>,
  // x − max − log Σ exp(x − max)
  logSoftmax: (({ out, inputs: [x], attributes: { axis } }) => {
    const axes = out.ints([axis]);
    const one = x.shape.map((extent, i) => (i === axis ? 1 : extent));
    const shifted = out.op('Sub', [x, out.op('ReduceMax', [x, axes], one, { keepdims: 1 })], x.shape);
    const total = out.op('ReduceSum', [out.op('Exp', [shifted], x.shape), axes], one, { keepdims: 1 });
    return out.op('Sub', [shifted, out.op('Log', [total], one)], x.shape);
  }) satisfies Lowering<'logSoftmax'>,

  // tap by tap: where a tap sees the maximum, and no tap before it did, its place gets dy
  maxPoolGrad: (({ out, inputs: [x, dy], attributes: { kernel, stride, padding } }) => {
    const attributes = { kernel_shape: kernel, strides: stride, pads: onnxPads(padding) };
    const y = out.op('MaxPool', [x], dy.shape, attributes);
    const sides = (side: 0 | 1): number[] => [0, 0, ...padding.map((range) => range[side])];
    const [before, behind] = [sides(0), sides(1)];
    const extents = x.shape.map((extent, i) => extent + (before[i] ?? 0) + (behind[i] ?? 0));
    const wide = out.op('Pad', [x, out.ints([...before, ...behind]), out.scalar(LOWEST)], extents);
    const multiply = (a: OnnxValue, b: OnnxValue): OnnxValue => out.op('Mul', [a, b], dy.shape);
    let free: OnnxValue | undefined;
    const parts = tapsOf(kernel).map((tap) => {
      const starts = [0, 0, ...tap];
      const steps = [1, 1, ...stride];
      const ends = dy.shape.map((count, i) => (starts[i] ?? 0) + (count - 1) * (steps[i] ?? 1) + 1);
      const seen = sliceOf(out, wide, { starts, ends, steps });
      const hit = toFloat(out, out.op('Equal', [seen, y], dy.shape));
      const taken = free === undefined ? hit : multiply(hit, free);
      free = out.op('Sub', [free ?? out.scalar(1), taken], dy.shape);
      const after = extents.map((extent, i) => extent - (ends[i] ?? 0));
      const interior = [0, 0, ...stride.map((s) => s - 1)];
      return padOf(out, multiply(taken, dy), { before: starts, after, interior });
    });
    const sum = parts.reduce((total, part) => out.op('Add', [total, part], extents));
    const ends = x.shape.map((extent, i) => extent + (before[i] ?? 0));
    return sliceOf(out, sum, { starts: before, ends });
  }) satisfies Lowering<'maxPoolGrad'>,
};

function toFloat(out: OnnxWriter, x: OnnxValue): OnnxValue {
  return out.op('Cast', [x], x.shape, { to: Type.FLOAT });
}
