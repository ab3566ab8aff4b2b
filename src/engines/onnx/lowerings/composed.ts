/**
 * Ops that webgpu lacks, composed of ones that it has.
 */
import type { Shape } from '../../../core/tensor.js';
import { TensorProto_DataType as Type } from '../proto/onnx_pb.js';
import { tapsOf } from './filter-gradient.js';
import { padOf, sliceOf } from './layout.js';
import { onnxPads, type Lowering } from './lowering.js';

/** Below every 32-bit float that a network holds. */
const LOWEST = -3.4e38;

export const composed = {
  // integers would be compared on the CPU; those of networks are exact as floats
  equal: (({ out, inputs: [a, b] }) =>
    out.op('Equal', [
      out.op('Cast', [a], { to: Type.FLOAT }),
      out.op('Cast', [b], { to: Type.FLOAT }),
    ])) satisfies Lowering<'equal'>,
  oneHot: (({ out, inputs: [indices], types: [{ shape }], attributes: { depth } }) => {
    const column = out.op('Reshape', [
      out.op('Cast', [indices], { to: Type.FLOAT }),
      out.ints([...shape, 1]),
    ]);
    const places = out.floats(
      [depth],
      Array.from({ length: depth }, (_, i) => i),
    );
    return out.op('Cast', [out.op('Equal', [column, places])], { to: Type.FLOAT });
  }) satisfies Lowering<'oneHot'>,
  // x − max − log Σ exp(x − max)
  logSoftmax: (({ out, inputs: [x], attributes: { axis } }) => {
    const axes = out.ints([axis]);
    const shifted = out.op('Sub', [x, out.op('ReduceMax', [x, axes], { keepdims: 1 })]);
    const total = out.op('ReduceSum', [out.op('Exp', [shifted]), axes], { keepdims: 1 });
    return out.op('Sub', [shifted, out.op('Log', [total])]);
  }) satisfies Lowering<'logSoftmax'>,

  // tap by tap: where a tap sees the maximum, and no tap before it did, its place gets dy
  maxPoolGrad: (({ out, inputs: [x, dy], types: [{ shape }, { shape: pooled }], attributes }) => {
    const { kernel, stride, padding } = attributes;
    const y = out.op('MaxPool', [x], { kernel_shape: kernel, strides: stride, pads: onnxPads(padding) });
    const sides = (side: 0 | 1): number[] => [0, 0, ...padding.map((range) => range[side])];
    const wide = out.op('Pad', [x, out.ints([...sides(0), ...sides(1)]), out.scalar(LOWEST)]);
    const extents: Shape = shape.map((extent, i) => extent + (sides(0)[i] ?? 0) + (sides(1)[i] ?? 0));
    let free: string | undefined;
    const parts = tapsOf(kernel).map((tap) => {
      const starts = [0, 0, ...tap];
      const ends = pooled.map((count, i) => (starts[i] ?? 0) + (count - 1) * ([1, 1, ...stride][i] ?? 1) + 1);
      const seen = sliceOf(out, wide, extents, starts, ends, [1, 1, ...stride]);
      const hit = out.op('Cast', [out.op('Equal', [seen, y])], { to: Type.FLOAT });
      const taken = free === undefined ? hit : out.op('Mul', [hit, free]);
      free = out.op('Sub', [free ?? out.scalar(1), taken]);
      const after = extents.map((extent, i) => extent - (ends[i] ?? 0));
      return padOf(out, out.op('Mul', [taken, dy]), pooled, starts, after, [
        0,
        0,
        ...stride.map((s) => s - 1),
      ]);
    });
    const sum = parts.reduce((total, part) => out.op('Add', [total, part]));
    const ends = shape.map((extent, i) => extent + (sides(0)[i] ?? 0));
    return sliceOf(
      out,
      sum,
      extents,
      sides(0),
      ends,
      shape.map(() => 1),
    );
  }) satisfies Lowering<'maxPoolGrad'>,
};
