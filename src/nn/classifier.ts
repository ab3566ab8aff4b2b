/**
 * Classifier, an encoder followed by a classification head, for comparison with published networks.
 */
import type { Architecture, Layer, Named } from './architecture.js';
import { activation, sequence } from './layers.js';

/** Appends `head`, which maps the encoder's features to `[N, classes]`, to the encoder's layers. */
export function withHead(
  architecture: Architecture,
  head: Readonly<Record<string, Layer>>,
  classes: number,
): Architecture {
  const { encoder } = architecture;
  const own: readonly Named[] =
    encoder.kind === 'sequence' && encoder.type === undefined
      ? encoder.children
      : [{ name: 'encoder', layer: encoder }];
  const layers = [...own, ...Object.entries(head).map(([name, layer]) => ({ name, layer }))];
  return { ...architecture, encoder: { kind: 'sequence', children: layers }, features: classes };
}

/** Head of a mean over all positions, then one linear layer. */
export function linearHead(features: number, classes: number): Readonly<Record<string, Layer>> {
  return {
    pool: { kind: 'globalPool' },
    fc: { kind: 'linear', inFeatures: features, outFeatures: classes, bias: true },
  };
}

/** Head of a mean over all positions, a hidden layer, then the classes. */
export function hiddenHead(
  features: number,
  hidden: number,
  classes: number,
  options: { readonly activation: 'relu' | 'hardswish'; readonly bias: boolean },
): Readonly<Record<string, Layer>> {
  return {
    pool: { kind: 'globalPool' },
    hidden: sequence({
      linear: { kind: 'linear', inFeatures: features, outFeatures: hidden, bias: options.bias },
      act: activation(options.activation),
    }),
    fc: { kind: 'linear', inFeatures: hidden, outFeatures: classes, bias: true },
  };
}
