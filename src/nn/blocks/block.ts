/**
 * Settings of all residual blocks of the factorized family, and the parts that they share.
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
  /** Downsampling in the shortcut of a strided block: by skipping voxels (the default) or by averaging. */
  readonly shortcut?: 'strided' | 'pooled';
}

/**
 * Shortcut, to which the block adds its body: the identity if shapes agree, else a 1³ projection, strided or after
 * averaging (ResNet-D; He et al. 2019, arXiv 1812.01187, section 4.2).
 */
export function shortcutOf(options: BlockOptions): { readonly shortcut?: Layer } {
  const { inChannels, outChannels, stride, shortcut = 'strided' } = options;
  const strided = stride.some((step) => step > 1);
  if (inChannels === outChannels && !strided) return {};
  if (strided && shortcut === 'pooled') return { shortcut: pooledShortcut(inChannels, outChannels, stride) };
  return { shortcut: convNorm(inChannels, outChannels, { stride }) };
}

/** Averages overlapping windows of 3 along axes of stride 2, so that odd extents shrink as in a convolution. */
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

/** Part of a kernel or stride along depth, or frames. */
export function temporal(triple: Triple): Triple {
  return [triple[0], 1, 1];
}

/** Part of a kernel or stride within a slice, or frame. */
export function spatial(triple: Triple): Triple {
  return [1, triple[1], triple[2]];
}
