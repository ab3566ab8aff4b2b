/**
 * Convolution and its gradients. What was tried and measured stands in docs/engines.md.
 */
import { convFilterGradBy } from './filter-gradient.js';
import { convInputGrad, convOf } from './input-gradient.js';
import type { Lowering } from './lowering.js';
import { fusedProduct, standardProduct } from './products.js';

export const convolution = {
  conv: (({ out, inputs: [x, w], types: [, filter], attributes }) =>
    convOf(out, x, w, filter.shape.slice(2), attributes)) satisfies Lowering<'conv'>,
  convInputGrad,
  convFilterGrad: convFilterGradBy(fusedProduct),
};

/** With standard ops only. */
export const portableConvFilterGrad = convFilterGradBy(standardProduct);
