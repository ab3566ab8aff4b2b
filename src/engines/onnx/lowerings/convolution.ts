/**
 * Convolution and its gradients. What was tried and measured stands in docs/engines.md.
 */
import { convFilterGradBy, type ProductWithTransposed } from './filter-gradient.js';
import { convInputGrad, convOf } from './input-gradient.js';
import { MICROSOFT, type Lowering } from './lowering.js';
import { swapLast } from './portable.js';

/** ONNX Runtime's own op reads the transposed operand in place. */
const fused: ProductWithTransposed = (out, a, b) => out.op('FusedMatMul', [a, b], { transB: 1 }, MICROSOFT);

const standard: ProductWithTransposed = (out, a, b, rank) => out.op('MatMul', [a, swapLast(out, b, rank)]);

export const convolution = {
  conv: (({ out, inputs: [x, w], types: [, filter], attributes }) =>
    convOf(out, x, w, filter.shape.slice(2), attributes)) satisfies Lowering<'conv'>,
  convInputGrad,
  convFilterGrad: convFilterGradBy(fused),
};

/** With standard ops only. */
export const portableConvFilterGrad = convFilterGradBy(standard);
