import { describe, expect, it } from 'vitest';
import { rngOf } from '../../src/core/random.js';
import { Builder } from '../../src/ir/builder.js';
import type { Activation, Layer } from '../../src/nn/architecture.js';
import { buildEncoder } from '../../src/nn/build.js';
import { activation, conv3d, sequence, squeezeExcite } from '../../src/nn/layers.js';
import { layerShapes, outputShape } from '../../src/nn/shapes.js';
import { interpret } from '../../bench/ops/reference.js';
import { randomTensor } from '../search-spaces/genomes.js';

const SHAPE = [2, 3, 2, 3, 4] as const;
const input = Float64Array.from(randomTensor(SHAPE, rngOf('build')).data);

/** Output of a layer on `input`, in doubles. */
function run(layer: Layer, weights: Readonly<Record<string, readonly number[]>> = {}): number[] {
  const builder = new Builder();
  const x = builder.input('input', SHAPE);
  const architecture = { name: 'test', inChannels: 3, encoder: layer, features: 3 };
  builder.output('y', buildEncoder(builder, architecture, x, { training: false }));
  const leaves = Object.entries(weights).map(([name, values]) => [name, Float64Array.from(values)] as const);
  const { y } = interpret(builder.build(), { input, ...Object.fromEntries(leaves) });
  expect(y?.shape).toEqual(outputShape(architecture, SHAPE));
  return Array.from(y?.data ?? []);
}

/** A 1³ convolution that multiplies by `factor`. */
const scaling = conv3d(3, 3);
const scaleBy = (factor: number) => [factor, 0, 0, 0, factor, 0, 0, 0, factor];

function close(actual: readonly number[], expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length);
  actual.forEach((value, i) => expect(value).toBeCloseTo(expected[i] ?? NaN, 6));
}

describe('graphs built from layers', () => {
  it('a residual adds its input to its body, then applies the activation', () => {
    const layer: Layer = { kind: 'residual', body: scaling, activation: 'relu' };
    close(
      run(layer, { 'body.weight': scaleBy(-3) }),
      Array.from(input, (x) => Math.max(0, -2 * x)),
    );
  });

  it('a shortcut replaces the input', () => {
    const layer: Layer = { kind: 'residual', body: scaling, shortcut: scaling, activation: 'identity' };
    const weights = { 'body.weight': scaleBy(2), 'shortcut.weight': scaleBy(5) };
    close(
      run(layer, weights),
      Array.from(input, (x) => 7 * x),
    );
  });

  it('squeeze and excitation multiplies each channel by a gate of the means of all', () => {
    const weights = {
      'reduce.weight': [1, 2, -1],
      'reduce.bias': [0.5],
      'expand.weight': [1, -1, 2],
      'expand.bias': [0, 0.1, -0.2],
    };
    const perChannel = 24;
    const expected = Array.from(input, (x, i) => {
      const sample = Math.floor(i / (3 * perChannel));
      const means = [0, 1, 2].map((c) => {
        const start = (sample * 3 + c) * perChannel;
        return input.slice(start, start + perChannel).reduce((sum, value) => sum + value, 0) / perChannel;
      });
      const squeezed = Math.max(0, (means[0] ?? 0) + 2 * (means[1] ?? 0) - (means[2] ?? 0) + 0.5);
      const channel = Math.floor(i / perChannel) % 3;
      const gate = [squeezed, 0.1 - squeezed, 2 * squeezed - 0.2][channel] ?? 0;
      return x / (1 + Math.exp(-gate));
    });
    close(run(squeezeExcite(3, 1, 'relu'), weights), expected);
  });

  const formulas: Record<Activation, (x: number) => number> = {
    identity: (x) => x,
    relu: (x) => Math.max(0, x),
    sigmoid: (x) => 1 / (1 + Math.exp(-x)),
    silu: (x) => x / (1 + Math.exp(-x)),
    hardswish: (x) => (x * Math.min(6, Math.max(0, x + 3))) / 6,
    // Φ by integrating the density, independently of erf.
    gelu: (x) => {
      const n = 2000;
      let area = 0;
      for (let i = 0; i < n; i++) area += Math.exp(-0.5 * ((x * (i + 0.5)) / n) ** 2) * (x / n);
      return x * (0.5 + area / Math.sqrt(2 * Math.PI));
    },
  };
  it.each(Object.keys(formulas) as Activation[])('the activation %s is what it is called', (name) => {
    close(run(activation(name)), Array.from(input, formulas[name]));
  });

  it('a bias is added to each channel', () => {
    const layer = conv3d(3, 3, { bias: true });
    close(
      run(layer, { weight: scaleBy(1), bias: [1, 2, 3] }),
      Array.from(input, (x, i) => x + (Math.floor(i / 24) % 3) + 1),
    );
  });

  it('pools and a global mean have the shapes that were predicted', () => {
    const window = { kernel: [1, 2, 2], stride: [1, 2, 2], padding: [0, 1, 0] } as const;
    expect(run({ kind: 'maxPool', ...window })).toHaveLength(2 * 3 * 2 * 2 * 2);
    expect(run({ kind: 'avgPool', ...window })).toHaveLength(2 * 3 * 2 * 2 * 2);
    expect(run({ kind: 'globalPool' })).toHaveLength(2 * 3);
  });
});

describe('shapes of layers', () => {
  it('are listed in the order of computation, with the names of their weights', () => {
    const encoder = sequence({
      stem: conv3d(3, 8, { kernel: [3, 3, 3], stride: [1, 2, 2] }),
      act: activation('relu'),
    });
    const shapes = layerShapes({ name: 'test', inChannels: 3, encoder, features: 8 }, SHAPE);
    expect(shapes.map(({ path, output }) => [path, output])).toEqual([
      ['stem', [2, 8, 2, 2, 2]],
      ['act', [2, 8, 2, 2, 2]],
    ]);
  });
});
