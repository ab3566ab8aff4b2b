import { describe, expect, it } from 'vitest';
import { differentiate } from '../../../src/autodiff/differentiate.js';
import type { Shape } from '../../../src/core/tensor.js';
import { runGraph } from '../../../src/engines/onnx/index.js';
import { prepare, type OpCase, type Operand } from '../../../bench/ops/op-case.js';

const normal = (shape: Shape): Operand => ({ shape, values: 'normal' });

/** A convolution, of one group and with strides of one unless it says otherwise. */
interface Convolution {
  readonly title: string;
  /** `[N, C, D, H, W]`. */
  readonly x: Shape;
  /** `[outputs, C / groups, kD, kH, kW]`. */
  readonly w: Shape;
  readonly padding: Shape;
  readonly stride?: Shape;
  readonly groups?: number;
}

/** Large enough that the runtime divides the work among threads. */
const convolutions: readonly Convolution[] = [
  {
    title: 'a convolution of few channels, whose filter gradient is one wide product',
    x: [2, 16, 8, 24, 24],
    w: [16, 16, 3, 3, 3],
    padding: [1, 1, 1],
  },
  {
    title: 'a strided convolution on few places',
    x: [4, 32, 8, 8, 8],
    w: [64, 32, 3, 3, 3],
    padding: [1, 1, 1],
    stride: [1, 2, 2],
  },
  {
    title: 'a convolution of a single sample on few places',
    x: [1, 32, 8, 4, 4],
    w: [64, 32, 3, 3, 3],
    padding: [1, 1, 1],
  },
  {
    title: 'a convolution whose filter is far larger than its input',
    x: [2, 56, 2, 6, 8],
    w: [16, 56, 3, 7, 7],
    padding: [1, 3, 3],
  },
  {
    title: 'a convolution of depth in tiles',
    x: [2, 32, 8, 13, 14],
    w: [32, 32, 3, 3, 3],
    padding: [1, 1, 1],
  },
  {
    title: 'a convolution of a single sample, of depth in tiles',
    x: [1, 16, 8, 9, 9],
    w: [16, 16, 3, 3, 3],
    padding: [1, 1, 1],
  },
  {
    title: 'a convolution along the depth, whose gradient is shifted in rows',
    x: [4, 48, 8, 16, 16],
    w: [24, 48, 3, 1, 1],
    padding: [1, 0, 0],
  },
  {
    title: 'a convolution within planes, whose input is shifted in rows',
    x: [2, 16, 16, 28, 28],
    w: [32, 16, 1, 3, 3],
    padding: [0, 1, 1],
  },
  {
    title: 'a convolution of small planes, whose filter holds places',
    x: [64, 24, 10, 3, 3],
    w: [24, 24, 3, 3, 3],
    padding: [1, 1, 1],
  },
  {
    title: 'a strided convolution of few samples, whose filter holds places',
    x: [3, 8, 4, 5, 5],
    w: [48, 8, 3, 3, 3],
    padding: [1, 1, 1],
    stride: [1, 2, 2],
  },
  {
    title: 'a depthwise convolution of small planes, whose filters hold places',
    x: [32, 48, 5, 5, 5],
    w: [48, 1, 5, 5, 5],
    padding: [2, 2, 2],
    stride: [2, 1, 1],
    groups: 48,
  },
  {
    title: 'a depthwise convolution',
    x: [4, 32, 8, 16, 16],
    w: [32, 1, 3, 3, 3],
    padding: [1, 1, 1],
    groups: 32,
  },
  {
    title: 'a convolution within planes, in blocks of channels',
    x: [2, 32, 4, 15, 17],
    w: [48, 32, 1, 3, 3],
    padding: [0, 1, 1],
  },
  {
    title: 'a convolution of a single sample in blocks of channels',
    x: [1, 32, 3, 9, 7],
    w: [32, 32, 3, 3, 3],
    padding: [1, 1, 1],
  },
];

const cases: readonly OpCase[] = [
  {
    title: 'a linear layer with more features than rows',
    operands: [normal([8, 1024]), normal([100, 1024])],
    build: (b, x, w) => b.linear(x, w),
    tolerance: 0,
  },
  ...convolutions.map(({ title, x, w, stride = [1, 1, 1], padding, groups = 1 }): OpCase => ({
    title,
    operands: [normal(x), normal(w)],
    build: (b, image, filter) => b.conv(image, filter, { stride, padding, groups }),
    tolerance: 0,
  })),
];

/** The first place at which two values differ in a bit; −1 if none does. (`toEqual` takes seconds for a large one.) */
function firstDifference(one: Float32Array, other: Float32Array): number {
  const [a, b] = [one, other].map(
    ({ buffer, byteOffset, length }) => new Int32Array(buffer, byteOffset, length),
  );
  return one.length === other.length ? (a?.findIndex((bits, at) => bits !== b?.[at]) ?? 0) : 0;
}

describe('values and gradients have the same bits with one to four threads', () => {
  it.each(cases)('for $title', async (opCase) => {
    const { graph, weights, feeds } = prepare(opCase);
    const whole = differentiate(graph, 'loss');
    const one = await runGraph(whole, weights, feeds, { device: 'cpu', threads: 1 });
    for (const threads of [2, 3, 4]) {
      const many = await runGraph(whole, weights, feeds, { device: 'cpu', threads });
      for (const [name, { data }] of Object.entries(one)) {
        expect(firstDifference(data, many[name]?.data ?? new Float32Array()), name).toBe(-1);
      }
    }
  });
});
