/**
 * Cases of convolution and its gradients: each is the kind of layer that some architecture is made of.
 */
import type { ConvOptions } from '../../src/ir/builder.js';
import type { OpCase } from './op-case.js';

const TOLERANCE = 5e-6;

function conv(title: string, x: readonly number[], w: readonly number[], options: ConvOptions): OpCase {
  return {
    title: `conv ${title}`,
    operands: [
      { shape: x, values: 'normal' },
      { shape: w, values: 'normal' },
    ],
    build: (b, input, filter) => b.conv(input, filter, options),
    tolerance: TOLERANCE,
  };
}

const unit = { stride: [1, 1, 1], padding: [1, 1, 1] } as const;
const attributes = {
  stride: [2, 1],
  padding: [
    [1, 0],
    [0, 1],
  ] as const,
  dilation: [1, 2],
  groups: 2,
};

export const convolutionCases: readonly OpCase[] = [
  conv('3×3×3', [2, 2, 4, 3, 5], [3, 2, 3, 3, 3], unit),
  conv('of one channel, as in a stem', [2, 1, 5, 6, 6], [4, 1, 3, 3, 3], {
    stride: [1, 2, 2],
    padding: [1, 1, 1],
  }),
  conv('1×3×3, the spatial half of (2+1)D', [2, 3, 3, 4, 4], [4, 3, 1, 3, 3], {
    stride: [1, 1, 1],
    padding: [0, 1, 1],
  }),
  conv('3×1×1, the temporal half of (2+1)D', [2, 3, 5, 3, 3], [4, 3, 3, 1, 1], {
    stride: [2, 1, 1],
    padding: [1, 0, 0],
  }),
  conv('1×1×1', [2, 3, 2, 3, 2], [4, 3, 1, 1, 1], { stride: [1, 1, 1], padding: [0, 0, 0] }),
  conv('1×1×1 of few places', [2, 8, 1, 2, 1], [8, 8, 1, 1, 1], { stride: [1, 1, 1], padding: [0, 0, 0] }),
  conv('1×1×1 with strides, as in a shortcut', [2, 3, 3, 4, 5], [4, 3, 1, 1, 1], {
    stride: [1, 2, 2],
    padding: [0, 0, 0],
  }),
  conv('strided 3×3×3 that leaves a rest', [1, 2, 6, 5, 4], [3, 2, 3, 3, 3], {
    stride: [2, 2, 2],
    padding: [1, 1, 1],
  }),
  conv('with a stride beyond the kernel', [1, 2, 7, 6], [2, 2, 2, 1], { stride: [3, 2], padding: [0, 0] }),
  conv('with padding beyond the kernel', [1, 2, 3, 4], [2, 2, 1, 3], { stride: [1, 2], padding: [1, 3] }),
  conv('with asymmetric padding', [2, 2, 5, 4], [3, 2, 2, 3], {
    stride: [2, 1],
    padding: [
      [0, 1],
      [2, 0],
    ],
  }),
  conv('dilated', [1, 2, 7, 6], [2, 2, 3, 2], { stride: [1, 2], padding: [2, 1], dilation: [2, 3] }),
  conv('in groups', [2, 4, 3, 4, 4], [6, 2, 3, 3, 3], { ...unit, groups: 2 }),
  conv('depthwise', [2, 4, 3, 5, 4], [4, 1, 3, 3, 3], { ...unit, groups: 4 }),
  conv('depthwise and strided', [2, 3, 4, 5, 6], [3, 1, 3, 5, 3], {
    stride: [1, 2, 2],
    padding: [1, 2, 1],
    groups: 3,
  }),
  conv('depthwise with a multiplier', [2, 3, 4, 4], [6, 1, 3, 3], {
    stride: [1, 1],
    padding: [1, 1],
    groups: 3,
  }),
  conv('of whole blocks of channels', [2, 16, 3, 5, 4], [16, 16, 3, 3, 3], unit),
  conv('of blocks, strided and dilated', [2, 16, 6, 7, 8], [16, 16, 3, 3, 3], {
    stride: [2, 2, 1],
    padding: [1, 2, [0, 2]],
    dilation: [1, 1, 2],
  }),
  conv('of blocks within planes', [2, 16, 2, 5, 6], [32, 16, 1, 3, 3], {
    stride: [1, 2, 2],
    padding: [0, 1, 1],
  }),
  conv('of blocks along the depth', [2, 32, 5, 3, 2], [16, 32, 3, 1, 1], {
    stride: [2, 1, 1],
    padding: [1, 0, 0],
  }),
  conv('of blocks along the depth, strided within planes', [2, 16, 3, 4, 5], [16, 16, 3, 1, 1], {
    stride: [1, 2, 2],
    padding: [1, 0, 0],
  }),
  conv('depthwise in blocks', [2, 12, 3, 5, 4], [12, 1, 3, 3, 3], { ...unit, groups: 12 }),
  conv('depthwise in blocks, strided', [2, 16, 5, 6, 7], [16, 1, 3, 5, 3], {
    stride: [2, 2, 2],
    padding: [1, 2, [1, 0]],
    groups: 16,
  }),
  conv('depthwise in blocks, dilated', [1, 12, 3, 4, 5], [12, 1, 3, 3, 3], {
    stride: [1, 1, 1],
    padding: [2, 1, 2],
    dilation: [2, 1, 2],
    groups: 12,
  }),
  conv('depthwise in blocks, padded on one side', [2, 12, 4, 5, 6], [12, 1, 3, 3, 3], {
    ...unit,
    padding: [
      [2, 0],
      [0, 2],
      [1, 0],
    ],
    groups: 12,
  }),
  conv('depthwise in blocks, planes padded alone', [2, 16, 4, 5, 6], [16, 1, 3, 3, 5], {
    ...unit,
    stride: [1, 1, 2],
    padding: [
      [0, 0],
      [1, 1],
      [2, 2],
    ],
    groups: 16,
  }),
  conv('depthwise in blocks, dilated and as large as before', [1, 16, 5, 6, 4], [16, 1, 3, 3, 3], {
    ...unit,
    padding: [
      [2, 2],
      [2, 2],
      [1, 1],
    ],
    dilation: [2, 2, 1],
    groups: 16,
  }),
  conv('depthwise in blocks along the depth', [2, 16, 5, 3, 2], [16, 1, 3, 1, 1], {
    stride: [1, 1, 1],
    padding: [1, 0, 0],
    groups: 16,
  }),
  conv('of a filter larger than its input', [1, 4, 2, 2, 3], [5, 4, 3, 2, 3], {
    stride: [1, 1, 1],
    padding: [1, [1, 0], [0, 1]],
  }),
  conv('of a long filter, whose outer taps see padding alone', [2, 3, 3, 4, 4], [4, 3, 9, 3, 3], {
    stride: [1, 1, 1],
    padding: [4, 1, 1],
  }),
  conv('of a long filter, strided and dilated', [1, 2, 4, 3, 5], [3, 2, 7, 3, 5], {
    stride: [2, 1, 2],
    padding: [6, 1, 4],
    dilation: [2, 1, 2],
  }),
  conv('depthwise of a long filter', [2, 4, 2, 4, 4], [4, 1, 7, 3, 3], {
    stride: [1, 1, 2],
    padding: [3, 1, 1],
    groups: 4,
  }),
  conv('depthwise along the depth, strided everywhere', [2, 4, 6, 3, 4], [4, 1, 5, 1, 1], {
    stride: [2, 2, 3],
    padding: [2, 0, 0],
    groups: 4,
  }),
  conv('depthwise with padding beyond the kernel', [1, 3, 4, 4, 3], [3, 1, 2, 3, 1], {
    stride: [1, 2, 1],
    padding: [2, 1, 1],
    groups: 3,
  }),
  conv('over one axis', [2, 3, 9], [4, 3, 3], { stride: [2], padding: [1] }),
  {
    title: 'convInputGrad as an op of its own',
    operands: [
      { shape: [2, 4, 3, 4], values: 'normal' },
      { shape: [4, 1, 3, 2], values: 'normal' },
    ],
    build: (b, dy, w) => b.node('convInputGrad', [dy, w], { ...attributes, inputShape: [2, 2, 6, 5] }),
    tolerance: TOLERANCE,
  },
  {
    title: 'convFilterGrad as an op of its own',
    operands: [
      { shape: [2, 2, 6, 5], values: 'normal' },
      { shape: [2, 4, 3, 4], values: 'normal' },
    ],
    build: (b, x, dy) => b.node('convFilterGrad', [x, dy], { ...attributes, filterShape: [4, 1, 3, 2] }),
    tolerance: TOLERANCE,
  },
];
