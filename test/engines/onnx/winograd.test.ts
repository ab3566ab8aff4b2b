import { describe, expect, it } from 'vitest';
import { differentiate } from '../../../src/autodiff/differentiate.js';
import { present } from '../../../src/core/errors.js';
import { sizeOf } from '../../../src/core/tensor.js';
import { blockSize } from '../../../src/engines/onnx/block-size.js';
import { runGraph } from '../../../src/engines/onnx/index.js';
import { convolutionBy } from '../../../src/engines/onnx/lowerings/convolution.js';
import { lowerings, portable } from '../../../src/engines/onnx/lowerings/index.js';
import { winograd } from '../../../src/engines/onnx/lowerings/winograd-matrices.js';
import { suitsTiledGradient, suitsTiles } from '../../../src/engines/onnx/lowerings/winograd-conv.js';
import type { ConvOptions } from '../../../src/ir/builder.js';
import { prepare } from '../../../bench/ops/op-case.js';

const unit = { stride: [1, 1, 1], padding: [1, 1, 1] } as const;

/** Title, input, filter, options. Channels fill the blocks of every processor, or are filled up. */
const cases: readonly (readonly [string, number[], number[], ConvOptions])[] = [
  ['whole tiles', [2, 16, 8, 14, 13], [32, 16, 3, 3, 3], unit],
  ['channels that are filled up to blocks', [2, 12, 8, 14, 13], [24, 12, 3, 3, 3], unit],
  ['two planes to a tile', [1, 16, 2, 20, 20], [16, 16, 3, 3, 3], unit],
  [
    'tiles that leave a rest, strided within planes',
    [1, 16, 7, 15, 16],
    [16, 16, 3, 3, 2],
    { stride: [1, 2, 1], padding: [[2, 0], [0, 1], 0] },
  ],
  ['five taps', [1, 16, 9, 10, 12], [16, 16, 5, 1, 3], { stride: [1, 1, 1], padding: [2, 0, 1] }],
  [
    'two taps, dilated within planes',
    [2, 16, 4, 12, 13],
    [16, 16, 2, 3, 3],
    { stride: [1, 1, 1], padding: [0, 1, 2], dilation: [1, 2, 1] },
  ],
];

describe('minimal filtering along the depth', () => {
  it.each([
    [2, 2],
    [2, 3],
    [3, 3],
    [4, 3],
    [2, 5],
  ])('gives %i outputs of a filter of %i taps exactly', (m, r) => {
    const { inputs, filter, outputs } = winograd(m, r);
    const n = m + r - 1;
    const [d, g] = [n, r].map((count, k) => Array.from({ length: count }, (_, i) => Math.sin(5 * i + k))) as [
      number[],
      number[],
    ];
    const dot = (row: readonly number[], values: readonly number[]): number =>
      row.reduce((sum, x, i) => sum + x * (values[i] ?? 0), 0);
    const products = inputs.map((row, j) => dot(row, d) * dot(filter[j] ?? [], g));
    outputs.forEach((row, i) => {
      expect(dot(row, products)).toBeCloseTo(dot(g, d.slice(i, i + r)), 12);
    });
  });

  it.each(cases)(
    'agrees with the plain convolution on values and gradients: %s',
    async (title, x, w, options) => {
      const opCase = {
        title,
        operands: [
          { shape: x, values: 'normal' as const },
          { shape: w, values: 'normal' as const },
        ],
        build: (b, input, filter) => b.conv(input, filter, options),
        tolerance: 5e-6,
      } satisfies Parameters<typeof prepare>[0];
      const { graph, weights, feeds } = prepare(opCase);
      const node = graph.nodes.find(({ op }) => op === 'conv');
      const attributes = node?.attributes as Parameters<typeof suitsTiles>[2];
      const block = await blockSize();
      if (block > 1) expect(suitsTiles(x, w, attributes, block)).toBe(true);
      expect(suitsTiledGradient(x, { ...attributes, filterShape: w })).toBe(true);

      const whole = differentiate(graph, 'loss');
      // the first of the forms that compete, whatever is predicted of them
      const first = convolutionBy(block, ([form]) => present(form, 'a form'));
      const table = { ...lowerings.cpu(block), ...first };
      const actual = await runGraph(whole, weights, feeds, undefined, table);
      const expected = await runGraph(whole, weights, feeds, undefined, portable);
      for (const [name, { shape, data }] of Object.entries(expected)) {
        expect(actual[name]?.shape, name).toEqual(shape);
        const scale = data.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
        const worst = data.reduce(
          (most, value, i) => Math.max(most, Math.abs(value - (actual[name]?.data[i] ?? NaN))),
          0,
        );
        expect(sizeOf(shape)).toBe(data.length);
        expect(worst / scale, name).toBeLessThan(opCase.tolerance);
      }
    },
  );
});
