import { describe, expect, it } from 'vitest';
import { differentiate } from '../../../src/autodiff/differentiate.js';
import { blockSize } from '../../../src/engines/onnx/block-size.js';
import { runGraph } from '../../../src/engines/onnx/index.js';
import { lowerings } from '../../../src/engines/onnx/lowerings/index.js';
import { network } from '../../../src/engines/onnx/lowerings/network.js';
import { suitsPoolProducts } from '../../../src/engines/onnx/lowerings/pool-products.js';
import { prepare } from '../../../bench/ops/op-case.js';
import { interpret } from '../../../bench/ops/reference.js';

const cases = [
  { x: [2, 3, 4, 5, 5], kernel: [1, 2, 2], stride: [1, 2, 2], padding: [0, 0, 0] },
  { x: [2, 3, 5, 5, 4], kernel: [2, 2, 3], stride: [2, 2, 1], padding: [1, 0, 1] },
  { x: [1, 2, 6, 3, 3], kernel: [3, 1, 1], stride: [2, 1, 1], padding: [1, 0, 0] },
];
const tables = {
  'by products': lowerings.cpu(await blockSize()),
  'by pooling': { ...lowerings.cpu(await blockSize()), ...network },
};

describe.each(Object.entries(tables))('average pooling %s', (_, table) => {
  it.each(cases)('agrees with the reference: $kernel by $stride on $x', async ({ x, ...options }) => {
    const padding = options.padding.map((zeros) => [zeros, zeros] as const);
    const { graph, weights, feeds, leaves } = prepare({
      title: 'avgPool',
      operands: [{ shape: x, values: 'normal' }],
      build: (b, input) => b.avgPool(input, { ...options, padding }),
      tolerance: 1e-6,
    });
    const whole = differentiate(graph, 'loss');
    const actual = await runGraph(whole, weights, feeds, undefined, table);
    for (const [name, { shape, data }] of Object.entries(interpret(whole, leaves))) {
      expect(actual[name]?.shape, name).toEqual(shape);
      const worst = data.reduce(
        (most, value, i) => Math.max(most, Math.abs(value - (actual[name]?.data[i] ?? NaN))),
        0,
      );
      expect(worst, name).toBeLessThan(2e-6);
    }
  });
});

it('pools large planes as before', () => {
  expect(suitsPoolProducts([4, 16, 8, 28, 28], [4, 16, 8, 14, 14])).toBe(false);
  expect(suitsPoolProducts([64, 16, 10, 5, 5], [64, 16, 10, 3, 3])).toBe(true);
});
