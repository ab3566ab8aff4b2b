/**
 * Ops that move values or give them another shape, as functions of values; what changes nothing is not written.
 */
import { sameShape, sizeOf, type Shape } from '../../../core/tensor.js';
import type { OnnxValue, OnnxWriter } from '../writer.js';

/**
 * `target`: what the model is told where it differs, with 0 for an extent that stays and −1 for one that follows. A shape
 * that is there already is not written again, and of two in a row only the last where all its extents are told.
 */
export function reshape(out: OnnxWriter, x: OnnxValue, shape: Shape, target: Shape = shape): OnnxValue {
  if (sameShape(x.shape, shape)) return x;
  const told = target.every((extent) => extent > 0);
  const source = told ? out.beforeReshape(x) : x;
  if (told && sameShape(source.shape, shape)) return source;
  return out.op('Reshape', [source, out.ints(target)], shape);
}

/** Leads with the given extents, and joins what is left to one more axis. */
export function withLead(out: OnnxWriter, x: OnnxValue, lead: Shape): OnnxValue {
  return reshape(out, x, [...lead, sizeOf(x.shape) / sizeOf(lead)], [...lead, -1]);
}

export function transpose(out: OnnxWriter, x: OnnxValue, perm: readonly number[]): OnnxValue {
  const shape = perm.map((axis) => x.shape[axis] ?? 1);
  return out.op('Transpose', [x], shape, { perm });
}

/** Values that are moved as a whole: with as many at the end the runtime is fast whatever the order of the other axes. */
const LINE = 3;
/** Lines of as many values are moved faster by `Gather`, which several threads share, than by `Transpose`. */
const LONG_LINE = 48;

/**
 * A transposition, and the shape that it leaves, written with as few axes as it needs: those of one place are left out,
 * and neighbours that stay neighbours are one. The runtime is fast where lines stay lines or two neighbours change places, and
 * up to twenty times slower elsewhere, so that other orders are reached in steps of these kinds.
 */
export function permute(out: OnnxWriter, x: OnnxValue, perm: readonly number[], shape: Shape): OnnxValue {
  const runs = runsOf(x.shape, perm);
  if (runs.length < 2) return reshape(out, x, shape);
  const inPlace = [...runs].sort(([a = 0], [b = 0]) => a - b);
  const extents = inPlace.map((run) => run.reduce((product, axis) => product * (x.shape[axis] ?? 1), 1));
  const merged = reshape(out, x, extents);
  const order = runs.map((run) => inPlace.indexOf(run));
  const step = firstStep(order, extents);
  const moved = byLines(step, extents) ? movedLines(out, merged, step) : transpose(out, merged, step);
  if (step.every((axis, i) => axis === order[i])) return reshape(out, moved, shape);
  return permute(
    out,
    moved,
    order.map((axis) => step.indexOf(axis)),
    shape,
  );
}

/** True if `Gather` is faster: with long lines, and where neighbours change places in each of many samples (docs/engines.md). */
function byLines(order: readonly number[], extents: readonly number[]): boolean {
  const last = order.length - 1;
  const line = order[last] === last ? (extents[last] ?? 1) : 1;
  const samples = extents[0] ?? 1;
  return line >= LONG_LINE || (order.join() === '0,2,1,3' && line >= LINE && samples * line >= LONG_LINE);
}

/** Leaves the last axis where it is, and looks up every line between it and the first axis that moves. */
function movedLines(out: OnnxWriter, x: OnnxValue, order: readonly number[]): OnnxValue {
  const first = order.findIndex((axis, i) => axis !== i);
  const last = order.length - 1;
  const strideOf = (axis: number): number => sizeOf(x.shape.slice(axis + 1, last));
  const lines = order.slice(first, last).reduce(
    (found, axis) => {
      const places = Array.from({ length: x.shape[axis] ?? 1 }, (_, place) => place * strideOf(axis));
      return found.flatMap((line) => places.map((place) => line + place));
    },
    [0],
  );
  const open = [sizeOf(x.shape.slice(0, first)), lines.length, x.shape[last] ?? 1];
  const moved = out.op('Gather', [reshape(out, x, open), out.ints(lines)], open, { axis: 1 });
  const shape = order.map((axis) => x.shape[axis] ?? 1);
  return reshape(out, moved, shape);
}

/** Axes of more than one place in their new order, those that were and stay neighbours together. */
function runsOf(shape: Shape, perm: readonly number[]): number[][] {
  const runs: number[][] = [];
  for (const axis of perm) {
    if (shape[axis] === 1) continue;
    const run = runs.at(-1);
    const between = run && shape.slice((run.at(-1) ?? 0) + 1, axis);
    if (run && axis > (run.at(-1) ?? 0) && between?.every((extent) => extent === 1)) run.push(axis);
    else runs.push([axis]);
  }
  return runs;
}

/**
 * The first of the steps that lead to an order, none of whose axes are and stay neighbours. What is copied as a whole is to
 * be long: the last axis leaves its place after all others, or the axis that becomes the last goes there before all others.
 */
function firstStep(order: readonly number[], extents: readonly number[]): readonly number[] {
  const last = order.length - 1;
  const end = order[last] ?? 0;
  const lines = (extents[last] ?? 1) >= LINE;
  const swap = order.length < 3 || ['0,2,1', '1,0,2', '0,2,1,3'].includes(order.join());
  if (swap || (end === last && lines)) return order;
  const axes = order.map((_, axis) => axis);
  if (end !== last && (extents[end] ?? 1) > (extents[last] ?? 1))
    return [...axes.filter((axis) => axis !== end), end];
  const others = order.filter((axis) => axis !== last);
  const wrong = others.findIndex((axis, i) => axis !== i);
  if (lines && wrong >= 0) return [...others, last];
  const first = others[wrong] ?? 0;
  const rest = axes.slice(wrong).filter((axis) => axis !== first);
  return [...axes.slice(0, wrong), first, ...rest];
}

export function expand(out: OnnxWriter, x: OnnxValue, shape: Shape, target: Shape = shape): OnnxValue {
  return out.op('Expand', [x, out.ints(target)], shape);
}

/** Joins values that are alike but for the extent of `axis`. */
export function concat(out: OnnxWriter, values: readonly OnnxValue[], axis: number): OnnxValue {
  const [first] = values as readonly [OnnxValue, ...OnnxValue[]];
  if (values.length === 1) return first;
  const total = values.reduce((sum, { shape }) => sum + (shape[axis] ?? 1), 0);
  const shape = first.shape.map((extent, i) => (i === axis ? total : extent));
  return out.op('Concat', values, shape, { axis });
}

/** Bounds along each axis; `steps` are 1 where nothing is said. */
export interface Cut {
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  readonly steps?: readonly number[];
}

/** Cuts only the axes that lose something. */
export function sliceOf(out: OnnxWriter, x: OnnxValue, { starts, ends, steps }: Cut): OnnxValue {
  const stepOf = (axis: number): number => steps?.[axis] ?? 1;
  const axes = x.shape
    .map((_, axis) => axis)
    .filter((axis) => starts[axis] !== 0 || ends[axis] !== x.shape[axis] || stepOf(axis) !== 1);
  if (axes.length === 0) return x;
  const shape = x.shape.map((_, axis) => Math.ceil(((ends[axis] ?? 0) - (starts[axis] ?? 0)) / stepOf(axis)));
  const pick = (list: readonly number[]): OnnxValue => out.ints(axes.map((axis) => list[axis] ?? 0));
  const [from, to] = [pick(starts), pick(ends)];
  return out.op('Slice', [x, from, to, out.ints(axes), out.ints(axes.map(stepOf))], shape);
}

/** Numbers of zeros along each axis; `interior` are those between neighbours, 0 where nothing is said. */
export interface Zeros {
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly interior?: readonly number[];
}

/**
 * Zeros around and between. Between: every value is viewed as a cell of its own and padded at the end; what hangs
 * over after the last one is taken from the padding after, which may become negative and then cuts.
 */
export function padOf(out: OnnxWriter, x: OnnxValue, { before, after, interior = [] }: Zeros): OnnxValue {
  let value = x;
  if (interior.some((zeros) => zeros > 0)) {
    const zeros = x.shape.flatMap((_, axis) => [0, interior[axis] ?? 0]);
    const cell = reshape(
      out,
      x,
      x.shape.flatMap((extent) => [extent, 1]),
    );
    const grown = cell.shape.map((extent, axis) => extent + (zeros[axis] ?? 0));
    const padded = out.op('Pad', [cell, out.ints([...zeros.map(() => 0), ...zeros])], grown);
    value = reshape(
      out,
      padded,
      x.shape.map((extent, axis) => extent * ((interior[axis] ?? 0) + 1)),
    );
  }
  const rest = after.map((zeros, axis) => zeros - (interior[axis] ?? 0));
  if ([...before, ...rest].every((zeros) => zeros === 0)) return value;
  const shape = value.shape.map((extent, axis) => extent + (before[axis] ?? 0) + (rest[axis] ?? 0));
  return out.op('Pad', [value, out.ints([...before, ...rest])], shape);
}
