/**
 * Depthwise-separable residual block with a linear projection: expand (1³), filter each channel by itself,
 * gate, project (1³) (MobileNetV2, Sandler et al. 2018; X3D, Feichtenhofer 2020). Without expansion the first
 * convolution is left out.
 */
import type { Layer } from '../architecture.js';
import { convNorm, convNormAct, sequence } from '../layers.js';
import { shortcutOf, squeezeOf, type BlockOptions } from './block.js';

export interface DepthwiseSeparableOptions extends BlockOptions {
  /** Channels of the depthwise convolution. */
  readonly midChannels: number;
}

export function depthwiseSeparableBlock(options: DepthwiseSeparableOptions): Layer {
  const { inChannels, midChannels, outChannels, kernel, stride, activation } = options;
  const expand =
    midChannels === inChannels ? {} : { expand: convNormAct(inChannels, midChannels, activation) };
  return {
    kind: 'residual',
    type: 'DepthwiseSeparableBlock',
    summary: 'Residual block of pointwise and depthwise convolutions, with a linear projection.',
    body: sequence({
      ...expand,
      depthwise: convNormAct(midChannels, midChannels, activation, { kernel, stride, groups: midChannels }),
      ...squeezeOf(options, midChannels),
      project: convNorm(midChannels, outChannels),
    }),
    ...shortcutOf(options),
    activation: 'identity',
  };
}
