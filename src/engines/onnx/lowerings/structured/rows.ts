/**
 * The filter gradient as one product for each sample of rows that lie as channels lie, so that neither operand changes its
 * layout:
 *
 *   dw[o, c, tap] = Σ over samples and places of dy[n, o, place] · seen[n, c · taps + tap, place]
 *
 * `seen` holds, for each channel and tap, the value that the tap sees at every place: shifted along the last axis by a
 * product with a constant matrix of ones and zeros, along the others by copying whole lines. Without strides dy may be
 * shifted instead of x, which copies less where it has fewer channels.
 */
import { sizeOf } from '../../../../core/tensor.js';
import type { OnnxValue, OnnxWriter } from '../../writer.js';
import type { LoweringSite } from '../lowering.js';
import { fusedProduct } from '../products.js';
import { padOf, permute, reshape } from '../shaping.js';
import { along, type BlockedAxis } from './axes.js';
import { isStill, rowsOf, runOf, type RowSide, type Rows } from './row-axes.js';
import { placesByTap } from './tables.js';

/** Writes a filter gradient that shifts one of its operands. */
export function rowsFilterGradient(
  { out, inputs: [x, dy], attributes }: LoweringSite<'convFilterGrad'>,
  side: RowSide,
): OnnxValue {
  const { filterShape } = attributes;
  const rows = rowsOf(x.shape, attributes, side);
  const [seen, other] = side === 'input' ? [x, dy] : [dy, x];
  const [n = 1, channels = 1] = seen.shape;
  const [, others = 1, ...places] = other.shape;
  const left = shiftedRows(out, seen, rows);
  const right = reshape(out, other, [n, others, sizeOf(places)]);
  const each = fusedProduct(out, left, right, { a: false, b: true });
  const count = left.shape[1] ?? 1;
  const sum = out.op('ReduceSum', [each, out.ints([0])], [count, others], { keepdims: 0 });
  const [outer, inner] = [along(rows.copied, 'taps'), along(rows.held, 'taps')];
  const cells = reshape(out, sum, [channels, inner, outer, others]);
  return permute(out, cells, side === 'input' ? [3, 0, 2, 1] : [0, 3, 2, 1], filterShape);
}

/** `[N, C, ...]` → `[N, C · taps, places]`; the taps of the axis that a matrix shifts are outermost. */
function shiftedRows(out: OnnxWriter, x: OnnxValue, { copied, held, mirrored }: Rows): OnnxValue {
  const [n = 1, channels = 1] = x.shape;
  const [lines, line] = [along(copied, 'read'), along(held, 'read')];
  const run = runOf(copied);
  const table = placesByTap(copied, mirrored);
  const flat = reshape(out, x, [n * channels, lines, line]);
  const zeros = table.includes(lines) ? run : 0;
  const source = zeros > 0 ? padOf(out, flat, { before: [0, 0, 0], after: [0, zeros, 0] }) : flat;
  const [taps, places] = [along(held, 'taps'), along(held, 'blocks')];
  const open = reshape(out, source, [n * channels, 1, lines + zeros, line]);
  const matrices = (): OnnxValue => out.floats([1, taps, line, places], shiftMatrices(held, mirrored));
  const shape = [n * channels, taps, lines + zeros, places];
  const shifted = held.length === 0 ? open : out.op('MatMul', [open, matrices()], shape);
  const all = [n, channels * taps * along(copied, 'taps'), along(copied, 'blocks') * places];
  if (copied.every(isStill)) return reshape(out, shifted, all);
  // a run begins at a multiple of its length, and all of it is seen or none
  const runs = table.filter((_, i) => i % run === 0).map((place) => Math.floor(place / run));
  const view = reshape(out, shifted, [n * channels * taps, (lines + zeros) / run, run * places]);
  const copies = [n * channels * taps, runs.length, run * places];
  return reshape(out, out.op('Gather', [view, out.ints(runs)], copies, { axis: 1 }), all);
}

/** `[taps, read, places]`: 1 where a tap sees a value at a place. */
function shiftMatrices(axes: readonly BlockedAxis[], mirrored: boolean): Float32Array {
  const [read, places] = [along(axes, 'read'), along(axes, 'blocks')];
  const table = placesByTap(axes, mirrored);
  const matrices = new Float32Array(along(axes, 'taps') * read * places);
  table.forEach((from, i) => {
    const [tap, place] = [Math.floor(i / places), i % places];
    if (from < read) matrices[(tap * read + from) * places + place] = 1;
  });
  return matrices;
}
