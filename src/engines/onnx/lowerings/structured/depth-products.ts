/**
 * Depthwise convolution along the depth alone and its gradients, as a product for each channel of each sample, which reads and
 * writes volumes as they lie:
 *
 *   y = Tᵀ · x        dx = T · dy        dT = sums over samples of x · dyᵀ
 *
 * x and dy are `[depth, height · width]`; T `[depth of x, depth of y]` holds the filter's taps where a plane sees another, and zeros.
 */
import { present } from '../../../../core/errors.js';
import { sizeOf, type Shape } from '../../../../core/tensor.js';
import type { ConvAttributes } from '../../../../ir/ops/convolution.js';
import type { OnnxValue, OnnxWriter } from '../../writer.js';
import type { LoweringSite } from '../lowering.js';
import { fusedProduct } from '../products.js';
import { reshape } from '../shaping.js';
import { forwardAxes, type BlockedAxis } from './axes.js';
import { filterOf } from './depthwise.js';
import { selectionOf } from './tables.js';

/** True where nothing happens along the height and the width. */
export function suitsDepthProducts(
  w: Shape,
  { stride, padding }: Pick<ConvAttributes, 'stride' | 'padding'>,
): boolean {
  const still = (axis: number): boolean =>
    w[axis + 2] === 1 && stride[axis] === 1 && padding[axis]?.every((zeros) => zeros === 0) === true;
  return w.length === 5 && still(1) && still(2);
}

/** Writes a convolution with a filter `[C, 1, taps, 1, 1]`. */
export function depthProductsConv(
  out: OnnxWriter,
  x: OnnxValue,
  w: OnnxValue,
  attributes: ConvAttributes,
): OnnxValue {
  const axis = depthOf(x.shape, w.shape, attributes);
  const filter = planesOf(out, w, axis);
  const y = fusedProduct(out, filter, planes(out, x), { a: true, b: false });
  return reshape(out, y, [...x.shape.slice(0, 2), axis.written, ...x.shape.slice(3)]);
}

/** Writes an input gradient. */
export function depthProductsInputGradient({
  out,
  inputs: [dy, w],
  attributes,
}: LoweringSite<'convInputGrad'>): OnnxValue {
  const { inputShape } = attributes;
  const filter = planesOf(out, w, depthOf(inputShape, w.shape, attributes));
  return reshape(out, fusedProduct(out, filter, planes(out, dy), { a: false, b: false }), inputShape);
}

/** Writes a filter gradient. */
export function depthProductsFilterGradient({
  out,
  inputs: [x, dy],
  attributes,
}: LoweringSite<'convFilterGrad'>): OnnxValue {
  const { filterShape } = attributes;
  const [channels = 1] = filterShape;
  const axis = depthOf(x.shape, filterShape, attributes);
  const each = fusedProduct(out, planes(out, x), planes(out, dy), { a: false, b: true });
  const shape = [channels, axis.rows, axis.columns];
  const sum = out.op('ReduceSum', [each, out.ints([0])], shape, { keepdims: 0 });
  const pairs = reshape(out, sum, [channels, axis.rows * axis.columns]);
  return reshape(out, fusedProduct(out, pairs, selectionOf(out, [axis]), { a: false, b: true }), filterShape);
}

/** The depth, all of whose places the filter holds. */
function depthOf(x: Shape, w: Shape, attributes: ConvAttributes): BlockedAxis {
  return present(forwardAxes(x, w, attributes, [0, 1, 1])[0], 'a depth');
}

/** `[C, 1, taps, 1, 1]` → `[1, C, depth of x, depth of y]`. */
function planesOf(out: OnnxWriter, w: OnnxValue, axis: BlockedAxis): OnnxValue {
  const [channels = 1] = w.shape;
  return reshape(out, filterOf(out, w, [axis]), [1, channels, axis.rows, axis.columns]);
}

/** `[N, C, D, H, W]` → `[N, C, D, H · W]`. */
function planes(out: OnnxWriter, x: OnnxValue): OnnxValue {
  return reshape(out, x, [...x.shape.slice(0, 3), sizeOf(x.shape.slice(3))]);
}
