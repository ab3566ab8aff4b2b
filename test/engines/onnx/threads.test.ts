import { describe, expect, it } from 'vitest';
import { differentiate } from '../../../src/autodiff/differentiate.js';
import { runGraph } from '../../../src/engines/onnx/index.js';
import { prepare, type OpCase, type Operand } from '../../../bench/ops/op-case.js';

const normal = (...shape: number[]): Operand => ({ shape, values: 'normal' });

/** Large enough that the runtime divides the work among threads. */
const cases: readonly OpCase[] = [
  {
    title: 'a linear layer with more features than rows',
    operands: [normal(8, 1024), normal(100, 1024)],
    build: (b, x, w) => b.linear(x, w),
    tolerance: 0,
  },
  {
    title: 'a convolution of few channels, whose filter gradient is one wide product',
    operands: [normal(2, 16, 8, 24, 24), normal(16, 16, 3, 3, 3)],
    build: (b, x, w) => b.conv(x, w, { stride: [1, 1, 1], padding: [1, 1, 1] }),
    tolerance: 0,
  },
  {
    title: 'a strided convolution on few places',
    operands: [normal(4, 32, 8, 8, 8), normal(64, 32, 3, 3, 3)],
    build: (b, x, w) => b.conv(x, w, { stride: [1, 2, 2], padding: [1, 1, 1] }),
    tolerance: 0,
  },
  {
    title: 'a convolution of a single sample on few places',
    operands: [normal(1, 32, 8, 4, 4), normal(64, 32, 3, 3, 3)],
    build: (b, x, w) => b.conv(x, w, { stride: [1, 1, 1], padding: [1, 1, 1] }),
    tolerance: 0,
  },
  {
    title: 'a convolution whose filter is far larger than its input',
    operands: [normal(2, 56, 2, 6, 8), normal(16, 56, 3, 7, 7)],
    build: (b, x, w) => b.conv(x, w, { stride: [1, 1, 1], padding: [1, 3, 3] }),
    tolerance: 0,
  },
  {
    title: 'a convolution of depth in tiles',
    operands: [normal(2, 32, 8, 13, 14), normal(32, 32, 3, 3, 3)],
    build: (b, x, w) => b.conv(x, w, { stride: [1, 1, 1], padding: [1, 1, 1] }),
    tolerance: 0,
  },
  {
    title: 'a convolution of a single sample, of depth in tiles',
    operands: [normal(1, 16, 8, 9, 9), normal(16, 16, 3, 3, 3)],
    build: (b, x, w) => b.conv(x, w, { stride: [1, 1, 1], padding: [1, 1, 1] }),
    tolerance: 0,
  },
  {
    title: 'a convolution of small planes, whose filter holds places',
    operands: [normal(64, 24, 10, 3, 3), normal(24, 24, 3, 3, 3)],
    build: (b, x, w) => b.conv(x, w, { stride: [1, 1, 1], padding: [1, 1, 1] }),
    tolerance: 0,
  },
  {
    title: 'a strided convolution of few samples, whose filter holds places',
    operands: [normal(3, 8, 4, 5, 5), normal(48, 8, 3, 3, 3)],
    build: (b, x, w) => b.conv(x, w, { stride: [1, 2, 2], padding: [1, 1, 1] }),
    tolerance: 0,
  },
  {
    title: 'a depthwise convolution of small planes, whose filters hold places',
    operands: [normal(32, 48, 5, 5, 5), normal(48, 1, 5, 5, 5)],
    build: (b, x, w) => b.conv(x, w, { stride: [2, 1, 1], padding: [2, 2, 2], groups: 48 }),
    tolerance: 0,
  },
  {
    title: 'a depthwise convolution',
    operands: [normal(4, 32, 8, 16, 16), normal(32, 1, 3, 3, 3)],
    build: (b, x, w) => b.conv(x, w, { stride: [1, 1, 1], padding: [1, 1, 1], groups: 32 }),
    tolerance: 0,
  },
  {
    title: 'a convolution within planes, in blocks of channels',
    operands: [normal(2, 32, 4, 15, 17), normal(48, 32, 1, 3, 3)],
    build: (b, x, w) => b.conv(x, w, { stride: [1, 1, 1], padding: [0, 1, 1] }),
    tolerance: 0,
  },
  {
    title: 'a convolution of a single sample in blocks of channels',
    operands: [normal(1, 32, 3, 9, 7), normal(32, 32, 3, 3, 3)],
    build: (b, x, w) => b.conv(x, w, { stride: [1, 1, 1], padding: [1, 1, 1] }),
    tolerance: 0,
  },
];

/** The bits of a value, as integers. */
const bitsOf = (data: Float32Array): Int32Array => new Int32Array(data.buffer, data.byteOffset, data.length);

describe('values and gradients have the same bits with one to four threads', () => {
  it.each(cases)('for $title', async (opCase) => {
    const { graph, weights, feeds } = prepare(opCase);
    const whole = differentiate(graph, 'loss');
    const one = await runGraph(whole, weights, feeds, { device: 'cpu', threads: 1 });
    for (const threads of [2, 3, 4]) {
      const many = await runGraph(whole, weights, feeds, { device: 'cpu', threads });
      for (const [name, { data }] of Object.entries(one)) {
        expect(bitsOf(many[name]?.data ?? new Float32Array()), name).toEqual(bitsOf(data));
      }
    }
  });
});
