/**
 * Matrix products whose bits do not depend on the number of threads.
 *
 * ONNX Runtime's kernels sum in blocks of 128 along the inner extent, or longer ones where few columns fall to a
 * thread. A product with more columns than rows is divided among threads by columns, so its blocks, and with them the
 * rounding, would follow the number of threads. Such a product is computed transposed: rows may be divided freely.
 */
import type { Shape } from '../../../core/tensor.js';
import type { OnnxValue, OnnxWriter } from '../writer.js';
import { MICROSOFT } from './lowering.js';
import { transpose } from './shaping.js';

/** Inner extents up to this are summed in one block in any case. */
const INNER_BLOCK = 128;

/** So many that each of 64 threads has a block of columns of its own. */
const MANY_COLUMNS = 2 ** 13;

export interface Transposed {
  readonly a: boolean;
  readonly b: boolean;
}

/** Writes the product of the last two axes of `a` and `b`, which have equally many; leading axes are batches. */
export type Product = (out: OnnxWriter, a: OnnxValue, b: OnnxValue, transposed: Transposed) => OnnxValue;

/** `[...batch, rows, columns]` of a product. */
function productShape({ shape: a }: OnnxValue, { shape: b }: OnnxValue, transposed: Transposed): Shape {
  const batch = a.slice(0, -2).map((extent, axis) => (extent === 1 ? (b[axis] ?? 1) : extent));
  return [...batch, a.at(transposed.a ? -1 : -2) ?? 1, b.at(transposed.b ? -2 : -1) ?? 1];
}

function tall(plain: Product): Product {
  return (out, a, b, transposed) => {
    const [rows = 1, columns = 1] = productShape(a, b, transposed).slice(-2);
    const inner = a.shape.at(transposed.a ? -2 : -1) ?? 1;
    if (columns <= rows || inner <= INNER_BLOCK || columns >= MANY_COLUMNS)
      return plain(out, a, b, transposed);
    // (A B)ᵀ = Bᵀ Aᵀ
    return swapLast(out, plain(out, b, a, { a: !transposed.b, b: !transposed.a }));
  };
}

/** ONNX Runtime's own op, which reads transposed operands in place. */
export const fusedProduct = tall((out, a, b, transposed) => {
  const shape = productShape(a, b, transposed);
  if (!transposed.a && !transposed.b) return out.op('MatMul', [a, b], shape);
  const attributes = { transA: transposed.a ? 1 : 0, transB: transposed.b ? 1 : 0 };
  return out.op('FusedMatMul', [a, b], shape, attributes, MICROSOFT);
});

/** Standard ops only. */
export const standardProduct = tall((out, a, b, transposed) => {
  const operands = [transposed.a ? swapLast(out, a) : a, transposed.b ? swapLast(out, b) : b];
  return out.op('MatMul', operands, productShape(a, b, transposed));
});

function swapLast(out: OnnxWriter, x: OnnxValue): OnnxValue {
  const rank = x.shape.length;
  const axes = Array.from({ length: rank }, (_, axis) => axis);
  return transpose(out, x, [...axes.slice(0, -2), rank - 1, rank - 2]);
}
