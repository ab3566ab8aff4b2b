/**
 * Convolution of small volumes and its gradients, one matrix product each; what it does along an axis, and why, stands
 * in `axes.ts`.
 *
 *   y = U · S        dx = V · T        dw = sums of Uᵀ · dy
 *
 * U `[N · blocks, rows · C]` is x with channels last, what each block sees side by side; S `[rows · C, columns · O]` holds
 * the filter's values where a place sees another, and zeros. V and T are the same for dy and the way back.
 */
import { sizeOf } from '../../../../core/tensor.js';
import type { ConvAttributes } from '../../../../ir/ops/convolution.js';
import type { OnnxValue, OnnxWriter } from '../../writer.js';
import type { LoweringSite } from '../lowering.js';
import { fusedProduct } from '../products.js';
import { permute, reshape } from '../shaping.js';
import { along, forwardAxes, inputGradientAxes, interleavedAxes, type BlockedAxis } from './axes.js';
import { inBlocks, leave, unfold } from './layout.js';
import { copied, selectionOf, tapTable } from './tables.js';

const PLAIN = { a: false, b: false } as const;

/** Writes a convolution without groups; `blocks`: outputs in a block along each axis, 0 for all of them. */
export function structuredConv(
  out: OnnxWriter,
  x: OnnxValue,
  w: OnnxValue,
  attributes: ConvAttributes,
  blocks: readonly number[],
): OnnxValue {
  const axes = forwardAxes(x.shape, w.shape, attributes, blocks);
  const [outChannels = 1, channels = 1, ...kernel] = w.shape;
  const taps = sizeOf(kernel);
  // in two steps, which together are faster than a transposition of three axes
  const outLast = permute(
    out,
    reshape(out, w, [outChannels, channels * taps]),
    [1, 0],
    [channels, taps, outChannels],
  );
  const tapsFirst = permute(out, outLast, [1, 0, 2], [taps, channels, outChannels]);
  return convolved(out, x, tapsFirst, axes);
}

/** Writes an input gradient; `blocks`: inputs in a block along each axis, 0 for all of them. */
export function structuredInputGradient(
  { out, inputs: [dy, w], attributes }: LoweringSite<'convInputGrad'>,
  blocks: readonly number[],
): OnnxValue {
  const axes = inputGradientAxes(dy.shape, w.shape, attributes, blocks);
  const [outChannels = 1, channels = 1, ...kernel] = w.shape;
  const taps = sizeOf(kernel);
  const open = reshape(out, w, [outChannels * channels, taps]);
  const tapsFirst = permute(out, open, [1, 0], [taps, outChannels, channels]);
  return convolved(out, dy, tapsFirst, axes);
}

/** The pass itself, either way; `filter`: `[taps, from, to]`. */
function convolved(
  out: OnnxWriter,
  x: OnnxValue,
  filter: OnnxValue,
  axes: readonly BlockedAxis[],
): OnnxValue {
  const products = fusedProduct(out, unfold(out, x, axes), structured(out, filter, axes), PLAIN);
  return leave(out, products, axes, filter.shape[2] ?? 1);
}

/** Writes a filter gradient; `blocks` as for the forward pass. */
export function structuredFilterGradient(
  { out, inputs: [x, dy], attributes }: LoweringSite<'convFilterGrad'>,
  blocks: readonly number[],
): OnnxValue {
  const { filterShape } = attributes;
  const [outChannels = 1, channels = 1] = filterShape;
  const axes = forwardAxes(x.shape, filterShape, attributes, blocks);
  const [rows, columns, taps] = [along(axes, 'rows'), along(axes, 'columns'), along(axes, 'taps')];
  const seen = unfold(out, x, axes);
  const products = fusedProduct(out, seen, inBlocks(out, dy, axes), { a: true, b: false });
  const cells = reshape(out, products, [rows, channels, columns, outChannels]);
  const pairs = permute(out, cells, [0, 2, 1, 3], [rows * columns, channels * outChannels]);
  const sums = fusedProduct(out, selectionOf(out, axes), pairs, PLAIN);
  // in two steps, as the filter comes
  const byTap = reshape(out, sums, [taps, channels, outChannels]);
  const outLast = permute(out, byTap, [1, 0, 2], [channels * taps, outChannels]);
  return permute(out, outLast, [1, 0], filterShape);
}

/** `[taps, from, to]` → `[rows · from, columns · to]`. */
function structured(out: OnnxWriter, filter: OnnxValue, axes: readonly BlockedAxis[]): OnnxValue {
  const [taps = 1, from = 1, to = 1] = filter.shape;
  const [rows, columns] = [along(axes, 'rows'), along(axes, 'columns')];
  const cells = copied(out, reshape(out, filter, [taps, from * to]), tapTable(axes), 0);
  const last = along(interleavedAxes(axes), 'columns');
  const open = reshape(out, cells, [rows, columns / last, last, from, to]);
  return permute(out, open, [0, 3, 2, 1, 4], [rows * from, columns * to]);
}
