import { describe, expect, it } from 'vitest';
import { Builder } from '../../src/ir/builder.js';
import type { Value } from '../../src/ir/graph.js';
import { interpret } from '../../bench/ops/reference.js';

/** Values of `build` on a constant input. */
function valuesOf(shape: number[], data: number[], build: (b: Builder, x: Value) => Value): number[] {
  const b = new Builder();
  b.output('y', build(b, b.constant(shape, data)));
  return Array.from(interpret(b.build(), {})['y']?.data ?? []);
}

const close = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 5) as number);

/** Expected values are PyTorch 2.13's. */
describe('composites give what PyTorch gives', () => {
  const line = [1, 2, 4, 7];

  it('resize by linear interpolation, up, down and doubled', () => {
    const to = (n: number) => valuesOf([1, 1, 4], line, (b, x) => b.resize(x, [n], 'linear'));
    expect(to(7)).toEqual(close([1, 1.3571429, 1.9285715, 3, 4.2142863, 5.9285717, 7]));
    expect(to(3)).toEqual(close([1.1666667, 3, 6.5]));
    expect(to(8)).toEqual(close([1, 1.25, 1.75, 2.5, 3.5, 4.75, 6.25, 7]));
  });

  it('resize to the nearest neighbour', () => {
    const to = (n: number) => valuesOf([1, 1, 4], line, (b, x) => b.resize(x, [n], 'nearest'));
    expect(to(7)).toEqual([1, 1, 2, 2, 4, 4, 7]);
    expect(to(3)).toEqual([1, 2, 4]);
  });

  it('adaptive pooling over windows that overlap', () => {
    const mean = valuesOf([1, 1, 5], [1, 2, 4, 7, 11], (b, x) => b.adaptiveAvgPool(x, [3]));
    expect(mean).toEqual(close([1.5, 4.3333335, 9]));
    expect(valuesOf([1, 1, 5], [1, 5, 4, 7, 2], (b, x) => b.adaptiveMaxPool(x, [3]))).toEqual([5, 7, 7]);
  });

  it('transposed convolution with output padding', () => {
    const y = valuesOf([1, 1, 3], [1, 2, 3], (b, x) =>
      b.convTranspose(x, b.constant([1, 1, 3], [1, 10, 100]), {
        stride: [2],
        padding: [1],
        outputPadding: [1],
      }),
    );
    expect(y).toEqual([10, 102, 20, 203, 30, 300]);
  });

  it('group and layer normalisation', () => {
    const x = [0, 1, 2, 3, 4, 5, 6, 7];
    const group = valuesOf([1, 4, 2], x, (b, value) => b.groupNorm(value, 2, { epsilon: 1e-5 }));
    const half = [-1.3416355, -0.4472118, 0.4472118, 1.3416355];
    expect(group).toEqual(close([...half, ...half]));
    const layer = valuesOf([1, 4, 2], x, (b, value) => b.layerNorm(value, { epsilon: 1e-5 }));
    expect(layer).toEqual(close([0, 1, 2, 3].flatMap(() => [-0.99998, 0.99998])));
  });
});
