/**
 * Convolution and its gradients. What was tried and measured stands in docs/engines.md.
 */
import { convFilterGradBy } from './filter-gradient.js';
import { convInputGrad, convOf, plainConv } from './input-gradient.js';
import type { Lowering } from './lowering.js';
import { fusedProduct, standardProduct } from './products.js';

export const convolution = {
  conv: (({ out, inputs: [x, w], types: [input, filter], attributes }) =>
    convOf(out, x, input.shape, w, filter.shape.slice(2), attributes)) satisfies Lowering<'conv'>,
  convInputGrad,
  convFilterGrad: convFilterGradBy(fusedProduct),
};

/** For models that leave the project, whose number of samples may be open. */
export const portableConv: Lowering<'conv'> = ({ out, inputs: [x, w], types: [, filter], attributes }) =>
  plainConv(out, x, w, filter.shape.slice(2), attributes);

/** With standard ops only. */
export const portableConvFilterGrad = convFilterGradBy(standardProduct);
