/**
 * Constructors of layers with the defaults that blocks share: no bias before a normalisation, padding that
 * keeps the extent at stride 1, batch norm with PyTorch's epsilon and momentum.
 */
import type { Triple } from '../core/tensor.js';
import type { Activation, Layer, LayerOf, Named } from './architecture.js';

export const UNIT: Triple = [1, 1, 1];

export interface ConvOptions {
  readonly kernel?: Triple;
  readonly stride?: Triple;
  readonly groups?: number;
  readonly bias?: boolean;
}

/** Padding with which an odd kernel at stride 1 preserves the extent. */
export function samePadding(kernel: Triple): Triple {
  return [Math.floor(kernel[0] / 2), Math.floor(kernel[1] / 2), Math.floor(kernel[2] / 2)];
}

export function conv3d(inChannels: number, outChannels: number, options: ConvOptions = {}): LayerOf<'conv'> {
  const { kernel = UNIT, stride = UNIT, groups = 1, bias = false } = options;
  const padding = samePadding(kernel);
  return { kind: 'conv', inChannels, outChannels, kernel, stride, padding, groups, bias };
}

export function batchNorm(channels: number): LayerOf<'batchNorm'> {
  return { kind: 'batchNorm', channels, epsilon: 1e-5, momentum: 0.1 };
}

/** Layer normalisation is that of one group. */
export function groupNorm(channels: number, groups: number): LayerOf<'groupNorm'> {
  return { kind: 'groupNorm', channels, groups, epsilon: 1e-5 };
}

export function activation(name: Activation): LayerOf<'activation'> {
  return { kind: 'activation', function: name };
}

/** Sequence of named layers, in the order of the object's keys; a `type` makes it a class of its own. */
export function sequence(
  children: Readonly<Record<string, Layer>>,
  type?: { readonly type: string; readonly summary: string },
): LayerOf<'sequence'> {
  const named: Named[] = Object.entries(children).map(([name, layer]) => ({ name, layer }));
  return { kind: 'sequence', ...type, children: named };
}

/** Sequence of layers named by their position. */
export function stack(layers: readonly Layer[]): LayerOf<'sequence'> {
  return { kind: 'sequence', children: layers.map((layer, index) => ({ name: String(index), layer })) };
}

/** Convolution and batch normalisation. */
export function convNorm(inChannels: number, outChannels: number, options: ConvOptions = {}): Layer {
  return sequence(
    { conv: conv3d(inChannels, outChannels, options), norm: batchNorm(outChannels) },
    { type: 'ConvNorm', summary: '3D convolution and batch normalisation.' },
  );
}

/** Convolution, batch normalisation and activation. */
export function convNormAct(
  inChannels: number,
  outChannels: number,
  act: Activation,
  options: ConvOptions = {},
): Layer {
  return sequence(
    {
      conv: conv3d(inChannels, outChannels, options),
      norm: batchNorm(outChannels),
      act: activation(act),
    },
    { type: 'ConvNormAct', summary: '3D convolution, batch normalisation and activation.' },
  );
}

export function squeezeExcite(channels: number, reduced: number, act: Activation): LayerOf<'squeezeExcite'> {
  return { kind: 'squeezeExcite', channels, reduced, activation: act, gate: 'sigmoid' };
}

/** Rounds `channels` to a multiple of `divisor`, at least one multiple and at least 90 % of `channels`. */
export function roundChannels(channels: number, divisor = 4): number {
  const rounded = Math.max(divisor, Math.round(channels / divisor) * divisor);
  return rounded < 0.9 * channels ? rounded + divisor : rounded;
}
