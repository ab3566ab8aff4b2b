/**
 * A small encoder with a stem, a residual block and batch norms.
 */
import type { Architecture } from '../../../src/nn/architecture.js';
import { convNorm, convNormAct, sequence, stack } from '../../../src/nn/layers.js';

export function smallEncoder(channels = 1): Architecture {
  const block = {
    kind: 'residual',
    type: 'Block',
    summary: 'Two convolutions and a shortcut.',
    body: sequence({
      conv1: convNormAct(6, 8, 'relu', { kernel: [3, 3, 3], stride: [2, 2, 2] }),
      conv2: convNorm(8, 8, { kernel: [1, 3, 3] }),
    }),
    shortcut: convNorm(6, 8, { stride: [2, 2, 2] }),
    activation: 'relu',
  } as const;
  return {
    name: 'small',
    inChannels: channels,
    features: 8,
    encoder: sequence({
      stem: convNormAct(channels, 6, 'relu', { kernel: [3, 3, 3], stride: [1, 2, 2] }),
      stages: stack([stack([block]), stack([convNormAct(8, 8, 'silu', { kernel: [3, 1, 1] })])]),
    }),
  };
}
