import { describe, expect, it } from 'vitest';
import { differentiate } from '../../../src/autodiff/differentiate.js';
import { present } from '../../../src/core/errors.js';
import { sizeOf } from '../../../src/core/tensor.js';
import { blockSize } from '../../../src/engines/onnx/block-size.js';
import { runGraph } from '../../../src/engines/onnx/index.js';
import { convolutionBy } from '../../../src/engines/onnx/lowerings/convolution.js';
import type { ConvForm, Priced } from '../../../src/engines/onnx/lowerings/forms/cost.js';
import { lowerings, portable } from '../../../src/engines/onnx/lowerings/index.js';
import { winograd } from '../../../src/engines/onnx/lowerings/tiles/matrices.js';
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
  ['filters within planes', [2, 16, 3, 14, 13], [32, 16, 1, 3, 3], { stride: [1, 1, 1], padding: [0, 1, 1] }],
  [
    'filters within planes, taps and strides of every kind',
    [2, 16, 4, 15, 12],
    [16, 16, 1, 4, 3],
    { stride: [1, 1, 2], padding: [0, [2, 0], [2, 1]], dilation: [1, 1, 2] },
  ],
  [
    'two taps, dilated within planes',
    [2, 16, 4, 12, 13],
    [16, 16, 2, 3, 3],
    { stride: [1, 1, 1], padding: [0, 1, 2], dilation: [1, 2, 1] },
  ],
];

/** Forms by tiles along the depth, then those along the height, or both; each is taken whatever is predicted of it. */
const TILES: readonly ConvForm[][] = [
  ['tiles', 'tiled products'],
  ['tiled lines', 'shifted tiles'],
];
const FILTER_GRADIENTS: readonly ConvForm[] = ['tiled products', 'shifted tiles'];

describe('minimal filtering along depth and height', () => {
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
      const block = await blockSize();
      const whole = differentiate(graph, 'loss');
      const expected = await runGraph(whole, weights, feeds, undefined, portable);
      const used = new Set<ConvForm>();
      for (const tiles of TILES) {
        const choose = (forms: readonly Priced[]): Priced => {
          const chosen = present(forms.find(({ form }) => tiles.includes(form)) ?? forms[0], 'a form');
          used.add(chosen.form);
          return chosen;
        };
        const table = { ...lowerings.cpu(block), ...convolutionBy(block, choose) };
        const actual = await runGraph(whole, weights, feeds, undefined, table);
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
      }
      const tiled = TILES.flat().filter((form) => used.has(form));
      expect(tiled.some((form) => !FILTER_GRADIENTS.includes(form))).toBe(block > 1);
      expect(tiled.some((form) => FILTER_GRADIENTS.includes(form))).toBe(true);
    },
  );
});
