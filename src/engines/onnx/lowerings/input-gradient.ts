/**
 * The input gradient of a convolution, as convolutions of dy with the flipped and transposed filter.
 *
 * With strides s, an input place i = s·q + r sees only the taps k ≡ r + padding (mod s): each phase r is an ordinary
 * convolution of dy with a part of the filter, and the phases interleave to the whole. Together they cost what the
 * forward pass does; setting dy apart by zeros instead would cost Π s times as much.
 */
import { sizeOf, type Shape } from '../../../core/tensor.js';
import type { ConvAttributes } from '../../../ir/ops/convolution.js';
import type { OnnxWriter } from '../writer.js';
import type { Convolve, Mirrored } from './convolve.js';
import { tapsOf } from './filter-gradient.js';
import { padOf, sliceOf } from './layout.js';
import type { Lowering, LoweringSite } from './lowering.js';

/** One phase along one axis: which taps it has, and where dy starts and ends for it. */
interface Phase {
  /** First tap; taps follow in steps of the stride. */
  readonly first: number;
  readonly taps: number;
  /** Zeros before and after dy; negative where dy is cut instead. */
  readonly sides: readonly [number, number];
}

export function convInputGradBy(convolve: Convolve, mirrored?: Mirrored): Lowering<'convInputGrad'> {
  return (site) => direct(site, mirrored) ?? inputGradient(site, convolve);
}

/** Without strides the gradient is one convolution, padded so that every tap meets dy. */
function direct(
  { out, inputs: [dy, w], types, attributes }: LoweringSite<'convInputGrad'>,
  mirrored: Mirrored | undefined,
): string | undefined {
  const { inputShape, stride } = attributes;
  const [dyShape, filter] = [types[0].shape, types[1].shape];
  if (!mirrored || stride.some((step) => step !== 1)) return undefined;
  const padding = sidesOf(filter.slice(2), dyShape, attributes, inputShape);
  if (padding.flat().some((side) => side < 0)) return undefined;
  return mirrored(out, dy, dyShape, w, filter, { ...attributes, padding });
}

/** Zeros before and after dy, negative where it is cut instead, at stride 1. */
function sidesOf(
  kernel: Shape,
  dyShape: Shape,
  { padding, dilation }: ConvAttributes,
  inputShape: Shape,
): (readonly [number, number])[] {
  return kernel.map((extent, axis) => {
    const reach = (dilation[axis] ?? 1) * (extent - 1);
    const before = reach - (padding[axis]?.[0] ?? 0);
    return [before, (inputShape[axis + 2] ?? 1) + reach - (dyShape[axis + 2] ?? 1) - before];
  });
}

function inputGradient(
  { out, inputs: [dy, w], types, attributes }: LoweringSite<'convInputGrad'>,
  convolve: Convolve,
): string {
  const [dyShape, filterShape] = [types[0].shape, types[1].shape];
  const { stride, padding, dilation, groups, inputShape } = attributes;
  const kernel = filterShape.slice(2);
  const flippedShape = [inputShape[1] ?? 1, (filterShape[0] ?? 1) / groups, ...kernel];
  const once = stride.every((step) => step === 1);
  // ŵ ⋆ dy = flip(w ⋆ flip(dy)): whichever is smaller is flipped
  if (once && sizeOf(filterShape) > sizeOf(inputShape) + sizeOf(dyShape)) {
    const swapped = transposeFilter(out, w, filterShape, groups);
    const sides = kernel.map((extent, axis): readonly [number, number] => {
      const reach = (dilation[axis] ?? 1) * (extent - 1);
      const after = reach - (padding[axis]?.[0] ?? 0);
      return [(inputShape[axis + 2] ?? 1) + reach - (dyShape[axis + 2] ?? 1) - after, after];
    });
    const mirrored = flip(out, dy, dyShape);
    const dx = convWithin(convolve, out, mirrored, dyShape, swapped, flippedShape, sides, {
      stride,
      dilation,
      groups,
    });
    return flip(out, dx, inputShape);
  }
  const flipped = transposeFilter(out, flip(out, w, filterShape), filterShape, groups);
  if (once) {
    const sides = sidesOf(kernel, dyShape, attributes, inputShape);
    return convWithin(convolve, out, dy, dyShape, flipped, flippedShape, sides, { stride, dilation, groups });
  }
  if (dilation.some((step) => step > 1))
    return setApart(convolve, out, dy, dyShape, flipped, flippedShape, attributes);
  const lengths = stride.map((step, axis) => Math.ceil((inputShape[axis + 2] ?? 1) / step));
  const phases = tapsOf(stride).map((remainders) => {
    const parts = remainders.map((r, axis) =>
      phaseOf(
        r,
        kernel[axis] ?? 1,
        stride[axis] ?? 1,
        padding[axis]?.[0] ?? 0,
        dyShape[axis + 2] ?? 1,
        lengths[axis] ?? 1,
      ),
    );
    if (parts.some(({ taps }) => taps === 0)) {
      return out.op('Expand', [out.scalar(0), out.ints([...inputShape.slice(0, 2), ...lengths])]);
    }
    const part = filterPart(out, flipped, flippedShape, parts, stride);
    const one = { stride: stride.map(() => 1), dilation, groups };
    return convWithin(
      convolve,
      out,
      dy,
      dyShape,
      part,
      [...flippedShape.slice(0, 2), ...parts.map(({ taps }) => taps)],
      parts.map(({ sides }) => sides),
      one,
    );
  });
  const whole = interleave(out, phases, inputShape, lengths, stride);
  const full = lengths.map((length, axis) => length * (stride[axis] ?? 1));
  const zeros = inputShape.map(() => 0);
  return sliceOf(
    out,
    whole,
    [...inputShape.slice(0, 2), ...full],
    zeros,
    inputShape,
    zeros.map(() => 1),
  );
}

/** With k = first + s·t and place s·q + r: the gradient is Σ w[k] · dy[q + c − t], c = ⌊(r + padding) / s⌋. */
function phaseOf(
  r: number,
  kernel: number,
  s: number,
  padding: number,
  places: number,
  length: number,
): Phase {
  const first = (r + padding) % s;
  const taps = Math.max(0, Math.ceil((kernel - first) / s));
  const c = Math.floor((r + padding) / s);
  return { first, taps, sides: [taps - 1 - c, length + c - places] };
}

/** The taps of one phase, cut from the flipped filter, where tap k stands at kernel − 1 − k. */
function filterPart(
  out: OnnxWriter,
  flipped: string,
  shape: Shape,
  parts: readonly Phase[],
  stride: Shape,
): string {
  const starts = parts.map(({ first, taps }, axis) => {
    const last = first + (taps - 1) * (stride[axis] ?? 1);
    return (shape[axis + 2] ?? 1) - 1 - last;
  });
  const ends = starts.map((start, axis) => start + ((parts[axis]?.taps ?? 1) - 1) * (stride[axis] ?? 1) + 1);
  return sliceOf(out, flipped, shape, [0, 0, ...starts], [...shape.slice(0, 2), ...ends], [1, 1, ...stride]);
}

/** Phases in row-major order of their remainders, each `[N, C, ...lengths]` → `[N, C, ...lengths · stride]`. */
function interleave(
  out: OnnxWriter,
  phases: readonly string[],
  inputShape: Shape,
  lengths: Shape,
  stride: Shape,
): string {
  let rows = [...phases];
  const extents = [...lengths];
  for (let axis = stride.length - 1; axis >= 0; axis--) {
    const step = stride[axis] ?? 1;
    if (step === 1) continue;
    const inner = extents.slice(axis + 1);
    const shape = [...inputShape.slice(0, 2), ...extents.slice(0, axis + 1), 1, ...inner];
    const joined: string[] = [];
    for (let i = 0; i < rows.length; i += step)
      joined.push(zip(out, rows.slice(i, i + step), shape, axis + 3));
    extents[axis] = (extents[axis] ?? 1) * step;
    const merged = out.ints([...inputShape.slice(0, 2), ...extents]);
    rows = joined.map((value) => out.op('Reshape', [value, merged]));
  }
  return rows[0] as string;
}

/** Stacks along a new axis at `at`; single values are gathered by a matrix transpose, which is faster. */
function zip(out: OnnxWriter, values: readonly string[], shape: Shape, at: number): string {
  if (at < shape.length - 1) {
    const open = values.map((value) => out.op('Reshape', [value, out.ints(shape)]));
    return out.op('Concat', open, { axis: at });
  }
  const lines = values.map((value) => out.op('Reshape', [value, out.ints([1, -1])]));
  return out.op('Transpose', [out.op('Concat', lines, { axis: 0 })], { perm: [1, 0] });
}

/** Strided and dilated at once, which is rare: dy set apart by zeros. */
function setApart(
  convolve: Convolve,
  out: OnnxWriter,
  dy: string,
  dyShape: Shape,
  flipped: string,
  flippedShape: Shape,
  { stride, padding, dilation, groups, inputShape }: ConvAttributes & { readonly inputShape: Shape },
): string {
  const kernel = flippedShape.slice(2);
  const before = kernel.map(
    (extent, axis) => (dilation[axis] ?? 1) * (extent - 1) - (padding[axis]?.[0] ?? 0),
  );
  const after = kernel.map((extent, axis) => {
    const apart = ((dyShape[axis + 2] ?? 1) - 1) * (stride[axis] ?? 1) + 1;
    return (inputShape[axis + 2] ?? 1) + (dilation[axis] ?? 1) * (extent - 1) - apart - (before[axis] ?? 0);
  });
  const interior = [0, 0, ...stride.map((step) => step - 1)];
  const padded = padOf(out, dy, dyShape, [0, 0, ...before], [0, 0, ...after], interior);
  const shape = dyShape.map((extent, i) =>
    i < 2 ? extent : (extent - 1) * (stride[i - 2] ?? 1) + 1 + (before[i - 2] ?? 0) + (after[i - 2] ?? 0),
  );
  return convolve(out, padded, shape, flipped, flippedShape, {
    stride: stride.map(() => 1),
    padding: kernel.map(() => [0, 0]),
    dilation,
    groups,
  });
}

/** A convolution whose padding may be negative. */
function convWithin(
  convolve: Convolve,
  out: OnnxWriter,
  x: string,
  shape: Shape,
  w: string,
  filter: Shape,
  sides: readonly (readonly [number, number])[],
  attributes: Omit<ConvAttributes, 'padding'>,
): string {
  const starts = sides.map(([before]) => Math.max(0, -before));
  const ends = sides.map(([, after], axis) => (shape[axis + 2] ?? 1) - Math.max(0, -after));
  const steps = shape.map(() => 1);
  const cut = sliceOf(out, x, shape, [0, 0, ...starts], [...shape.slice(0, 2), ...ends], steps);
  const padding = sides.map(([before, after]) => [Math.max(0, before), Math.max(0, after)] as const);
  const cutShape = [...shape.slice(0, 2), ...ends.map((end, axis) => end - (starts[axis] ?? 0))];
  return convolve(out, cut, cutShape, w, filter, { ...attributes, padding });
}

/** Reverses each axis from the third on. */
function flip(out: OnnxWriter, x: string, shape: Shape): string {
  const axes = shape.flatMap((extent, axis) => (axis > 1 && extent > 1 ? [axis] : []));
  const all = (value: number): string => out.ints(axes.map(() => value));
  const last = -(2 ** 31);
  return axes.length === 0 ? x : out.op('Slice', [x, all(-1), all(last), out.ints(axes), all(-1)]);
}

/** `[O, C / g, ...kernel]` → `[C, O / g, ...kernel]`. */
function transposeFilter(out: OnnxWriter, w: string, shape: Shape, groups: number): string {
  const [outChannels = 1, groupChannels = 1, ...kernel] = shape;
  const grouped = out.op('Reshape', [w, out.ints([groups, outChannels / groups, groupChannels, ...kernel])]);
  const perm = [0, 2, 1, ...kernel.map((_, axis) => axis + 3)];
  const swapped = out.op('Transpose', [grouped], { perm });
  return out.op('Reshape', [swapped, out.ints([groups * groupChannels, outChannels / groups, ...kernel])]);
}
