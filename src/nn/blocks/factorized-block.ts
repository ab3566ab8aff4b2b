/**
 * (2+1)D residual block: a convolution within slices, then one across them, with a nonlinearity in between
 * (R(2+1)D; Tran et al. 2018, arXiv 1711.11248).
 */
import type { Layer } from '../architecture.js';
import { convNorm, convNormAct, sequence } from '../layers.js';
import { shortcutOf, spatial, squeezeOf, temporal, type BlockOptions } from './block.js';

export interface FactorizedOptions extends BlockOptions {
  /** Channels between the spatial and the temporal convolution. */
  readonly midChannels: number;
}

export function factorizedBlock(options: FactorizedOptions): Layer {
  const { inChannels, midChannels, outChannels, kernel, stride, activation } = options;
  return {
    kind: 'residual',
    type: 'FactorizedBlock',
    summary: '(2+1)D residual block: a convolution within slices, then one across them.',
    body: sequence({
      spatial: convNormAct(inChannels, midChannels, activation, {
        kernel: spatial(kernel),
        stride: spatial(stride),
      }),
      temporal: convNorm(midChannels, outChannels, { kernel: temporal(kernel), stride: temporal(stride) }),
      ...squeezeOf(options, outChannels),
    }),
    ...shortcutOf(options),
    activation,
  };
}
