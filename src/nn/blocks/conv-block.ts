/**
 * Basic residual block: two full 3D convolutions (R3D; Tran et al. 2018, arXiv 1711.11248; He et al. 2016).
 */
import type { Layer } from '../architecture.js';
import { convNorm, convNormAct, sequence } from '../layers.js';
import { shortcutOf, squeezeOf, type BlockOptions } from './block.js';

export function convBlock(options: BlockOptions): Layer {
  const { inChannels, outChannels, kernel, stride, activation } = options;
  return {
    kind: 'residual',
    type: 'ConvBlock',
    summary: 'Basic residual block: two 3D convolutions.',
    body: sequence({
      conv1: convNormAct(inChannels, outChannels, activation, { kernel, stride }),
      conv2: convNorm(outChannels, outChannels, { kernel }),
      ...squeezeOf(options, outChannels),
    }),
    ...shortcutOf(options),
    activation,
  };
}
