/**
 * Depthwise-separable residual block whose filter is (2+1)D: expand (1³), filter each channel by itself within
 * slices, then across them, gate, project (1³).
 *
 * Source: the (2+1)D depthwise blocks of MoViNet's streaming models (Kondratyuk et al. 2021, arXiv 2103.11511,
 * section 3.2), in the residual form of MobileNetV2.
 */
import type { Layer } from '../architecture.js';
import { convNorm, convNormAct, sequence } from '../layers.js';
import { shortcutOf, spatial, squeezeOf, temporal } from './block.js';
import type { DepthwiseSeparableOptions } from './depthwise-separable-block.js';

export function depthwiseFactorizedBlock(options: DepthwiseSeparableOptions): Layer {
  const { inChannels, midChannels, outChannels, kernel, stride, activation } = options;
  const groups = midChannels;
  const expand =
    midChannels === inChannels ? {} : { expand: convNormAct(inChannels, midChannels, activation) };
  return {
    kind: 'residual',
    type: 'DepthwiseFactorizedBlock',
    summary: 'Residual block of pointwise and (2+1)D depthwise convolutions, with a linear projection.',
    body: sequence({
      ...expand,
      spatial: convNormAct(midChannels, midChannels, activation, {
        kernel: spatial(kernel),
        stride: spatial(stride),
        groups,
      }),
      temporal: convNormAct(midChannels, midChannels, activation, {
        kernel: temporal(kernel),
        stride: temporal(stride),
        groups,
      }),
      ...squeezeOf(options, midChannels),
      project: convNorm(midChannels, outChannels),
    }),
    ...shortcutOf(options),
    activation: 'identity',
  };
}
