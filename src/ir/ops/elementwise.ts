/**
 * Elementwise ops. Binary ops and `where` broadcast as NumPy does: shapes align at the last axis, and an extent
 * of 1 stretches.
 */
import type { DType, Shape } from '../../core/tensor.js';
import { defineOp, expectDType, fail, operand, show, type NoAttributes } from './op.js';

export function broadcastShapes(op: string, a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const left = a[i - rank + a.length] ?? 1;
    const right = b[i - rank + b.length] ?? 1;
    if (left !== right && left !== 1 && right !== 1) {
      fail(op, `shapes ${show(a)} and ${show(b)} do not broadcast`);
    }
    return left === 1 ? right : left;
  });
}

function unary(op: string) {
  return defineOp<NoAttributes>({
    infer: (inputs) => expectDType(op, operand(op, inputs, 0), 'f32'),
  });
}

function binary(op: string, result?: DType) {
  return defineOp<NoAttributes>({
    infer: (inputs) => {
      const [a, b] = [operand(op, inputs, 0), operand(op, inputs, 1)];
      if (a.dtype !== b.dtype) fail(op, `operands differ in type: ${a.dtype} and ${b.dtype}`);
      if (result === undefined) expectDType(op, a, 'f32');
      return { shape: broadcastShapes(op, a.shape, b.shape), dtype: result ?? a.dtype };
    },
  });
}

export const add = binary('add');
export const sub = binary('sub');
export const mul = binary('mul');
export const div = binary('div');
export const maximum = binary('maximum');
export const minimum = binary('minimum');
export const greaterEqual = binary('greaterEqual', 'bool');
export const equal = binary('equal', 'bool');

export const neg = unary('neg');
export const exp = unary('exp');
export const log = unary('log');
export const sqrt = unary('sqrt');
export const reciprocal = unary('reciprocal');
export const abs = unary('abs');
/** Greatest whole number that is not greater than the input. */
export const floor = unary('floor');
export const square = unary('square');
export const relu = unary('relu');
export const sigmoid = unary('sigmoid');
export const tanh = unary('tanh');
export const erf = unary('erf');
/** x · sigmoid(x) (Hendrycks & Gimpel 2016). */
export const silu = unary('silu');
/** x · Φ(x), exact (Hendrycks & Gimpel 2016). */
export const gelu = unary('gelu');
/** x · clip(x / 6 + 1/2, 0, 1) (Howard et al. 2019). */
export const hardswish = unary('hardswish');

/** `(y, dy)` → dy where y > 0: the gradient of relu from its output y, which is never negative. */
export const reluGrad = binary('reluGrad');
/** `(x, dy)` → dy · s · (1 + x · (1 − s)) with s = sigmoid(x). */
export const siluGrad = binary('siluGrad');
/** `(x, dy)` → dy · (Φ(x) + x · φ(x)), with the normal distribution Φ and its density φ. */
export const geluGrad = binary('geluGrad');
/** `(x, dy)` → dy · (x / 3 + 1/2) from −3 to 3; below it is 0, and above it is dy. */
export const hardswishGrad = binary('hardswishGrad');

/** `where(condition, a, b)`: `a` where the condition holds, else `b`; all three broadcast. */
export const where = defineOp<NoAttributes>({
  infer: (inputs) => {
    const condition = expectDType('where', operand('where', inputs, 0), 'bool');
    const a = expectDType('where', operand('where', inputs, 1), 'f32');
    const b = expectDType('where', operand('where', inputs, 2), 'f32');
    const shape = broadcastShapes('where', a.shape, b.shape);
    return { shape: broadcastShapes('where', condition.shape, shape), dtype: 'f32' };
  },
});

/** Converts booleans and integers to 32-bit floats: true is 1, false is 0. */
export const toFloat = defineOp<NoAttributes>({
  infer: (inputs) => ({ shape: operand('toFloat', inputs, 0).shape, dtype: 'f32' }),
});
