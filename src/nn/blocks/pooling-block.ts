/**
 * Residual block that mixes neighbours only by averaging: average, expand (1³), gate, project (1³). None of its weights
 * sees more than one voxel.
 *
 * Source: Yu et al., "MetaFormer Is Actually What You Need for Vision", CVPR 2022 (arXiv 2111.11418), its pooling
 * mixer and its pointwise half in one residual.
 */
import type { Layer } from '../architecture.js';
import { convNorm, convNormAct, samePadding, sequence } from '../layers.js';
import { shortcutOf, squeezeOf } from './block.js';
import type { DepthwiseSeparableOptions } from './depthwise-separable-block.js';

export function poolingBlock(options: DepthwiseSeparableOptions): Layer {
  const { inChannels, midChannels, outChannels, kernel, stride, activation } = options;
  return {
    kind: 'residual',
    type: 'PoolingBlock',
    summary: 'Residual block that averages neighbours, then convolves each voxel by itself.',
    body: sequence({
      pool: { kind: 'avgPool', kernel, stride, padding: samePadding(kernel) },
      expand: convNormAct(inChannels, midChannels, activation),
      ...squeezeOf(options, midChannels),
      project: convNorm(midChannels, outChannels),
    }),
    ...shortcutOf(options),
    activation: 'identity',
  };
}
