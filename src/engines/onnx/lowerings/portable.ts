/**
 * What the CPU table does with ONNX Runtime's own ops, in standard ones.
 */
import type { OnnxWriter } from '../writer.js';
import type { Lowering } from './lowering.js';

export const portableMatmul: Lowering<'matmul'> = ({ out, inputs: [a, b], types, attributes }) => {
  const left = attributes.transposeA ? swapLast(out, a, types[0].shape.length) : a;
  const right = attributes.transposeB ? swapLast(out, b, types[1].shape.length) : b;
  return out.op('MatMul', [left, right]);
};

export function swapLast(out: OnnxWriter, x: string, rank: number): string {
  const perm = Array.from({ length: rank }, (_, axis) => axis);
  return out.op('Transpose', [x], { perm: [...perm.slice(0, -2), rank - 1, rank - 2] });
}
