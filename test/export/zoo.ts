/**
 * Architectures such as a user's own space may hold, each with something that the built-in spaces lack.
 */
import type { Architecture, Layer } from '../../src/nn/architecture.js';
import {
  activation,
  batchNorm,
  conv3d,
  convNorm,
  convNormAct,
  groupNorm,
  sequence,
  squeezeExcite,
  stack,
} from '../../src/nn/layers.js';
import { withNorm } from '../../src/nn/norm.js';

function architecture(name: string, encoder: Layer, features = 8): Architecture {
  return { name, inChannels: 2, encoder, features };
}

const kernel = [3, 3, 3] as const;

/** Normalisation and activation come first; the shortcut sees the input before them. */
function preActivation(channels: number): Layer {
  return {
    kind: 'residual',
    type: 'PreActivation',
    body: sequence({
      norm: batchNorm(channels),
      act: activation('gelu'),
      conv: conv3d(channels, channels, { kernel }),
    }),
    activation: 'identity',
  };
}

function ordered(names: readonly ('a' | 'b')[]): Layer {
  const parts = { a: conv3d(8, 8), b: batchNorm(8) };
  return sequence(Object.fromEntries(names.map((name) => [name, parts[name]])), {
    type: 'Ordered',
    summary: 'The same layers in different orders.',
  });
}

const untypedResidual: Layer = {
  kind: 'residual',
  body: stack([conv3d(8, 8, { kernel, bias: true }), batchNorm(8)]),
  activation: 'hardswish',
};

export const zoo: readonly Architecture[] = [
  architecture(
    'pre-activation',
    sequence({ stem: conv3d(2, 8), blocks: stack([preActivation(8), preActivation(8)]) }),
  ),
  architecture('positional root', stack([convNormAct(2, 8, 'relu', { kernel }), convNorm(8, 8)])),
  architecture('residual root', {
    kind: 'residual',
    body: convNorm(2, 8),
    shortcut: conv3d(2, 8, { bias: true }),
    activation: 'silu',
  }),
  architecture(
    'untyped residuals',
    sequence({ stem: conv3d(2, 8), blocks: stack([untypedResidual, untypedResidual]) }),
  ),
  architecture(
    'named layers without a class',
    sequence({ stem: sequence({ conv: conv3d(2, 8), norm: batchNorm(8) }), act: activation('sigmoid') }),
  ),
  architecture(
    'one type in two orders',
    sequence({
      stem: conv3d(2, 8),
      blocks: stack([ordered(['a', 'b']), ordered(['b', 'a']), ordered(['a'])]),
    }),
  ),
  architecture(
    'pools',
    sequence({
      stem: conv3d(2, 8, { kernel: [1, 3, 5] }),
      max: { kind: 'maxPool', kernel, stride: [1, 2, 2], padding: [1, 1, 1] },
      mean: { kind: 'avgPool', kernel: [1, 2, 2], stride: [1, 1, 1], padding: [0, 1, 1] },
    }),
  ),
  architecture(
    'pooled features through a linear layer',
    sequence({
      stem: convNormAct(2, 8, 'gelu', { kernel: [3, 1, 1] }),
      pool: { kind: 'globalPool' },
      project: { kind: 'linear', inFeatures: 8, outFeatures: 5, bias: true },
    }),
    5,
  ),
  architecture(
    'gates of two kinds, and activations that differ within a type',
    sequence({
      stem: convNormAct(2, 8, 'relu'),
      hard: { ...squeezeExcite(8, 3, 'silu'), gate: 'hardsigmoid' },
      mid: convNormAct(8, 8, 'hardswish', { kernel: [1, 3, 3] }),
      soft: squeezeExcite(8, 2, 'relu'),
    }),
  ),
  architecture(
    'other settings of batch norm',
    sequence({
      stem: conv3d(2, 8),
      coarse: { ...batchNorm(8), epsilon: 1e-3, momentum: 0.01 },
    }),
  ),
  architecture(
    'group and layer norms, whose groups differ within a type',
    withNorm(
      architecture(
        '',
        sequence({
          stem: convNormAct(2, 16, 'relu', { kernel }),
          wide: convNormAct(16, 32, 'relu'),
          coarse: { ...batchNorm(32), epsilon: 1e-3, initialScale: 0.5 },
          narrow: convNorm(32, 8),
          layer: groupNorm(8, 1),
        }),
      ),
      'group',
    ).encoder,
  ),
  architecture(
    'names that Python keeps for itself',
    sequence({
      stem: { ...(convNorm(2, 8) as Extract<Layer, { kind: 'sequence' }>), type: 'Encoder' },
      super: sequence({ lambda_: conv3d(8, 8), x: batchNorm(8) }, { type: 'Block', summary: 'Odd names.' }),
    }),
  ),
];
