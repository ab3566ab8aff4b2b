/**
 * The basic block of the video ResNets: two convolutions that are full 3D, within frames only, or (2+1)D.
 *
 * Source: Tran et al. 2018 (arXiv 1711.11248), section 3: R3D, MCx and R(2+1)D. Of a (2+1)D pair the channels in
 * between match the parameters of the full convolution (its footnote to equation 1), and follow from the block's
 * own widths for both of its pairs.
 */
import type { Triple } from '../../core/tensor.js';
import type { Layer } from '../architecture.js';
import { convNorm, convNormAct, sequence, UNIT } from '../layers.js';
import { shortcutOf, spatial, temporal } from './block.js';

export type VideoConvolution = 'conv3d' | 'conv2d' | 'conv2plus1d';

export interface VideoBasicOptions {
  readonly convolution: VideoConvolution;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly stride: Triple;
}

const KERNEL: Triple = [3, 3, 3];

export function videoBasicBlock(options: VideoBasicOptions): Layer {
  const { inChannels, outChannels, stride, convolution } = options;
  const shortcut = shortcutOf({ ...options, kernel: KERNEL, activation: 'relu', squeeze: 0 });
  if (convolution === 'conv2plus1d') {
    const mid = Math.floor((27 * inChannels * outChannels) / (9 * inChannels + 3 * outChannels));
    return {
      kind: 'residual',
      type: 'FactorizedBasicBlock',
      summary: 'Basic residual block whose convolutions are (2+1)D (Tran et al. 2018).',
      body: sequence({
        conv1: pair(inChannels, mid, outChannels, stride),
        conv2: sequence({
          spatial: convNormAct(outChannels, mid, 'relu', { kernel: spatial(KERNEL) }),
          temporal: convNorm(mid, outChannels, { kernel: temporal(KERNEL) }),
        }),
      }),
      ...shortcut,
      activation: 'relu',
    };
  }
  const kernel = convolution === 'conv2d' ? spatial(KERNEL) : KERNEL;
  return {
    kind: 'residual',
    type: 'BasicBlock',
    summary: 'Basic residual block: two convolutions.',
    body: sequence({
      conv1: convNormAct(inChannels, outChannels, 'relu', { kernel, stride }),
      conv2: convNorm(outChannels, outChannels, { kernel }),
    }),
    ...shortcut,
    activation: 'relu',
  };
}

/** A convolution within frames, then one across them, each with norm and activation. */
export function pair(
  inChannels: number,
  midChannels: number,
  outChannels: number,
  stride: Triple = UNIT,
  kernel: Triple = KERNEL,
): Layer {
  return sequence({
    spatial: convNormAct(inChannels, midChannels, 'relu', {
      kernel: spatial(kernel),
      stride: spatial(stride),
    }),
    temporal: convNormAct(midChannels, outChannels, 'relu', {
      kernel: temporal(kernel),
      stride: temporal(stride),
    }),
  });
}
