/**
 * A residual block whose middle is a mixture: convolutions of several temporal extents side by side, summed.
 *
 * Source: Piergiovanni, Angelova, Toshev and Ryoo, "Evolving Space-Time Neural Architectures for Videos", ICCV 2019
 * (arXiv 1811.10636), section 3.
 */
import type { Triple } from '../../core/tensor.js';
import type { Edge, Layer } from '../architecture.js';
import { activation, convNorm, convNormAct, sequence } from '../layers.js';
import { shortcutOf } from './block.js';

export interface MixtureOptions {
  readonly inChannels: number;
  /** Channels of the mixture. */
  readonly midChannels: number;
  readonly outChannels: number;
  /** Kernels, one for each convolution of the mixture. */
  readonly kernels: readonly Triple[];
  readonly stride: Triple;
}

export function mixtureBlock(options: MixtureOptions): Layer {
  const { inChannels, midChannels, outChannels, kernels, stride } = options;
  const edges = kernels.map((kernel, i): Edge => ({
    name: branchName(kernels, i),
    from: 0,
    to: 1,
    layer: convNorm(midChannels, midChannels, { kernel, stride }),
  }));
  return {
    kind: 'residual',
    type: 'MixtureBlock',
    summary: 'Residual block that sums convolutions of several temporal extents.',
    body: sequence({
      reduce: convNormAct(inChannels, midChannels, 'relu'),
      mixture: { kind: 'cell', type: 'Mixture', summary: 'Convolutions side by side, summed.', edges },
      act: activation('relu'),
      expand: convNorm(midChannels, outChannels),
    }),
    ...shortcutOf({ ...options, kernel: [1, 1, 1], activation: 'relu', squeeze: 0 }),
    activation: 'relu',
  };
}

/** Name from the temporal extent, so that a branch keeps its name and weights when another is added or removed. */
function branchName(kernels: readonly Triple[], index: number): string {
  const extent = kernels[index]?.[0] ?? 1;
  const before = kernels.slice(0, index).filter(([other]) => other === extent).length;
  return before === 0 ? `t${extent}` : `t${extent}_${before + 1}`;
}
