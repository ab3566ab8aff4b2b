/**
 * Average pooling of small planes, and its gradient, as products with constant matrices from places to places. Planes are
 * rows as they lie in memory, so nothing changes its layout and nothing is set apart by zeros.
 */
import { sizeOf, type Shape } from '../../../core/tensor.js';
import type { PoolAttributes } from '../../../ir/ops/pooling.js';
import type { OnnxValue, OnnxWriter } from '../writer.js';
import { fusedProduct } from './products.js';
import { reshape } from './shaping.js';

/** Places of a plane before, times those after: more than this are faster by pooling. */
const MOST_CELLS = 2 ** 13;

/** @param x shape of what is pooled; `y`: shape of the result */
export function suitsPoolProducts(x: Shape, y: Shape): boolean {
  return x.length === 5 && sizeOf(x.slice(3)) * sizeOf(y.slice(3)) <= MOST_CELLS;
}

export function pooledByProducts(
  out: OnnxWriter,
  x: OnnxValue,
  y: Shape,
  attributes: PoolAttributes,
): OnnxValue {
  const { depth, plane } = weightsOf(x.shape, y, attributes);
  const [n = 1, channels = 1, planes = 1] = x.shape;
  const [, , pooled = 1] = y;
  const [from, to] = [sizeOf(x.shape.slice(3)), sizeOf(y.slice(3))];
  const rows = reshape(out, x, [n * channels * planes, from]);
  const within = fusedProduct(out, rows, out.floats([from, to], plane), { a: false, b: false });
  if (!depth) return reshape(out, within, y);
  const volumes = reshape(out, within, [n * channels, planes, to]);
  const matrix = out.floats([1, planes, pooled], depth);
  return reshape(out, fusedProduct(out, matrix, volumes, { a: true, b: false }), y);
}

/** @param x shape of what was pooled */
export function poolGradByProducts(
  out: OnnxWriter,
  dy: OnnxValue,
  x: Shape,
  attributes: PoolAttributes,
): OnnxValue {
  const { depth, plane } = weightsOf(x, dy.shape, attributes);
  const [n = 1, channels = 1, planes = 1] = x;
  const [, , pooled = 1] = dy.shape;
  const [from, to] = [sizeOf(x.slice(3)), sizeOf(dy.shape.slice(3))];
  const volumes = reshape(out, dy, [n * channels, pooled, to]);
  const spread = depth
    ? fusedProduct(out, out.floats([1, planes, pooled], depth), volumes, { a: false, b: false })
    : volumes;
  const rows = reshape(out, spread, [n * channels * planes, to]);
  return reshape(out, fusedProduct(out, rows, out.floats([from, to], plane), { a: false, b: true }), x);
}

/** Matrices `[before, after]` of the depth, undefined where it stays as it is, and of planes, row-major. */
function weightsOf(x: Shape, y: Shape, { kernel, stride, padding }: PoolAttributes) {
  const seen = (axis: number, from: number, to: number): number => {
    const place = from + (padding[axis]?.[0] ?? 0) - to * (stride[axis] ?? 1);
    return place >= 0 && place < (kernel[axis] ?? 1) ? 1 / (kernel[axis] ?? 1) : 0;
  };
  const matrix = (axis: number): number[][] =>
    Array.from({ length: x[axis + 2] ?? 1 }, (_, from) =>
      Array.from({ length: y[axis + 2] ?? 1 }, (__, to) => seen(axis, from, to)),
    );
  const [deep, high, wide] = [matrix(0), matrix(1), matrix(2)];
  const same = deep.every((row, from) => row.every((weight, to) => weight === (from === to ? 1 : 0)));
  return {
    depth: same && x[2] === y[2] ? undefined : deep.flat(),
    // places (h, w) before, (h', w') after
    plane: high.flatMap((down) => wide.flatMap((across) => down.flatMap((a) => across.map((b) => a * b)))),
  };
}
