/**
 * Matrix product of the last two axes, batched over the others, which broadcast. Either side may be transposed
 * in its last two axes, so that gradients need no copies.
 */
import type { Shape } from '../../core/tensor.js';
import { sizeOf } from '../../core/tensor.js';
import { broadcastShapes } from './elementwise.js';
import { defineOp, expectDType, fail, operand, show } from './op.js';

export interface MatmulAttributes {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

function rowsAndColumns(shape: Shape, transposed: boolean): readonly [number, number] {
  if (shape.length < 2) fail('matmul', `needs at least two axes, got ${show(shape)}`);
  const [rows, columns] = [shape[shape.length - 2] ?? 1, shape[shape.length - 1] ?? 1];
  return transposed ? [columns, rows] : [rows, columns];
}

export const matmul = defineOp<MatmulAttributes>({
  infer: (inputs, { transposeA, transposeB }) => {
    const a = expectDType('matmul', operand('matmul', inputs, 0), 'f32').shape;
    const b = expectDType('matmul', operand('matmul', inputs, 1), 'f32').shape;
    const [rows, inner] = rowsAndColumns(a, transposeA);
    const [innerB, columns] = rowsAndColumns(b, transposeB);
    if (inner !== innerB) {
      fail('matmul', `inner extents ${inner} and ${innerB} of ${show(a)} and ${show(b)} differ`);
    }
    const batch = broadcastShapes('matmul', a.slice(0, -2), b.slice(0, -2));
    return { shape: [...batch, rows, columns], dtype: 'f32' };
  },
  macs: (inputs, { transposeA }, y) =>
    sizeOf(y.shape) * rowsAndColumns(operand('matmul', inputs, 0).shape, transposeA)[1],
});
