/**
 * The settings of every residual block of the factorized family, and the parts that they share.
 */
import type { Triple } from '../../core/tensor.js';
import type { Activation, Layer } from '../architecture.js';
import { convNorm, roundChannels, sequence, squeezeExcite } from '../layers.js';

export interface BlockOptions {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernel: Triple;
  readonly stride: Triple;
  readonly activation: Activation;
  /** Channels of the squeeze over the channels that it gates; 0 for none. */
  readonly squeeze: number;
  /** Way in which the shortcut of a strided block shrinks: by leaving voxels out (as by default) or by averaging. */
  readonly shortcut?: 'strided' | 'pooled';
}

/**
 * The shortcut, to which the block adds its body: nothing of its own where shapes agree, else a 1³ projection, strided
 * or after averaging (ResNet-D; He et al. 2019, arXiv 1812.01187, section 4.2).
 */
export function shortcutOf(options: BlockOptions): { readonly shortcut?: Layer } {
  const { inChannels, outChannels, stride, shortcut = 'strided' } = options;
  const strided = stride.some((step) => step > 1);
  if (inChannels === outChannels && !strided) return {};
  if (strided && shortcut === 'pooled') return { shortcut: pooledShortcut(inChannels, outChannels, stride) };
  return { shortcut: convNorm(inChannels, outChannels, { stride }) };
}

/** Averages overlapping windows of 3 where the stride is 2, which shrinks odd extents as a convolution does. */
export function pooledShortcut(inChannels: number, outChannels: number, stride: Triple): Layer {
  const kernel = stride.map((step) => (step > 1 ? 3 : 1)) as unknown as Triple;
  const padding = stride.map((step) => (step > 1 ? 1 : 0)) as unknown as Triple;
  const project = convNorm(inChannels, outChannels);
  return sequence({ pool: { kind: 'avgPool', kernel, stride, padding }, project });
}

/** Squeeze and excitation over `channels`, or nothing; to be spread into a sequence's children. */
export function squeezeOf(options: BlockOptions, channels: number): { readonly squeeze?: Layer } {
  if (options.squeeze === 0) return {};
  const reduced = roundChannels(channels * options.squeeze);
  return { squeeze: squeezeExcite(channels, reduced, 'relu') };
}

/** The part of a kernel or stride along depth, or frames. */
export function temporal(triple: Triple): Triple {
  return [triple[0], 1, 1];
}

/** The part of a kernel or stride within a slice, or frame. */
export function spatial(triple: Triple): Triple {
  return [1, triple[1], triple[2]];
}
