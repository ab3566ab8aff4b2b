import { describe, expect, it } from 'vitest';
import type { Layer } from '../../src/nn/architecture.js';
import { checkArchitecture } from '../../src/nn/check.js';
import { activation, conv3d, sequence, stack } from '../../src/nn/layers.js';

function check(encoder: Layer): void {
  checkArchitecture({ name: 'mine', inChannels: 1, encoder, features: 1 });
}

describe('the check of an architecture', () => {
  it('names the layer whose child has a name that torch.nn.Module uses itself', () => {
    const layer = sequence({ stem: sequence({ type: conv3d(1, 1) }) });
    expect(() => check(layer)).toThrow(
      /^architecture mine: layer stem has a layer named "type"; .*; correct /,
    );
  });

  it.each(['1st', 'a.b', 'lambda', ''])('refuses the name %j', (name) => {
    expect(() => check({ kind: 'sequence', children: [{ name, layer: activation('relu') }] })).toThrow(
      `its root has a layer named "${name}"`,
    );
  });

  it('refuses a body whose layer is named like the shortcut', () => {
    const layer: Layer = {
      kind: 'residual',
      type: 'Block',
      body: sequence({ shortcut: conv3d(1, 1) }),
      shortcut: conv3d(1, 1),
      activation: 'relu',
    };
    expect(() => check(layer)).toThrow('has two layers named shortcut');
  });

  it('refuses groups that do not divide the channels, and types that are no identifiers', () => {
    expect(() => check(conv3d(4, 6, { groups: 4 }))).toThrow(
      'has 4 and 6 channels, which 4 groups do not divide',
    );
    expect(() => check(sequence({}, { type: 'My Block', summary: '' }))).toThrow('has the type "My Block"');
  });

  it('accepts positions as the names of a plain sequence', () => {
    expect(() => check(stack([conv3d(1, 1), activation('relu')]))).not.toThrow();
  });
});
