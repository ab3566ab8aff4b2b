/**
 * The filter gradient with samples last, so that what a tap sees at a place is copied for all samples at once:
 *
 *   dw[o, c, tap] = Σ over places and samples of seen[c · taps + tap, place, n] · dy[o, place, n]
 *
 * Samples and all else change places as two axes, which the runtime is fast at, and both operands are read by rows. With channels
 * last, what is copied at once is as short as a place has channels, and the product reads by columns.
 */
import { sizeOf } from '../../../../core/tensor.js';
import type { OnnxValue, OnnxWriter } from '../../writer.js';
import type { LoweringSite } from '../lowering.js';
import { fusedProduct } from '../products.js';
import { permute, reshape } from '../shaping.js';
import { forwardAxes } from './axes.js';
import { copied, placesByTap } from './tables.js';

/** Writes a filter gradient without groups, of a filter that is not dilated. */
export function samplesLastFilterGradient({
  out,
  inputs: [x, dy],
  attributes,
}: LoweringSite<'convFilterGrad'>): OnnxValue {
  const { filterShape } = attributes;
  const [outChannels = 1, channels = 1, ...kernel] = filterShape;
  const [n = 1, , ...places] = dy.shape;
  const axes = forwardAxes(
    x.shape,
    filterShape,
    attributes,
    kernel.map(() => 1),
  );
  const seen = copied(out, samplesLast(out, x), placesByTap(axes, false), 1);
  const terms = sizeOf(places) * n;
  const left = reshape(out, seen, [channels * sizeOf(kernel), terms]);
  const right = reshape(out, samplesLast(out, dy), [outChannels, terms]);
  return permute(out, fusedProduct(out, left, right, { a: false, b: true }), [1, 0], filterShape);
}

/** `[N, C, ...]` → `[C, places, N]`. */
function samplesLast(out: OnnxWriter, x: OnnxValue): OnnxValue {
  const [n = 1, channels = 1, ...spatial] = x.shape;
  const places = sizeOf(spatial);
  return permute(out, reshape(out, x, [n, channels * places]), [1, 0], [channels, places, n]);
}
