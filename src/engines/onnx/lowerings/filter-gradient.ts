/**
 * The filter gradient of a convolution, as few matrix products over long rows.
 *
 * dW[o, c, tap] = Σ over n and places of dy[n, o, place] · x[n, c, seen by tap at place]. Both operands are laid out
 * with channels first, so that the sum over batch and places is one product's inner extent. Taps along one axis of
 * stride 1 are served by one product: copies of dy, each shifted by its tap and framed with zeros, are stacked as
 * rows, and x is taken whole along that axis. A 3×3×3 filter then needs nine cuts of x instead of 27.
 */
import { sizeOf, type Shape } from '../../../core/tensor.js';
import type { ConvFilterGradAttributes } from '../../../ir/ops/convolution.js';
import type { OnnxValue, OnnxWriter } from '../writer.js';
import type { Lowering, LoweringSite } from './lowering.js';
import type { Product } from './products.js';
import { concat, padOf, reshape, sliceOf, transpose, withLead } from './shaping.js';

/**
 * Where each cut has few columns (few input channels, or depthwise), all cuts are joined for one product, which
 * reads dy once: measured up to 2.3 times faster, for copies of x that are bounded here.
 */
const JOINED_COLUMNS = 16;
const JOINED_BYTES = 2 ** 28;

export function convFilterGradBy(product: Product): Lowering<'convFilterGrad'> {
  return ({ out, inputs: [x, dy], attributes }) => {
    const operands = { x: channelsFirst(out, x), dy: channelsFirst(out, dy) };
    return filterGradient(out, operands, attributes, product);
  };
}

/** Operands with channels first, `[C, N, ...]`. */
export interface Operands {
  readonly x: OnnxValue;
  readonly dy: OnnxValue;
}

export function filterGradient(
  out: OnnxWriter,
  { x, dy }: Operands,
  attributes: ConvFilterGradAttributes,
  product: Product,
): OnnxValue {
  const { groups, filterShape } = attributes;
  const [outChannels = 1, columns = 1, ...kernel] = filterShape;
  const rows = outChannels / groups;
  const axis = stackedAxis(attributes, kernel);
  const stacked = stackShifted(out, dy, attributes, axis);
  const cuts = cutTaps(out, x, dy.shape, attributes, axis);
  const shifts = axis === undefined ? 1 : (kernel[axis] ?? 1);
  const lead = groups === 1 ? [] : [groups];

  const left = withLead(out, stacked, [...lead, shifts * rows]);
  const rights = cuts.map((cut) => withLead(out, cut, [...lead, columns]));
  // to [groups, shifts, rows, cuts, columns] or [groups, shifts, rows, columns, cuts]
  const bytes = 4 * cuts.length * sizeOf(x.shape);
  const joined = columns <= JOINED_COLUMNS && bytes <= JOINED_BYTES;
  const multiply = (right: OnnxValue): OnnxValue => product(out, left, right, { a: false, b: true });
  const all = joined
    ? multiply(concat(out, rights, lead.length))
    : concat(
        out,
        rights.map((right) => reshape(out, multiply(right), [groups, shifts, rows, columns, 1])),
        4,
      );
  const parts = joined
    ? [groups, shifts, rows, cuts.length, columns]
    : [groups, shifts, rows, columns, cuts.length];
  return assemble(out, reshape(out, all, parts), joined ? 3 : 4, attributes, axis);
}

/** Weights per value of the input from which cutting out all that a filter sees costs little beside its gradient. */
const LARGE_FILTER = 12;

export function suitsColumns(x: Shape, { groups, filterShape }: ConvFilterGradAttributes): boolean {
  return groups === 1 && sizeOf(filterShape) > LARGE_FILTER * sizeOf(x);
}

/** A large filter's gradient as one product, which leaves it in place: `[O, P] × [C · taps, P]ᵀ`. */
export function columnsFilterGradient(
  { out, inputs: [x, dy], attributes }: LoweringSite<'convFilterGrad'>,
  product: Product,
): OnnxValue {
  const { filterShape } = attributes;
  const [outChannels = 1, channels = 1, ...kernel] = filterShape;
  const places = sizeOf(dy.shape) / outChannels;
  const cuts = cutTaps(out, channelsFirst(out, x), channelsFirstOf(dy.shape), attributes, undefined);
  const seen = cuts.map((cut) => reshape(out, cut, [channels, 1, places]));
  const left = reshape(out, channelsFirst(out, dy), [outChannels, places]);
  const right = reshape(out, concat(out, seen, 1), [channels * sizeOf(kernel), places]);
  return reshape(out, product(out, left, right, { a: false, b: true }), filterShape);
}

/** True for a filter of one tap, without strides, of fewer values than what it reads of a sample. */
export function suitsSamples(
  x: Shape,
  dy: Shape,
  { filterShape, groups, stride, padding }: ConvFilterGradAttributes,
): boolean {
  const within = stride.every((step) => step === 1) && padding.flat().every((zeros) => zeros === 0);
  const [outChannels = 1, channels = 1, ...kernel] = filterShape;
  if (groups > 1 || !within || sizeOf(kernel) > 1) return false;
  return outChannels * channels * (x[0] ?? 1) <= (sizeOf(x) + sizeOf(dy)) / 2;
}

/** Such a filter's gradient as the sum of a product for each sample, which reads both operands as they lie. */
export function filterGradientBySample(
  { out, inputs: [x, dy], attributes }: LoweringSite<'convFilterGrad'>,
  product: Product,
): OnnxValue {
  const [outChannels = 1, channels = 1] = attributes.filterShape;
  const [n = 1, , ...places] = x.shape;
  const left = reshape(out, dy, [n, outChannels, sizeOf(places)]);
  const right = reshape(out, x, [n, channels, sizeOf(places)]);
  const each = product(out, left, right, { a: false, b: true });
  const sum = out.op('ReduceSum', [each, out.ints([0])], [outChannels, channels], { keepdims: 0 });
  return reshape(out, sum, attributes.filterShape);
}

/** The axis whose taps share a product: the longest of stride 1, the outermost among equals. */
function stackedAxis({ stride }: ConvFilterGradAttributes, kernel: Shape): number | undefined {
  let best: number | undefined;
  kernel.forEach((extent, axis) => {
    if (stride[axis] !== 1 || extent === 1) return;
    if (best === undefined || extent > (kernel[best] ?? 1)) best = axis;
  });
  return best;
}

function channelsFirstOf([n = 1, channels = 1, ...places]: Shape): Shape {
  return [channels, n, ...places];
}

/** `[N, C, ...]` → `[C, N, ...]`. */
function channelsFirst(out: OnnxWriter, x: OnnxValue): OnnxValue {
  return transpose(out, x, [1, 0, ...x.shape.slice(2).map((_, axis) => axis + 2)]);
}

/** `[O, N, ...]` → `[groups, shifts, O / groups, N, ...]`, along `axis` as long as the padded input. */
function stackShifted(
  out: OnnxWriter,
  dy: OnnxValue,
  { groups, dilation, filterShape }: ConvFilterGradAttributes,
  axis: number | undefined,
): OnnxValue {
  if (axis === undefined) return dy;
  const [channels = 1] = dy.shape;
  const taps = filterShape[axis + 2] ?? 1;
  const step = dilation[axis] ?? 1;
  const at = (zeros: number): number[] => dy.shape.map((_, i) => (i === axis + 2 ? zeros : 0));
  const variants = Array.from({ length: taps }, (_, tap) => {
    const framed = padOf(out, dy, { before: at(tap * step), after: at((taps - 1 - tap) * step) });
    return withLead(out, framed, [groups, 1, channels / groups]);
  });
  return concat(out, variants, 1);
}

/**
 * Cuts of the padded input `[C, N, ...]` that each tap sees, whole along the stacked axis; taps in row-major order.
 *
 * Where the last axis is strided, its places are first sorted by their remainder, in one pass: the runtime cuts rows of
 * neighbours out several times as fast as single values.
 *
 * @param dy shape of the output's gradient, channels first
 */
function cutTaps(
  out: OnnxWriter,
  x: OnnxValue,
  dy: Shape,
  { stride, padding, dilation, filterShape }: ConvFilterGradAttributes,
  axis: number | undefined,
): OnnxValue[] {
  const [channels = 1, n = 1] = x.shape;
  const before = [0, 0, ...padding.map(([low]) => low)];
  const after = [0, 0, ...padding.map(([, high]) => high)];
  const last = x.shape.length - 1;
  const step = stride[last - 2] ?? 1;
  const sorted = step > 1 && (filterShape[last] ?? 1) > 1;
  if (sorted) {
    const whole = (x.shape[last] ?? 1) + (before[last] ?? 0) + (after[last] ?? 0);
    after[last] = (after[last] ?? 0) + Math.ceil(whole / step) * step - whole;
  }
  const padded = padOf(out, x, { before, after });
  const kernel = filterShape.slice(2).map((extent, i) => (i === axis ? 1 : extent));
  const phases = sorted ? byRemainder(out, padded, step) : undefined;
  return tapsOf(kernel).map((tap) => {
    const places = tap.map((at, i) => at * (dilation[i] ?? 1));
    const starts = [0, 0, ...places];
    const ends = places.map((start, i) =>
      i === axis ? (padded.shape[i + 2] ?? 1) : start + ((dy[i + 2] ?? 1) - 1) * (stride[i] ?? 1) + 1,
    );
    if (!phases)
      return sliceOf(out, padded, { starts, ends: [channels, n, ...ends], steps: [1, 1, ...stride] });
    const at = starts.at(-1) ?? 0;
    const [phase, place] = [at % step, Math.floor(at / step)];
    return sliceOf(out, phases, {
      starts: [phase * channels, ...starts.slice(1, -1), place],
      ends: [(phase + 1) * channels, n, ...ends.slice(0, -1), place + (dy[last] ?? 1)],
      steps: [1, 1, ...stride.slice(0, -1), 1],
    });
  });
}

/**
 * `[C, ..., W]` → `[step · C, ..., W / step]`: places along the last axis by their remainder. Axes stay as many: with
 * one more, the runtime would move the transposition behind the cuts.
 */
function byRemainder(out: OnnxWriter, x: OnnxValue, step: number): OnnxValue {
  const { shape } = x;
  const sorted = [step * (shape[0] ?? 1), ...shape.slice(1, -1), (shape.at(-1) ?? 1) / step];
  const pairs = reshape(out, x, [sizeOf(shape) / step, step]);
  return reshape(out, transpose(out, pairs, [1, 0]), sorted);
}

/** From `[groups, shifts, rows, …]`, with the cuts' axis at `cutsAt`, to the filter's shape. */
function assemble(
  out: OnnxWriter,
  products: OnnxValue,
  cutsAt: 3 | 4,
  { filterShape, groups }: ConvFilterGradAttributes,
  axis: number | undefined,
): OnnxValue {
  const [outChannels = 1, columns = 1, ...kernel] = filterShape;
  const others = kernel.filter((_, i) => i !== axis);
  const shifts = axis === undefined ? 1 : (kernel[axis] ?? 1);
  const inner = cutsAt === 3 ? [...others, columns] : [columns, ...others];
  const wide = reshape(out, products, [groups, shifts, outChannels / groups, ...inner]);
  const columnAxis = cutsAt === 3 ? 3 + others.length : 3;
  let nextOther = cutsAt === 3 ? 3 : 4;
  const places = kernel.map((_, i) => (i === axis ? 1 : nextOther++));
  const perm = [0, 2, columnAxis, ...places, ...(axis === undefined ? [1] : [])];
  return reshape(out, transpose(out, wide, perm), filterShape);
}

/** All positions of a kernel, in row-major order. */
export function tapsOf(kernel: Shape): number[][] {
  return Array.from({ length: sizeOf(kernel) }, (_, place) => {
    const tap: number[] = [];
    let rest = place;
    for (const extent of [...kernel].reverse()) {
      tap.unshift(rest % extent);
      rest = Math.floor(rest / extent);
    }
    return tap;
  });
}
