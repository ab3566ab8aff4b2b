/**
 * Convolution and its gradients. What was tried and measured stands in docs/engines.md.
 */
import { blockedFilterGradient, suitsBlockedGradient } from './blocked-filter-gradient.js';
import { tiledFilterGradient } from './tiles/depth-gradient.js';
import { convolveBy, mirroredBy, plainConv, type Convolve } from './convolve.js';
import {
  columnsFilterGradient,
  convFilterGradBy,
  filterGradientBySample,
  suitsColumns,
  suitsSamples,
} from './filter-gradient.js';
import type { Priced } from './forms/cost.js';
import { cheapest, compete, convForms, filterGradForms, inputGradForms, isDepthwise } from './forms/forms.js';
import { convInputGradBy } from './input-gradient.js';
import type { Lowering } from './lowering.js';
import { fusedProduct, standardProduct } from './products.js';
import { structuredConv, structuredFilterGradient, structuredInputGradient } from './structured/conv.js';
import {
  structuredDepthwise,
  structuredDepthwiseFilterGradient,
  structuredDepthwiseInputGradient,
} from './structured/depthwise.js';
import {
  depthProductsConv,
  depthProductsFilterGradient,
  depthProductsInputGradient,
} from './structured/depth-products.js';
import { rowsFilterGradient } from './structured/rows.js';
import { samplesLastFilterGradient } from './structured/samples-last.js';
import { ungroupedConv } from './ungrouped-conv.js';
import { tiledConv } from './tiles/conv.js';
import { gradientTilings, shiftedTilesGradient } from './tiles/filter-gradient.js';

/** Picks one of the forms that compete. */
export type Choose = (forms: readonly Priced[]) => Priced;

function conv(block: number, choose: Choose): Lowering<'conv'> {
  const convolve = convolveBy(block);
  return ({ out, inputs: [x, w], attributes }) => {
    if (!compete(w.shape, attributes)) return convolve(out, x, w, attributes);
    const { form, blocks } = choose(convForms(x.shape, w.shape, attributes, block));
    if (form === 'tiled lines') return tiledConv(out, x, w, attributes, { block, axis: 1 });
    if (form === 'depth products') return depthProductsConv(out, x, w, attributes);
    if (!blocks) return convolve(out, x, w, attributes);
    const write = isDepthwise(w.shape, attributes) ? structuredDepthwise : structuredConv;
    return write(out, x, w, attributes, blocks);
  };
}

function convInputGrad(block: number, choose: Choose): Lowering<'convInputGrad'> {
  const large = convInputGradBy(convolveBy(block), mirroredBy(block));
  const byLines = convInputGradBy(convolveBy(block), mirroredBy(block, 1));
  return (site) => {
    const [dy, w] = site.inputs;
    if (!compete(w.shape, site.attributes)) return large(site);
    const { form, blocks } = choose(inputGradForms(dy.shape, w.shape, site.attributes, block));
    if (form === 'tiled lines') return byLines(site);
    if (form === 'depth products') return depthProductsInputGradient(site);
    if (!blocks) return large(site);
    const depthwise = isDepthwise(w.shape, site.attributes);
    return (depthwise ? structuredDepthwiseInputGradient : structuredInputGradient)(site, blocks);
  };
}

function convFilterGrad(block: number, choose: Choose): Lowering<'convFilterGrad'> {
  const byProducts = convFilterGradBy(fusedProduct);
  return (site) => {
    const { attributes } = site;
    const [{ shape }, dy] = site.inputs;
    if (suitsSamples(shape, dy.shape, attributes)) return filterGradientBySample(site, fusedProduct);
    if (suitsColumns(shape, attributes)) return columnsFilterGradient(site, fusedProduct);
    const { filterShape } = attributes;
    const forward = () => choose(convForms(shape, filterShape, attributes, block));
    const chosen = compete(filterShape, attributes)
      ? choose(filterGradForms(shape, attributes, block, forward()))
      : undefined;
    if (chosen?.rows) return rowsFilterGradient(site, chosen.rows);
    if (chosen?.form === 'samples last') return samplesLastFilterGradient(site);
    if (chosen?.form === 'depth products') return depthProductsFilterGradient(site);
    if (chosen?.blocks) {
      const depthwise = isDepthwise(filterShape, attributes);
      return (depthwise ? structuredDepthwiseFilterGradient : structuredFilterGradient)(site, chosen.blocks);
    }
    if (suitsBlockedGradient(shape, attributes, block)) return blockedFilterGradient(site, block);
    const tilings = chosen?.form === 'shifted tiles' ? gradientTilings(shape, attributes) : undefined;
    if (tilings) return shiftedTilesGradient(site, tilings);
    return chosen?.form === 'tiled products' ? tiledFilterGradient(site) : byProducts(site);
  };
}

function convBy(convolve: Convolve): Lowering<'conv'> {
  return ({ out, inputs: [x, w], attributes }) => convolve(out, x, w, attributes);
}

/** For the CPU, whose kernels take channels in blocks of `block` (1: it has none such). */
export function convolutionBy(block: number, choose: Choose = cheapest) {
  return {
    conv: conv(block, choose),
    convInputGrad: convInputGrad(block, choose),
    convFilterGrad: convFilterGrad(block, choose),
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
