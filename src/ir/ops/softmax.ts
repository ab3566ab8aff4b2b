/**
 * Softmax and its logarithm along one axis, each stable for large inputs.
 */
import { defineOp, expectAxis, expectDType, operand } from './op.js';
import type { AxisAttributes } from './reduction.js';

function alongAxis(op: string) {
  return defineOp<AxisAttributes>({
    infer: (inputs, { axis }) => {
      const x = expectDType(op, operand(op, inputs, 0), 'f32');
      expectAxis(op, axis, x.shape);
      return x;
    },
  });
}

export const softmax = alongAxis('softmax');
export const logSoftmax = alongAxis('logSoftmax');
