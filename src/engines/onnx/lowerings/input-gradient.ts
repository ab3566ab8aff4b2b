/**
 * The input gradient of a convolution, as convolutions of dy with the flipped and transposed filter.
 *
 * With strides s, an input place i = s·q + r sees only the taps k ≡ r + padding (mod s): each phase r is an ordinary
 * convolution of dy with a part of the filter, and the phases interleave to the whole. Together they cost what the
 * forward pass does; setting dy apart by zeros instead would cost Π s times as much.
 */
import { sizeOf, type Shape } from '../../../core/tensor.js';
import type { ConvAttributes, ConvInputGradAttributes } from '../../../ir/ops/convolution.js';
import type { OnnxValue, OnnxWriter } from '../writer.js';
import type { Convolve, Mirrored } from './convolve.js';
import { tapsOf } from './filter-gradient.js';
import type { Lowering, LoweringSite } from './lowering.js';
import { concat, expand, padOf, reshape, sliceOf, transpose, withLead } from './shaping.js';

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
  { out, inputs: [dy, w], attributes }: LoweringSite<'convInputGrad'>,
  mirrored: Mirrored | undefined,
): OnnxValue | undefined {
  if (!mirrored || attributes.stride.some((step) => step !== 1)) return undefined;
  const padding = sidesOf(w.shape, dy.shape, attributes);
  if (padding.flat().some((side) => side < 0)) return undefined;
  return mirrored(out, dy, w, { ...attributes, padding });
}

/** Zeros before and after dy, negative where it is cut instead, at stride 1. */
export function sidesOf(
  filter: Shape,
  dy: Shape,
  { padding, dilation, inputShape }: ConvInputGradAttributes,
): (readonly [number, number])[] {
  return filter.slice(2).map((extent, axis) => {
    const reach = (dilation[axis] ?? 1) * (extent - 1);
    const before = reach - (padding[axis]?.[0] ?? 0);
    return [before, (inputShape[axis + 2] ?? 1) + reach - (dy[axis + 2] ?? 1) - before];
  });
}

function inputGradient(site: LoweringSite<'convInputGrad'>, convolve: Convolve): OnnxValue {
  const { out, inputs, attributes } = site;
  const [dy, w] = inputs;
  const { stride, dilation, groups, inputShape } = attributes;
  const once = stride.every((step) => step === 1);
  const sides = sidesOf(w.shape, dy.shape, attributes);
  // ŵ ⋆ dy = flip(w ⋆ flip(dy)): whichever is smaller is flipped
  if (once && sizeOf(w.shape) > sizeOf(inputShape) + sizeOf(dy.shape)) {
    const swapped = transposeFilter(out, w, groups);
    const padding = sides.map(([before, after]) => [after, before] as const);
    return flip(out, convWithin(convolve, out, flip(out, dy), swapped, { ...attributes, padding }));
  }
  const flipped = transposeFilter(out, flip(out, w), groups);
  if (once) return convWithin(convolve, out, dy, flipped, { ...attributes, padding: sides });
  if (dilation.some((step) => step > 1)) return setApart(convolve, out, dy, flipped, attributes);
  return byPhases(convolve, out, dy, flipped, attributes);
}

/** With strides: a convolution for each remainder of places, interleaved. */
function byPhases(
  convolve: Convolve,
  out: OnnxWriter,
  dy: OnnxValue,
  flipped: OnnxValue,
  { stride, padding, dilation, groups, inputShape }: ConvInputGradAttributes,
): OnnxValue {
  const lengths = stride.map((step, axis) => Math.ceil((inputShape[axis + 2] ?? 1) / step));
  const phases = tapsOf(stride).map((remainders) => {
    const parts = remainders.map((remainder, axis) =>
      phaseOf(remainder, {
        kernel: flipped.shape[axis + 2] ?? 1,
        stride: stride[axis] ?? 1,
        padding: padding[axis]?.[0] ?? 0,
        places: dy.shape[axis + 2] ?? 1,
        length: lengths[axis] ?? 1,
      }),
    );
    if (parts.some(({ taps }) => taps === 0))
      return expand(out, out.scalar(0), [...inputShape.slice(0, 2), ...lengths]);
    return convWithin(convolve, out, dy, filterPart(out, flipped, parts, stride), {
      stride: stride.map(() => 1),
      padding: parts.map(({ sides }) => sides),
      dilation,
      groups,
    });
  });
  const whole = interleave(out, phases, stride);
  return sliceOf(out, whole, { starts: inputShape.map(() => 0), ends: inputShape });
}

/** One axis of a convolution: its kernel, stride and padding before; places of dy, and the length of a phase. */
interface PhaseAxis {
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
  readonly places: number;
  readonly length: number;
}

/** With k = first + s·t and place s·q + r: the gradient is Σ w[k] · dy[q + c − t], c = ⌊(r + padding) / s⌋. */
function phaseOf(r: number, { kernel, stride: s, padding, places, length }: PhaseAxis): Phase {
  const first = (r + padding) % s;
  const taps = Math.max(0, Math.ceil((kernel - first) / s));
  const c = Math.floor((r + padding) / s);
  return { first, taps, sides: [taps - 1 - c, length + c - places] };
}

/** The taps of one phase, cut from the flipped filter, where tap k stands at kernel − 1 − k. */
function filterPart(out: OnnxWriter, flipped: OnnxValue, parts: readonly Phase[], stride: Shape): OnnxValue {
  const { shape } = flipped;
  const starts = parts.map(({ first, taps }, axis) => {
    const last = first + (taps - 1) * (stride[axis] ?? 1);
    return (shape[axis + 2] ?? 1) - 1 - last;
  });
  const ends = starts.map((start, axis) => start + ((parts[axis]?.taps ?? 1) - 1) * (stride[axis] ?? 1) + 1);
  return sliceOf(out, flipped, {
    starts: [0, 0, ...starts],
    ends: [...shape.slice(0, 2), ...ends],
    steps: [1, 1, ...stride],
  });
}

/** Phases in row-major order of their remainders, each `[N, C, ...lengths]` → `[N, C, ...lengths · stride]`. */
function interleave(out: OnnxWriter, phases: readonly OnnxValue[], stride: Shape): OnnxValue {
  let rows = [...phases];
  const [n = 1, channels = 1, ...extents] = rows[0]?.shape ?? [];
  for (let axis = stride.length - 1; axis >= 0; axis--) {
    const step = stride[axis] ?? 1;
    if (step === 1) continue;
    const shape = [n, channels, ...extents.slice(0, axis + 1), 1, ...extents.slice(axis + 1)];
    const joined: OnnxValue[] = [];
    for (let i = 0; i < rows.length; i += step)
      joined.push(zip(out, rows.slice(i, i + step), shape, axis + 3));
    extents[axis] = (extents[axis] ?? 1) * step;
    const merged = [n, channels, ...extents];
    // One constant for all of them, written before they are.
    const target = out.ints(merged);
    rows = joined.map((value) => out.op('Reshape', [value, target], merged));
  }
  return rows[0] as OnnxValue;
}

/** Stacks along a new axis at `at`; single values are gathered by a matrix transpose, which is faster. */
function zip(out: OnnxWriter, values: readonly OnnxValue[], shape: Shape, at: number): OnnxValue {
  if (at < shape.length - 1) {
    const open = values.map((value) => reshape(out, value, shape));
    return concat(out, open, at);
  }
  const lines = values.map((value) => withLead(out, value, [1]));
  return transpose(out, concat(out, lines, 0), [1, 0]);
}

/** Strided and dilated at once, which is rare: dy set apart by zeros. */
function setApart(
  convolve: Convolve,
  out: OnnxWriter,
  dy: OnnxValue,
  flipped: OnnxValue,
  { stride, padding, dilation, groups, inputShape }: ConvInputGradAttributes,
): OnnxValue {
  const kernel = flipped.shape.slice(2);
  const before = kernel.map(
    (extent, axis) => (dilation[axis] ?? 1) * (extent - 1) - (padding[axis]?.[0] ?? 0),
  );
  const after = kernel.map((extent, axis) => {
    const apart = ((dy.shape[axis + 2] ?? 1) - 1) * (stride[axis] ?? 1) + 1;
    return (inputShape[axis + 2] ?? 1) + (dilation[axis] ?? 1) * (extent - 1) - apart - (before[axis] ?? 0);
  });
  const padded = padOf(out, dy, {
    before: [0, 0, ...before],
    after: [0, 0, ...after],
    interior: [0, 0, ...stride.map((step) => step - 1)],
  });
  return convolve(out, padded, flipped, {
    stride: stride.map(() => 1),
    padding: kernel.map(() => [0, 0]),
    dilation,
    groups,
  });
}

/** A convolution whose padding may be negative, which cuts `x`. */
function convWithin(
  convolve: Convolve,
  out: OnnxWriter,
  x: OnnxValue,
  w: OnnxValue,
  { stride, padding: sides, dilation, groups }: ConvAttributes,
): OnnxValue {
  const starts = sides.map(([before]) => Math.max(0, -before));
  const ends = sides.map(([, after], axis) => (x.shape[axis + 2] ?? 1) - Math.max(0, -after));
  const cut = sliceOf(out, x, { starts: [0, 0, ...starts], ends: [...x.shape.slice(0, 2), ...ends] });
  const padding = sides.map(([before, after]) => [Math.max(0, before), Math.max(0, after)] as const);
  return convolve(out, cut, w, { stride, padding, dilation, groups });
}

/** Reverses each axis from the third on. */
function flip(out: OnnxWriter, x: OnnxValue): OnnxValue {
  const axes = x.shape.flatMap((extent, axis) => (axis > 1 && extent > 1 ? [axis] : []));
  if (axes.length === 0) return x;
  const all = (value: number): OnnxValue => out.ints(axes.map(() => value));
  const last = -(2 ** 31);
  return out.op('Slice', [x, all(-1), all(last), out.ints(axes), all(-1)], x.shape);
}

/** `[O, C / g, ...kernel]` → `[C, O / g, ...kernel]`. */
function transposeFilter(out: OnnxWriter, w: OnnxValue, groups: number): OnnxValue {
  const [outChannels = 1, groupChannels = 1, ...kernel] = w.shape;
  const grouped = reshape(out, w, [groups, outChannels / groups, groupChannels, ...kernel]);
  const swapped = transpose(out, grouped, [0, 2, 1, ...kernel.map((_, axis) => axis + 3)]);
  return reshape(out, swapped, [groups * groupChannels, outChannels / groups, ...kernel]);
}
