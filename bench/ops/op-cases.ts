/**
 * Cases of every op. Edge cases are named: broadcasting, strides, groups, dilation, asymmetric padding.
 */
import type { Builder } from '../../src/ir/builder.js';
import type { Value } from '../../src/ir/graph.js';
import { convolutionCases } from './op-cases-convolution.js';
import type { OpCase, Operand } from './op-case.js';

const normal = (...shape: number[]): Operand => ({ shape, values: 'normal' });
const positive = (...shape: number[]): Operand => ({ shape, values: 'positive' });
/** Distinct values away from zero: no ties and no kinks within reach of a finite difference. */
const apart = (...shape: number[]): Operand => ({ shape, values: 'apart' });
const integers = (below: number, ...shape: number[]): Operand => ({ shape, below });

type Unary =
  | 'neg'
  | 'exp'
  | 'log'
  | 'sqrt'
  | 'reciprocal'
  | 'abs'
  | 'square'
  | 'relu'
  | 'sigmoid'
  | 'tanh'
  | 'erf'
  | 'silu'
  | 'gelu'
  | 'hardswish'
  | 'hardsigmoid';
type Binary = 'add' | 'sub' | 'mul' | 'div' | 'maximum' | 'minimum';

const EXACT = 1e-6;
const CLOSE = 5e-6;

function unary(name: Unary, operand: Operand, tolerance: number): OpCase {
  return { title: name, operands: [operand], build: (b, x) => b[name](x), tolerance };
}

function binary(name: Binary, operands: readonly Operand[]): OpCase {
  const shapes = operands.map(({ shape }) => `[${shape.join(', ')}]`).join(' and ');
  return {
    title: `${name} of ${shapes}`,
    operands,
    build: (b, x, y) => b[name](x, y),
    tolerance: EXACT,
  };
}

function one(
  title: string,
  operand: Operand,
  build: (b: Builder, x: Value) => Value,
  tolerance = EXACT,
): OpCase {
  return { title, operands: [operand], build: (b, x) => build(b, x), tolerance };
}

function two(
  title: string,
  operands: readonly [Operand, Operand],
  build: (b: Builder, x: Value, y: Value) => Value,
  tolerance = EXACT,
): OpCase {
  return { title, operands, build: (b, x, y) => build(b, x, y), tolerance };
}

const elementwise: OpCase[] = [
  ...(['neg', 'exp', 'square', 'sigmoid', 'tanh', 'erf', 'silu', 'gelu'] as const).map((name) =>
    unary(name, normal(3, 4), CLOSE),
  ),
  ...(['abs', 'relu', 'hardswish', 'hardsigmoid'] as const).map((name) => unary(name, apart(3, 4), CLOSE)),
  one('hardswish beyond its ends', apart(3, 4), (b, x) => b.hardswish(b.mul(x, b.scalar(2.2))), CLOSE),
  ...(['log', 'sqrt', 'reciprocal'] as const).map((name) => unary(name, positive(3, 4), CLOSE)),
  ...(['add', 'sub', 'mul'] as const).flatMap((name) => [
    binary(name, [normal(2, 3), normal(2, 3)]),
    binary(name, [normal(2, 1, 4), normal(3, 1)]),
    binary(name, [normal(), normal(3)]),
  ]),
  binary('div', [normal(2, 3), positive(3)]),
  ...(['maximum', 'minimum'] as const).map((name) => binary(name, [apart(4, 3), normal(3)])),
  two('where of a comparison', [apart(3, 4), normal(4)], (b, x, y) =>
    b.where(b.greaterEqual(x, b.scalar(0)), b.square(x), y),
  ),
  two('equal of integers', [integers(3, 3, 4), integers(3, 4)], (b, i, j) => b.equal(i, j)),
  two('reluGrad', [apart(3, 4), normal(3, 4)], (b, x, dy) => b.node('reluGrad', [b.relu(x), dy], {})),
];

const reductions: OpCase[] = [
  one('reduceSum over the middle axis', normal(2, 3, 4), (b, x) => b.reduceSum(x, [1])),
  one('reduceSum over no axis', normal(2, 3), (b, x) => b.reduceSum(x, [])),
  one('reduceMean over two axes, kept', normal(2, 3, 4), (b, x) => b.reduceMean(x, [0, -1], true)),
  one('reduceMax over all axes but one', apart(2, 3, 4), (b, x) => b.reduceMax(x, [0, 2])),
  one('argmax along the first axis', apart(4, 3), (b, x) => b.argmax(x, 0)),
  one('softmax along the middle axis', normal(2, 5, 3), (b, x) => b.softmax(x, 1), CLOSE),
  one('logSoftmax along the last axis', normal(3, 5), (b, x) => b.logSoftmax(x), CLOSE),
  two(
    'crossEntropy with smoothing',
    [normal(4, 5), integers(5, 4)],
    (b, x, i) => b.crossEntropy(x, i, { smoothing: 0.1 }),
    CLOSE,
  ),
  two('accuracy', [apart(6, 3), integers(3, 6)], (b, x, i) => b.accuracy(x, i)),
];

const layout: OpCase[] = [
  one('reshape to an inferred extent', normal(2, 6), (b, x) => b.reshape(x, [3, -1])),
  one('broadcastTo', normal(3, 1), (b, x) => b.broadcastTo(x, [2, 3, 4])),
  one('transpose', normal(2, 3, 4), (b, x) => b.transpose(x, [2, 0, 1])),
  one('slice with steps that do not divide', normal(5, 7), (b, x) => b.slice(x, [1, 0], [5, 6], [2, 4])),
  one('pad around', normal(2, 3), (b, x) => b.pad(x, [[1, 0], 2])),
  one('pad between, by different counts', normal(2, 3, 2), (b, x) =>
    b.pad(x, [0, [1, 2], [0, 1]], [0, 2, 1]),
  ),
  two('concat of different extents', [normal(2, 3), normal(2, 1)], (b, x, y) => b.concat([x, y, x], -1)),
  two('gather along the middle axis', [normal(2, 4, 3), integers(4, 2, 2)], (b, x, i) => b.gather(x, i, 1)),
  two('gather of repeated rows', [normal(3, 2), integers(2, 5)], (b, x, i) => b.gather(x, i, 0)),
  two('scatterAdd along the last axis', [normal(2, 5), integers(3, 5)], (b, dy, i) =>
    b.node('scatterAdd', [dy, i], { axis: 1, size: 3 }),
  ),
  one('oneHot of argmax', apart(3, 4), (b, x) => b.oneHot(b.argmax(x), 4)),
];

const products: OpCase[] = [
  ...[false, true].flatMap((ta) =>
    [false, true].map((tb) =>
      two(
        `matmul${ta ? ', left transposed' : ''}${tb ? ', right transposed' : ''}`,
        [ta ? normal(2, 5, 3) : normal(2, 3, 5), tb ? normal(2, 4, 5) : normal(2, 5, 4)],
        (b, x, y) => b.matmul(x, y, { a: ta, b: tb }),
        CLOSE,
      ),
    ),
  ),
  two(
    'matmul of a batch with one matrix',
    [normal(2, 3, 5), normal(5, 4)],
    (b, x, y) => b.matmul(x, y),
    CLOSE,
  ),
  two('linear on three axes', [normal(2, 3, 5), normal(4, 5)], (b, x, w) => b.linear(x, w), CLOSE),
];

const pool3 = { kernel: [2, 3, 2], stride: [1, 2, 2], padding: [0, [1, 0], 1] } as const;
const pooling: OpCase[] = [
  one('maxPool, overlapping and padded', apart(2, 2, 4, 5, 4), (b, x) => b.maxPool(x, pool3)),
  one('maxPool that leaves a rest', apart(1, 2, 5, 5), (b, x) =>
    b.maxPool(x, { kernel: [2, 2], stride: [2, 2], padding: [0, 0] }),
  ),
  one(
    'avgPool of volumes, with the same padding on both sides',
    normal(2, 3, 5, 4, 3),
    (b, x) => b.avgPool(x, { kernel: [3, 2, 3], stride: [2, 1, 1], padding: [1, 0, 1] }),
    CLOSE,
  ),
  one('avgPool, overlapping and padded', normal(2, 2, 4, 5, 4), (b, x) => b.avgPool(x, pool3), CLOSE),
  one(
    'avgPool that leaves a rest',
    normal(1, 2, 5, 7),
    (b, x) => b.avgPool(x, { kernel: [2, 3], stride: [2, 3], padding: [0, 0] }),
    CLOSE,
  ),
];

function batchNorm(title: string, shape: readonly number[], training: boolean): OpCase {
  const [, channels = 1] = shape;
  return {
    title,
    operands: [normal(...shape), normal(channels), normal(channels), normal(channels), positive(channels)],
    build: (b, ...[x, gamma, beta, mean, variance]: Value[]) =>
      b.batchNorm(x as Value, {
        gamma: gamma as Value,
        beta: beta as Value,
        mean: mean as Value,
        variance: variance as Value,
        epsilon: 1e-3,
        momentum: 0.1,
        training,
      }),
    tolerance: 1e-5,
  };
}

const normalisation: OpCase[] = [
  batchNorm('batchNorm in training', [3, 2, 2, 3, 2], true),
  batchNorm('batchNorm in training, without spatial axes', [6, 3], true),
  batchNorm('batchNorm with running statistics', [3, 2, 4], false),
  one(
    'batchMean and batchVariance',
    normal(3, 2, 4),
    (b, x) => {
      const mean = b.node('batchMean', [x], {});
      return b.add(b.node('batchVariance', [x, mean], {}), b.square(mean));
    },
    CLOSE,
  ),
];

const composites: OpCase[] = [
  one('floor', apart(3, 4), (b, x) => b.floor(x)),
  one('groupNorm', normal(2, 4, 3, 2), (b, x) => b.groupNorm(x, 2, { epsilon: 1e-3 }), 1e-5),
  two(
    'groupNorm of a feature map, with a scale',
    [normal(2, 6, 3, 2, 4), normal(6)],
    (b, x, gamma) => b.groupNorm(x, 3, { gamma, beta: gamma, epsilon: 1e-5 }),
    1e-5,
  ),
  two(
    'instanceNorm with a scale',
    [normal(2, 3, 5), normal(3)],
    (b, x, gamma) => b.instanceNorm(x, { gamma, epsilon: 1e-3 }),
    1e-5,
  ),
  two(
    'layerNorm with a shift',
    [normal(2, 3, 4), normal(4)],
    (b, x, beta) => b.layerNorm(x, { beta, epsilon: 1e-3 }),
    1e-5,
  ),
  two(
    'convTranspose, strided, in groups',
    [normal(2, 4, 3, 2), normal(4, 3, 3, 2)],
    (b, x, w) => b.convTranspose(x, w, { stride: [2, 3], padding: [1, 0], outputPadding: [1, 0], groups: 2 }),
    CLOSE,
  ),
  two(
    'convTranspose over three axes, padded on one side and dilated',
    [normal(1, 3, 2, 3, 2), normal(3, 2, 2, 1, 3)],
    (b, x, w) =>
      b.convTranspose(x, w, { stride: [1, 2, 2], padding: [[0, 1], 0, [1, 0]], dilation: [2, 1, 1] }),
    CLOSE,
  ),
  two(
    'convTranspose over one axis',
    [normal(2, 2, 4), normal(2, 3, 4)],
    (b, x, w) => b.convTranspose(x, w, { stride: [2], padding: [1] }),
    CLOSE,
  ),
  one('maxPool over one axis', apart(2, 3, 7), (b, x) =>
    b.maxPool(x, { kernel: [3], stride: [2], padding: [1] }),
  ),
  two(
    'layerNorm over two axes',
    [normal(2, 3, 4), normal(3, 4)],
    (b, x, gamma) => b.layerNorm(x, { gamma, epsilon: 1e-3 }, 2),
    1e-5,
  ),
  one(
    'adaptiveAvgPool, up and down',
    normal(2, 2, 5, 3, 4),
    (b, x) => b.adaptiveAvgPool(x, [3, 4, 2]),
    CLOSE,
  ),
  one('adaptiveMaxPool', apart(1, 2, 5, 4), (b, x) => b.adaptiveMaxPool(x, [3, 2])),
  one('resize, linear', normal(1, 2, 3, 4, 2), (b, x) => b.resize(x, [5, 3, 4], 'linear'), CLOSE),
  one('resize, nearest', normal(2, 2, 3, 4), (b, x) => b.resize(x, [6, 3], 'nearest'), CLOSE),
  two('attention', [normal(2, 3, 4), normal(2, 3, 4)], (b, q, k) => b.attention(q, k, b.tanh(k)), CLOSE),
];

export const opCases: readonly OpCase[] = [
  ...elementwise,
  ...reductions,
  ...layout,
  ...products,
  ...convolutionCases,
  ...pooling,
  ...normalisation,
  ...composites,
];
