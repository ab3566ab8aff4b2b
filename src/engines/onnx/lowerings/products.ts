/**
 * Matrix products whose bits do not depend on the number of threads.
 *
 * ONNX Runtime's kernels sum in blocks of 128 along the inner extent, or longer ones where few columns fall to a
 * thread. A product with more columns than rows is divided among threads by columns, so its blocks, and with them the
 * rounding, would follow the number of threads. Such a product is computed transposed: rows may be divided freely.
 */
import type { OnnxWriter } from '../writer.js';
import { MICROSOFT } from './lowering.js';

/** Inner extents up to this are summed in one block in any case. */
const INNER_BLOCK = 128;

/** So many that each of 64 threads has a block of columns of its own. */
const MANY_COLUMNS = 2 ** 13;

export interface ProductShape {
  readonly rows: number;
  readonly columns: number;
  readonly inner: number;
  /** Axes of the operands, leading batch axes included. */
  readonly rank: number;
}

export interface Transposed {
  readonly a: boolean;
  readonly b: boolean;
}

/** Writes the product of the last two axes of `a` and `b`. */
export type Product = (
  out: OnnxWriter,
  a: string,
  b: string,
  shape: ProductShape,
  transposed: Transposed,
) => string;

type PlainProduct = (out: OnnxWriter, a: string, b: string, rank: number, transposed: Transposed) => string;

function tall(plain: PlainProduct): Product {
  return (out, a, b, { rows, columns, inner, rank }, transposed) => {
    if (columns <= rows || inner <= INNER_BLOCK || columns >= MANY_COLUMNS)
      return plain(out, a, b, rank, transposed);
    // (A B)ᵀ = Bᵀ Aᵀ
    const flipped = plain(out, b, a, rank, { a: !transposed.b, b: !transposed.a });
    return swapLast(out, flipped, rank);
  };
}

/** ONNX Runtime's own op, which reads transposed operands in place. */
export const fusedProduct = tall((out, a, b, _, transposed) =>
  transposed.a || transposed.b
    ? out.op('FusedMatMul', [a, b], { transA: transposed.a ? 1 : 0, transB: transposed.b ? 1 : 0 }, MICROSOFT)
    : out.op('MatMul', [a, b]),
);

/** Standard ops only. */
export const standardProduct = tall((out, a, b, rank, transposed) =>
  out.op('MatMul', [transposed.a ? swapLast(out, a, rank) : a, transposed.b ? swapLast(out, b, rank) : b]),
);

function swapLast(out: OnnxWriter, x: string, rank: number): string {
  const perm = Array.from({ length: rank }, (_, axis) => axis);
  return out.op('Transpose', [x], { perm: [...perm.slice(0, -2), rank - 1, rank - 2] });
}
