/**
 * Bottleneck residual block: reduce (1³), convolve at the reduced width, expand (1³) (He et al. 2016).
 */
import type { Layer } from '../architecture.js';
import { convNorm, convNormAct, sequence } from '../layers.js';
import { shortcutOf, squeezeOf, type BlockOptions } from './block.js';

export interface BottleneckOptions extends BlockOptions {
  /** Channels of the convolution in the middle. */
  readonly midChannels: number;
}

export function bottleneckBlock(options: BottleneckOptions): Layer {
  const { inChannels, midChannels, outChannels, kernel, stride, activation } = options;
  return {
    kind: 'residual',
    type: 'BottleneckBlock',
    summary: 'Residual block that convolves at a reduced width.',
    body: sequence({
      reduce: convNormAct(inChannels, midChannels, activation),
      conv: convNormAct(midChannels, midChannels, activation, { kernel, stride }),
      expand: convNorm(midChannels, outChannels),
      ...squeezeOf(options, outChannels),
    }),
    ...shortcutOf(options),
    activation,
  };
}
