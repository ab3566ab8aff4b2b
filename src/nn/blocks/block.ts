/**
 * What every residual block of the factorized family is made from, and the parts that they share.
 */
import type { Activation, Layer, Triple } from '../architecture.js';
import { convNorm, roundChannels, squeezeExcite } from '../layers.js';

export interface BlockOptions {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernel: Triple;
  readonly stride: Triple;
  readonly activation: Activation;
  /** Channels of the squeeze over the channels that it gates; 0 for none. */
  readonly squeeze: number;
}

/** What the block adds its body to: nothing of its own where shapes agree, else a strided 1³ projection. */
export function shortcutOf(options: BlockOptions): { readonly shortcut?: Layer } {
  const { inChannels, outChannels, stride } = options;
  if (inChannels === outChannels && stride.every((step) => step === 1)) return {};
  return { shortcut: convNorm(inChannels, outChannels, { stride }) };
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
