/**
 * Convolution and its gradients. What was tried and measured stands in docs/engines.md.
 */
import { blockedFilterGradient, suitsBlockedGradient } from './blocked-filter-gradient.js';
import { convolveBy, mirroredBy, plainConv, type Convolve } from './convolve.js';
import { columnsFilterGradient, convFilterGradBy, suitsColumns } from './filter-gradient.js';
import { convInputGradBy } from './input-gradient.js';
import type { Lowering } from './lowering.js';
import { fusedProduct, standardProduct } from './products.js';
import { ungroupedConv } from './ungrouped-conv.js';
import { suitsTiledGradient, tiledFilterGradient } from './winograd-conv.js';

function convBy(convolve: Convolve): Lowering<'conv'> {
  return ({ out, inputs: [x, w], attributes }) => convolve(out, x, w, attributes);
}

/** For the CPU, whose kernels take channels in blocks of `block` (1: it has none such). */
export function convolutionBy(block: number) {
  const convolve = convolveBy(block);
  const byProducts = convFilterGradBy(fusedProduct);
  const convFilterGrad: Lowering<'convFilterGrad'> = (site) => {
    const [{ shape }] = site.inputs;
    if (suitsBlockedGradient(shape, site.attributes, block)) return blockedFilterGradient(site, block);
    if (suitsColumns(shape, site.attributes)) return columnsFilterGradient(site, fusedProduct);
    return suitsTiledGradient(shape, site.attributes) ? tiledFilterGradient(site) : byProducts(site);
  };
  return {
    conv: convBy(convolve),
    convInputGrad: convInputGradBy(convolve, mirroredBy(block)),
    convFilterGrad,
  };
}

/** With standard ops only, and for models whose number of samples may be open. */
export const portableConvolution = {
  conv: convBy(plainConv),
  convInputGrad: convInputGradBy(plainConv),
  convFilterGrad: convFilterGradBy(standardProduct),
};

/** Without groups, which webgpu lacks over three spatial axes. */
export const ungroupedConvolution = {
  ...portableConvolution,
  conv: convBy(ungroupedConv),
  convInputGrad: convInputGradBy(ungroupedConv),
};
