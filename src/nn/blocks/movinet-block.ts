/**
 * The block of MoViNet's base models: expand, depthwise, gate, project, times one learned number (ReZero).
 *
 * The shortcut of a strided block averages and projects; if only widths differ, it projects.
 *
 * Source: Kondratyuk et al. 2021 (arXiv 2103.11511), section 3.1 and appendix.
 */
import type { Triple } from '../../core/tensor.js';
import type { Layer } from '../architecture.js';
import { convNorm, convNormAct, roundChannels, sequence, squeezeExcite } from '../layers.js';
import { pooledShortcut } from './block.js';

export interface MovinetOptions {
  readonly inChannels: number;
  /** Channels of the depthwise convolution. */
  readonly midChannels: number;
  readonly outChannels: number;
  readonly kernel: Triple;
  readonly stride: Triple;
}

export function movinetBlock(options: MovinetOptions): Layer {
  const { inChannels, midChannels, outChannels, kernel, stride } = options;
  const squeezed = roundChannels(midChannels / 4, 8);
  return {
    kind: 'residual',
    type: 'MoViNetBlock',
    summary: 'Residual block of pointwise and depthwise convolutions, scaled from zero (MoViNet).',
    body: sequence({
      expand: convNormAct(inChannels, midChannels, 'hardswish'),
      depthwise: convNormAct(midChannels, midChannels, 'hardswish', { kernel, stride, groups: midChannels }),
      squeeze: { ...squeezeExcite(midChannels, squeezed, 'hardswish'), gate: 'hardsigmoid' },
      project: convNorm(midChannels, outChannels),
      rezero: { kind: 'scale' },
    }),
    ...shortcutOf(options),
    activation: 'identity',
  };
}

function shortcutOf({ inChannels, outChannels, stride }: MovinetOptions): { readonly shortcut?: Layer } {
  if (stride.some((step) => step > 1)) return { shortcut: pooledShortcut(inChannels, outChannels, stride) };
  if (inChannels === outChannels) return {};
  return { shortcut: sequence({ project: convNorm(inChannels, outChannels) }) };
}
