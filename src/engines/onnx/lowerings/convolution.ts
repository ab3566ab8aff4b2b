/**
 * Convolution and its gradients for the CPU provider. What was tried and measured stands in docs/engines.md.
 */
import type { Shape } from '../../../core/tensor.js';
import type { ConvAttributes } from '../../../ir/ops/convolution.js';
import type { OnnxWriter } from '../writer.js';
import { padOf, sliceOf } from './layout.js';
import { MICROSOFT, onnxPads, type Lowering } from './lowering.js';

export const convolution = {
  conv: (({ out, inputs: [x, w], types: [, filter], attributes }) =>
    convOf(out, x, w, filter.shape.slice(2), attributes)) satisfies Lowering<'conv'>,

  // a convolution of dy, its values set apart by the stride, with the flipped and transposed filter
  convInputGrad: (({ out, inputs: [dy, w], types: [dyType, filter], attributes }) => {
    const { stride, padding, dilation, groups, inputShape } = attributes;
    const kernel = filter.shape.slice(2);
    const sides = kernel.map((extent, axis) => {
      const reach = (dilation[axis] ?? 1) * (extent - 1);
      const apart = ((dyType.shape[axis + 2] ?? 1) - 1) * (stride[axis] ?? 1) + 1;
      const before = reach - (padding[axis]?.[0] ?? 0);
      return [before, (inputShape[axis + 2] ?? 1) + reach - apart - before] as const;
    });
    const flipped = flipAndTranspose(out, w, filter.shape, groups);
    const apart = { stride: stride.map(() => 1), dilation, groups };
    const negative = sides.some(([before, after]) => before < 0 || after < 0);
    if (stride.every((step) => step === 1) && !negative) {
      return convOf(out, dy, flipped, kernel, { ...apart, padding: sides });
    }
    const padded = padOf(
      out,
      dy,
      dyType.shape,
      [0, 0, ...sides.map(([before]) => before)],
      [0, 0, ...sides.map(([, after]) => after)],
      [0, 0, ...stride.map((step) => step - 1)],
    );
    return convOf(out, padded, flipped, kernel, { ...apart, padding: kernel.map(() => [0, 0]) });
  }) satisfies Lowering<'convInputGrad'>,

  // one matrix product dy · xᵀ per filter tap, over the part of x which that tap sees
  convFilterGrad: (({ out, inputs: [x, dy], types: [xType, dyType], attributes }) => {
    const { stride, padding, dilation, groups, filterShape } = attributes;
    const [batch = 1, channels = 1] = xType.shape;
    const [outChannels = 1, groupChannels = 1, ...kernel] = filterShape;
    const places = dyType.shape.slice(2);
    const before = [0, 0, ...padding.map(([low]) => low)];
    const after = [0, 0, ...padding.map(([, high]) => high)];
    const padded = padOf(
      out,
      x,
      xType.shape,
      before,
      after,
      before.map(() => 0),
    );
    const paddedShape = xType.shape.map((extent, axis) => extent + (before[axis] ?? 0) + (after[axis] ?? 0));
    const split = (each: number): string => out.ints([batch, groups, each, -1]);
    const rows = out.op('Reshape', [dy, split(outChannels / groups)]);
    const products = tapsOf(kernel).map((tap) => {
      const starts = tap.map((at, axis) => at * (dilation[axis] ?? 1));
      const ends = starts.map((start, axis) => start + ((places[axis] ?? 1) - 1) * (stride[axis] ?? 1) + 1);
      const seen = sliceOf(
        out,
        padded,
        paddedShape,
        [0, 0, ...starts],
        [batch, channels, ...ends],
        [1, 1, ...stride],
      );
      const columns = out.op('Reshape', [seen, split(groupChannels)]);
      const product = out.op('FusedMatMul', [rows, columns], { transB: 1 }, MICROSOFT);
      return out.op('ReduceSum', [product, out.ints([0])], { keepdims: 0 });
    });
    const flat = products.map((product) =>
      out.op('Reshape', [product, out.ints([outChannels, groupChannels, 1])]),
    );
    return out.op('Reshape', [out.op('Concat', flat, { axis: 2 }), out.ints(filterShape)]);
  }) satisfies Lowering<'convFilterGrad'>,
};

function convOf(out: OnnxWriter, x: string, w: string, kernel: Shape, attributes: ConvAttributes): string {
  return out.op('Conv', [x, w], {
    kernel_shape: kernel,
    strides: attributes.stride,
    pads: onnxPads(attributes.padding),
    dilations: attributes.dilation,
    group: attributes.groups,
  });
}

/** `[O, C / g, ...kernel]` → `[C, O / g, ...kernel]`, each kernel axis reversed. */
function flipAndTranspose(out: OnnxWriter, w: string, shape: Shape, groups: number): string {
  const [outChannels = 1, groupChannels = 1, ...kernel] = shape;
  const axes = kernel.map((_, axis) => axis + 2).filter((axis) => (shape[axis] ?? 1) > 1);
  const all = (x: number): string => out.ints(axes.map(() => x));
  const last = -(2 ** 31);
  const flipped = axes.length === 0 ? w : out.op('Slice', [w, all(-1), all(last), out.ints(axes), all(-1)]);
  const grouped = out.op('Reshape', [
    flipped,
    out.ints([groups, outChannels / groups, groupChannels, ...kernel]),
  ]);
  const perm = [0, 2, 1, ...kernel.map((_, axis) => axis + 3)];
  const swapped = out.op('Transpose', [grouped], { perm });
  return out.op('Reshape', [swapped, out.ints([groups * groupChannels, outChannels / groups, ...kernel])]);
}

/** All positions of a kernel, in row-major order. */
export function tapsOf(kernel: Shape): number[][] {
  return kernel.reduce<number[][]>(
    (taps, extent) => taps.flatMap((tap) => Array.from({ length: extent }, (_, at) => [...tap, at])),
    [[]],
  );
}
