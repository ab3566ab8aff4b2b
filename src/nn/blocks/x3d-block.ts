/**
 * The block of X3D: expand (1³), filter each channel by itself, gate, project (1³).
 *
 * The gate is between the depthwise norm and its activation. The shortcut has a convolution in every first block, but
 * a norm only if widths differ, as in the published code.
 *
 * Source: Feichtenhofer 2020 (arXiv 2004.04730), table 1.
 */
import type { Triple } from '../../core/tensor.js';
import type { Layer } from '../architecture.js';
import { activation, conv3d, convNorm, convNormAct, sequence, squeezeExcite } from '../layers.js';

export interface X3dOptions {
  readonly inChannels: number;
  /** Channels of the depthwise convolution. */
  readonly midChannels: number;
  readonly outChannels: number;
  readonly kernel: Triple;
  readonly stride: Triple;
  /** Channels of the squeeze; 0 for none. */
  readonly squeezed: number;
}

export function x3dBlock(options: X3dOptions): Layer {
  const { inChannels, midChannels, outChannels, kernel, stride, squeezed } = options;
  return {
    kind: 'residual',
    type: 'X3DBlock',
    summary: 'Residual block of pointwise and depthwise convolutions (X3D; Feichtenhofer 2020).',
    body: sequence({
      expand: convNormAct(inChannels, midChannels, 'relu'),
      depthwise: convNorm(midChannels, midChannels, { kernel, stride, groups: midChannels }),
      ...(squeezed === 0 ? {} : { squeeze: squeezeExcite(midChannels, squeezed, 'relu') }),
      swish: activation('silu'),
      project: convNorm(midChannels, outChannels),
    }),
    ...shortcutOf(options),
    activation: 'relu',
  };
}

function shortcutOf({ inChannels, outChannels, stride }: X3dOptions): { readonly shortcut?: Layer } {
  if (inChannels !== outChannels) return { shortcut: convNorm(inChannels, outChannels, { stride }) };
  if (stride.every((step) => step === 1)) return {};
  return { shortcut: conv3d(inChannels, outChannels, { stride }) };
}
