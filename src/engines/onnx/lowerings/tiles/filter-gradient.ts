/**
 * The filter gradient by minimal filtering along the depth and the height (`tiling.ts`), and by shifts along the width.
 *
 *   dw = Gᵀ · Σ over places of (B · x) · shifted (Aᵀ · dy)
 *
 * All that cuts, pads and shifts is a product with a constant matrix, which runs on all threads and copies nothing twice.
 * With tiles of four along both axes a filter of 3³ needs a quarter of the products.
 */
import { sizeOf, type Shape } from '../../../../core/tensor.js';
import { convOutputShape, type ConvFilterGradAttributes } from '../../../../ir/ops/convolution.js';
import type { OnnxValue, OnnxWriter } from '../../writer.js';
import { MICROSOFT, type LoweringSite } from '../lowering.js';
import { fusedProduct } from '../products.js';
import { permute, reshape } from '../shaping.js';
import type { Matrix } from './matrices.js';
import { byMatrix, tilingOf, type Tiling } from './tiling.js';

/** The longest width whose shifts are products: a value takes as many multiplications as a line has places. */
const LONG_LINE = 128;

/** Channels on either side below which combining the operands costs more than it saves. */
const FEW_CHANNELS = 8;

/** How the depth and the height are divided; the depth is left as it is where the filter has one tap there. */
export interface Tilings {
  readonly depth: Tiling | undefined;
  readonly height: Tiling;
}

/** The tilings of a filter gradient; undefined where it is not to be computed in this way. */
export function gradientTilings(x: Shape, attributes: ConvFilterGradAttributes): Tilings | undefined {
  const { filterShape: w } = attributes;
  const [out = 1, channels = 1] = w;
  if (x.length !== 5 || attributes.groups > 1 || Math.min(out, channels) < FEW_CHANNELS) return undefined;
  if ((x[4] ?? 1) > LONG_LINE) return undefined;
  const y = convOutputShape(x, w, attributes);
  const alone = w[2] === 1 && x[2] === y[2];
  const depth = alone ? undefined : tilingOf(x, w, attributes, 0);
  const height = tilingOf(x, w, attributes, 1);
  return height && (alone || depth) ? { depth, height } : undefined;
}

export function shiftedTilesGradient(
  { out, inputs: [x, dy], attributes }: LoweringSite<'convFilterGrad'>,
  tilings: Tilings,
): OnnxValue {
  const { filterShape } = attributes;
  const [outChannels = 1, channels = 1, ...kernel] = filterShape;
  const [, , width = 1] = kernel;
  const seen = combined(out, x, mapped(tilings, byProduct));
  const grown = shifted(out, combined(out, dy, mapped(tilings, transposed)), x.shape[4] ?? 1, attributes);
  const [n = 1] = seen.shape;
  const left = reshape(out, grown, [n, outChannels * width, sizeOf(seen.shape) / n / channels]);
  const right = reshape(out, seen, [n, channels, left.shape[2] ?? 1]);
  const products = fusedProduct(out, left, right, { a: false, b: true });
  // Gᵀ: from n products to kd · kh taps, then the taps beside their channels
  const weights = filterMatrix(tilings);
  const taps = weights[0]?.length ?? 1;
  const rest = outChannels * width * channels;
  const matrix = out.floats([n, taps], weights.flat());
  const flat = reshape(out, products, [n, rest]);
  const byTap = out.op('FusedMatMul', [matrix, flat], [taps, rest], { transA: 1 }, MICROSOFT);
  const cells = reshape(out, byTap, [taps, outChannels, width, channels]);
  return permute(out, cells, [1, 3, 0, 2], filterShape);
}

/** One matrix per axis, `[n · T, places]`, its rows by product first, then by tile. */
interface Matrices {
  readonly depth: Rows | undefined;
  readonly height: Rows;
}

interface Rows {
  readonly matrix: Matrix;
  readonly products: number;
  readonly tiles: number;
}

function mapped({ depth, height }: Tilings, rowsOf: (tiling: Tiling) => Rows): Matrices {
  return { depth: depth && rowsOf(depth), height: rowsOf(height) };
}

/** The combinations of the input. */
function byProduct({ inputs, products, tiles }: Tiling): Rows {
  const matrix = Array.from(
    { length: products * tiles },
    (_, row) => inputs[(row % tiles) * products + Math.floor(row / tiles)] ?? [],
  );
  return { matrix, products, tiles };
}

/** The combinations of the output's gradient. */
function transposed(tiling: Tiling): Rows {
  const inputs = tiling.outputs[0]?.map((_, column) => tiling.outputs.map((row) => row[column] ?? 0)) ?? [];
  return byProduct({ ...tiling, inputs });
}

/** `[N, C, D, H, W]` → `[n, C, N · T, W]`: products of both axes, and tiles of both. */
function combined(out: OnnxWriter, x: OnnxValue, { depth, height }: Matrices): OnnxValue {
  const [batch = 1, channels = 1, planes = 1, lines = 1, width = 1] = x.shape;
  const byLine = reshape(out, x, [batch * channels * planes, lines, width]);
  const alongHeight = byMatrix(out, height.matrix, byLine);
  const [nh, th] = [height.products, height.tiles];
  const byPlane = reshape(out, alongHeight, [batch * channels, planes, nh * th * width]);
  const alongDepth = depth ? byMatrix(out, depth.matrix, byPlane) : byPlane;
  const [nd, td] = [depth?.products ?? 1, depth?.tiles ?? planes];
  const open = reshape(out, alongDepth, [batch, channels, nd, td, nh, th * width]);
  return permute(out, open, [2, 4, 1, 0, 3, 5], [nd * nh, channels, batch * td * th, width]);
}

/** `[n, O, L, W']` → `[n, O, kw, L, W]`: for each tap along the width, every value where the tap sees the input. */
function shifted(
  out: OnnxWriter,
  dy: OnnxValue,
  width: number,
  { filterShape, stride, padding, dilation }: ConvFilterGradAttributes,
): OnnxValue {
  const [n = 1, channels = 1, lines = 1, places = 1] = dy.shape;
  const taps = filterShape[4] ?? 1;
  const placeOf = (tap: number, place: number): number =>
    place * (stride[2] ?? 1) + tap * (dilation[2] ?? 1) - (padding[2]?.[0] ?? 0);
  const matrices = new Float32Array(taps * places * width);
  for (let tap = 0; tap < taps; tap++) {
    for (let place = 0; place < places; place++) {
      const at = placeOf(tap, place);
      if (at >= 0 && at < width) matrices[(tap * places + place) * width + at] = 1;
    }
  }
  const rows = reshape(out, dy, [n * channels, 1, lines, places]);
  const shifts = out.floats([1, taps, places, width], matrices);
  const all = out.op('MatMul', [rows, shifts], [n * channels, taps, lines, width]);
  return reshape(out, all, [n, channels, taps, lines, width]);
}

/** `[nd · nh, kd · kh]`. */
function filterMatrix({ depth, height }: Tilings): number[][] {
  const outer = depth?.filter ?? [[1]];
  return outer.flatMap((a) => height.filter.map((b) => a.flatMap((x) => b.map((y) => x * y))));
}
