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
import type { OnnxWriter } from '../writer.js';
import { padOf, sliceOf } from './layout.js';
import type { Lowering, LoweringSite } from './lowering.js';
import type { Product } from './products.js';

/**
 * Where each cut has few columns (few input channels, or depthwise), all cuts are joined for one product, which
 * reads dy once: measured up to 2.3 times faster, for copies of x that are bounded here.
 */
const JOINED_COLUMNS = 16;
const JOINED_BYTES = 2 ** 28;

export function convFilterGradBy(product: Product): Lowering<'convFilterGrad'> {
  return ({ out, inputs: [x, dy], types: [xType, dyType], attributes }) => {
    const operands = {
      x: channelsFirst(out, x, xType.shape),
      shape: xType.shape,
      dy: channelsFirst(out, dy, dyType.shape),
      dyShape: dyType.shape,
    };
    return filterGradient(out, operands, attributes, product);
  };
}

/** Operands `[C, N, ...]`; their shapes are those before channels came first, `[N, C, ...]`. */
export interface Operands {
  readonly x: string;
  readonly shape: Shape;
  readonly dy: string;
  readonly dyShape: Shape;
}

export function filterGradient(
  out: OnnxWriter,
  { x, shape, dy, dyShape }: Operands,
  attributes: ConvFilterGradAttributes,
  product: Product,
): string {
  const { groups, filterShape } = attributes;
  const [outChannels = 1, columns = 1, ...kernel] = filterShape;
  const rows = outChannels / groups;
  const axis = stackedAxis(attributes, kernel);
  const stacked = stackShifted(out, dy, dyShape, attributes, axis);
  const cuts = cutTaps(out, x, shape, dyShape, attributes, axis);
  const shifts = axis === undefined ? 1 : (kernel[axis] ?? 1);
  const lead = groups === 1 ? [] : [groups];

  const left = out.op('Reshape', [stacked, out.ints([...lead, shifts * rows, -1])]);
  const rights = cuts.map((cut) => out.op('Reshape', [cut, out.ints([...lead, columns, -1])]));
  // to [groups, shifts, rows, cuts, columns] or [groups, shifts, rows, columns, cuts]
  const bytes = 4 * cuts.length * sizeOf(shape);
  const joined = columns <= JOINED_COLUMNS && bytes <= JOINED_BYTES;
  const multiply = (right: string): string => {
    const wide = joined ? cuts.length * columns : columns;
    const inner = innerExtent(shape, dyShape, attributes, axis);
    const extents = { rows: shifts * rows, columns: wide, inner, rank: lead.length + 2 };
    return product(out, left, right, extents, { a: false, b: true });
  };
  const all = joined
    ? multiply(concat(out, rights, lead.length))
    : concat(
        out,
        rights.map((right) =>
          out.op('Reshape', [multiply(right), out.ints([groups, shifts, rows, columns, 1])]),
        ),
        4,
      );
  const parts = joined
    ? [groups, shifts, rows, cuts.length, columns]
    : [groups, shifts, rows, columns, cuts.length];
  const split = out.op('Reshape', [all, out.ints(parts)]);
  return assemble(out, split, joined ? 3 : 4, filterShape, groups, axis);
}

/** Weights per value of the input from which cutting out all that a filter sees costs little beside its gradient. */
const LARGE_FILTER = 12;

export function suitsColumns(x: Shape, { groups, filterShape }: ConvFilterGradAttributes): boolean {
  return groups === 1 && sizeOf(filterShape) > LARGE_FILTER * sizeOf(x);
}

/** A large filter's gradient as one product, which leaves it in place: `[O, P] × [C · taps, P]ᵀ`. */
export function columnsFilterGradient(
  { out, inputs: [x, dy], types: [xType, dyType], attributes }: LoweringSite<'convFilterGrad'>,
  product: Product,
): string {
  const { filterShape } = attributes;
  const [outChannels = 1, channels = 1, ...kernel] = filterShape;
  const places = sizeOf(dyType.shape) / outChannels;
  const first = channelsFirst(out, x, xType.shape);
  const cuts = cutTaps(out, first, xType.shape, dyType.shape, attributes, undefined);
  const seen = cuts.map((cut) => out.op('Reshape', [cut, out.ints([channels, 1, places])]));
  const [rows, columns] = [outChannels, channels * sizeOf(kernel)];
  const left = out.op('Reshape', [channelsFirst(out, dy, dyType.shape), out.ints([rows, places])]);
  const right = out.op('Reshape', [concat(out, seen, 1), out.ints([columns, places])]);
  const extents = { rows, columns, inner: places, rank: 2 };
  return out.op('Reshape', [
    product(out, left, right, extents, { a: false, b: true }),
    out.ints(filterShape),
  ]);
}

function concat(out: OnnxWriter, values: readonly string[], axis: number): string {
  return values.length === 1 ? (values[0] as string) : out.op('Concat', values, { axis });
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

/** Values in a row: those of one channel of dy, with `axis` as long as the padded input's. */
function innerExtent(
  x: Shape,
  dy: Shape,
  { padding }: ConvFilterGradAttributes,
  axis: number | undefined,
): number {
  const own = sizeOf(dy) / (dy[1] ?? 1);
  if (axis === undefined) return own;
  const [before, after] = padding[axis] ?? [0, 0];
  return (own / (dy[axis + 2] ?? 1)) * ((x[axis + 2] ?? 1) + before + after);
}

/** `[N, C, ...]` → `[C, N, ...]`. */
function channelsFirst(out: OnnxWriter, x: string, shape: Shape): string {
  return out.op('Transpose', [x], { perm: [1, 0, ...shape.slice(2).map((_, axis) => axis + 2)] });
}

/** `[O, N, ...]` → `[groups, shifts, O / groups, N, ...]`, along `axis` as long as the padded input. */
function stackShifted(
  out: OnnxWriter,
  dy: string,
  shape: Shape,
  { groups, dilation, filterShape }: ConvFilterGradAttributes,
  axis: number | undefined,
): string {
  if (axis === undefined) return dy;
  const [n = 1, channels = 1, ...places] = shape;
  const first = [channels, n, ...places];
  const taps = filterShape[axis + 2] ?? 1;
  const step = dilation[axis] ?? 1;
  const at = (zeros: number): number[] => first.map((_, i) => (i === axis + 2 ? zeros : 0));
  const variants = Array.from({ length: taps }, (_, tap) => {
    const framed = padOf(out, dy, first, at(tap * step), at((taps - 1 - tap) * step), at(0));
    return out.op('Reshape', [framed, out.ints([groups, 1, channels / groups, -1])]);
  });
  return concat(out, variants, 1);
}

/**
 * What each tap sees of the padded input `[C, N, ...]`, whole along the stacked axis; taps in row-major order.
 *
 * Where the last axis is strided, its places are first sorted by their remainder, in one pass: the runtime cuts rows of
 * neighbours out several times as fast as single values.
 */
function cutTaps(
  out: OnnxWriter,
  x: string,
  shape: Shape,
  dyShape: Shape,
  { stride, padding, dilation, filterShape }: ConvFilterGradAttributes,
  axis: number | undefined,
): string[] {
  const [n = 1, channels = 1, ...spatial] = shape;
  const first = [channels, n, ...spatial];
  const before = [0, 0, ...padding.map(([low]) => low)];
  const after = [0, 0, ...padding.map(([, high]) => high)];
  const last = first.length - 1;
  const step = stride[last - 2] ?? 1;
  const sorted = step > 1 && (filterShape[last] ?? 1) > 1;
  if (sorted) {
    const whole = (first[last] ?? 1) + (before[last] ?? 0) + (after[last] ?? 0);
    after[last] = (after[last] ?? 0) + Math.ceil(whole / step) * step - whole;
  }
  const padded = padOf(
    out,
    x,
    first,
    before,
    after,
    before.map(() => 0),
  );
  const extents = first.map((extent, i) => extent + (before[i] ?? 0) + (after[i] ?? 0));
  const kernel = filterShape.slice(2).map((extent, i) => (i === axis ? 1 : extent));
  const phases = sorted ? byRemainder(out, padded, extents, step) : undefined;
  return tapsOf(kernel).map((tap) => {
    const starts = tap.map((at, i) => at * (dilation[i] ?? 1));
    const ends = starts.map((start, i) =>
      i === axis ? (extents[i + 2] ?? 1) : start + ((dyShape[i + 2] ?? 1) - 1) * (stride[i] ?? 1) + 1,
    );
    const [from, to] = [
      [0, 0, ...starts],
      [channels, n, ...ends],
    ];
    if (!phases) return sliceOf(out, padded, extents, from, to, [1, 1, ...stride]);
    const at = starts.at(-1) ?? 0;
    const [phase, place] = [at % step, Math.floor(at / step)];
    return sliceOf(
      out,
      phases.value,
      phases.shape,
      [phase * channels, ...from.slice(1, -1), place],
      [(phase + 1) * channels, ...to.slice(1, -1), place + (dyShape[last] ?? 1)],
      [1, 1, ...stride.slice(0, -1), 1],
    );
  });
}

/**
 * `[C, ..., W]` → `[step · C, ..., W / step]`: places along the last axis by their remainder. Axes stay as many: with
 * one more, the runtime would move the transposition behind the cuts.
 */
function byRemainder(out: OnnxWriter, x: string, shape: Shape, step: number) {
  const sorted = [step * (shape[0] ?? 1), ...shape.slice(1, -1), (shape.at(-1) ?? 1) / step];
  const pairs = out.op('Reshape', [x, out.ints([sizeOf(shape) / step, step])]);
  const apart = out.op('Transpose', [pairs], { perm: [1, 0] });
  return { value: out.op('Reshape', [apart, out.ints(sorted)]), shape: sorted };
}

/** From `[groups, shifts, rows, …]`, with the cuts' axis at `cutsAt`, to the filter's shape. */
function assemble(
  out: OnnxWriter,
  products: string,
  cutsAt: 3 | 4,
  filterShape: Shape,
  groups: number,
  axis: number | undefined,
): string {
  const [outChannels = 1, columns = 1, ...kernel] = filterShape;
  const others = kernel.filter((_, i) => i !== axis);
  const shifts = axis === undefined ? 1 : (kernel[axis] ?? 1);
  const inner = cutsAt === 3 ? [...others, columns] : [columns, ...others];
  const wide = out.op('Reshape', [products, out.ints([groups, shifts, outChannels / groups, ...inner])]);
  const columnAxis = cutsAt === 3 ? 3 + others.length : 3;
  let nextOther = cutsAt === 3 ? 3 : 4;
  const places = kernel.map((_, i) => (i === axis ? 1 : nextOther++));
  const perm = [0, 2, columnAxis, ...places, ...(axis === undefined ? [1] : [])];
  return out.op('Reshape', [out.op('Transpose', [wide], { perm }), out.ints(filterShape)]);
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
