import { describe, expect, it } from 'vitest';
import type { Architecture, Layer } from '../../src/nn/architecture.js';
import {
  batchNorm,
  conv3d,
  convNorm,
  roundChannels,
  sequence,
  squeezeExcite,
  stack,
} from '../../src/nn/layers.js';
import { walk } from '../../src/nn/modules.js';
import { countParameters, encoderParameters } from '../../src/nn/parameters.js';

function architecture(encoder: Layer): Architecture {
  return { name: 'test', inChannels: 4, encoder, features: 4 };
}

function paths(layer: Layer): string[] {
  return [...walk(layer)].map(({ path }) => path);
}

describe('names of modules', () => {
  const body = sequence({ first: conv3d(4, 4), second: conv3d(4, 4) });

  it('a typed residual owns the layers of its body', () => {
    const block: Layer = { kind: 'residual', type: 'Block', body, activation: 'relu' };
    expect(paths(block)).toEqual(['', 'first', 'second']);
  });

  it('an untyped residual, or one whose body is a class, keeps its body as a module', () => {
    const plain: Layer = { kind: 'residual', body, activation: 'relu' };
    const typed: Layer = { kind: 'residual', type: 'Block', body: convNorm(4, 4), activation: 'relu' };
    const positional: Layer = {
      kind: 'residual',
      type: 'Block',
      body: stack([conv3d(4, 4)]),
      activation: 'relu',
    };
    expect(paths(plain)).toEqual(['', 'body', 'body.first', 'body.second']);
    expect(paths(typed)).toEqual(['', 'body', 'body.conv', 'body.norm']);
    expect(paths(positional)).toEqual(['', 'body', 'body.0']);
  });

  it('a shortcut comes after the body', () => {
    const block: Layer = {
      kind: 'residual',
      type: 'Block',
      body,
      shortcut: conv3d(4, 4),
      activation: 'relu',
    };
    expect(paths(block)).toEqual(['', 'first', 'second', 'shortcut']);
  });
});

describe('parameters of an architecture', () => {
  it('have the names and shapes of a PyTorch state_dict', () => {
    const encoder = sequence({
      conv: conv3d(4, 8, { kernel: [1, 3, 5], groups: 2, bias: true }),
      norm: batchNorm(8),
      gate: squeezeExcite(8, 2, 'relu'),
    });
    const found = encoderParameters(architecture(encoder)).map(({ name, shape }) => [name, shape]);
    expect(Object.fromEntries(found)).toEqual({
      'conv.weight': [8, 2, 1, 3, 5],
      'conv.bias': [8],
      'norm.weight': [8],
      'norm.bias': [8],
      'norm.running_mean': [8],
      'norm.running_var': [8],
      'gate.reduce.weight': [2, 8],
      'gate.reduce.bias': [2],
      'gate.expand.weight': [8, 2],
      'gate.expand.bias': [8],
    });
    expect(countParameters(architecture(encoder))).toBe(8 * 2 * 15 + 8 + 16 + 2 * 8 * 2 + 10);
  });

  it('start convolutions with the variance that keeps gradients, counting the fan out of a group', () => {
    const deviation = (groups: number) => {
      const [weight] = encoderParameters(architecture(conv3d(8, 16, { kernel: [3, 3, 3], groups })));
      return weight?.initialiser.kind === 'normal' ? weight.initialiser.deviation : NaN;
    };
    expect(deviation(1) ** 2).toBeCloseTo(2 / (16 * 27), 12);
    expect(deviation(8) ** 2).toBeCloseTo(2 / (2 * 27), 12);
  });

  it('start a batch norm as its layer says, as the identity by default', () => {
    const start = (layer: Layer) =>
      encoderParameters(architecture(layer)).map(({ initialiser }) =>
        initialiser.kind === 'constant' ? initialiser.value : NaN,
      );
    expect(start(batchNorm(4))).toEqual([1, 0, 0, 1]);
    expect(start({ ...batchNorm(4), initialScale: 0 })).toEqual([0, 0, 0, 1]);
  });
});

describe('rounding of channels', () => {
  it('gives multiples of 4, never fewer than 4, and never loses more than a tenth', () => {
    expect([1, 4, 5, 6, 9, 11, 13, 30].map((channels) => roundChannels(channels))).toEqual([
      4, 4, 8, 8, 12, 12, 12, 32,
    ]);
  });
});
