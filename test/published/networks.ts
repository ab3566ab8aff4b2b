/**
 * Tensors of published networks as their own code names and shapes them, written down from that code; without classifiers.
 */
import type { Shape } from '../../src/core/tensor.js';

export type Tensors = Readonly<Record<string, Shape>>;

function norm(name: string, channels: number): Tensors {
  const tensors = ['weight', 'bias', 'running_mean', 'running_var'].map((one) => [
    `${name}.${one}`,
    [channels],
  ]);
  return { ...(Object.fromEntries(tensors) as Tensors), [`${name}.num_batches_tracked`]: [] };
}

/** Torchvision's R3D-18, and MC3-18 with kernels within frames behind its first stage. */
export function resnet18(kernels: readonly (1 | 3)[]): Tensors {
  let tensors: Tensors = { 'stem.0.weight': [64, 3, 3, 7, 7], ...norm('stem.1', 64) };
  kernels.forEach((depth, stage) => {
    const width = 64 * 2 ** stage;
    for (const block of [0, 1]) {
      const at = `layer${stage + 1}.${block}`;
      const entering = block === 0 && stage > 0 ? width / 2 : width;
      for (const [conv, inputs] of [
        ['conv1', entering],
        ['conv2', width],
      ] as const) {
        tensors = {
          ...tensors,
          [`${at}.${conv}.0.weight`]: [width, inputs, depth, 3, 3],
          ...norm(`${at}.${conv}.1`, width),
        };
      }
      if (entering !== width) {
        tensors = {
          ...tensors,
          [`${at}.downsample.0.weight`]: [width, entering, 1, 1, 1],
          ...norm(`${at}.downsample.1`, width),
        };
      }
    }
  });
  return { ...tensors, 'fc.weight': [400, 512], 'fc.bias': [400] };
}

/** PyTorchVideo's X3D-S. */
export function x3dS(): Tensors {
  let tensors: Tensors = {
    'blocks.0.conv.conv_t.weight': [24, 3, 1, 3, 3],
    'blocks.0.conv.conv_xy.weight': [24, 1, 5, 1, 1],
    ...norm('blocks.0.norm', 24),
  };
  const stages = [
    [24, 54, 3, 8],
    [48, 108, 5, 8],
    [96, 216, 11, 16],
    [192, 432, 7, 32],
  ] as const;
  stages.forEach(([width, inner, depth, squeezed], stage) => {
    for (let block = 0; block < depth; block++) {
      const at = `blocks.${stage + 1}.res_blocks.${block}`;
      const entering = block > 0 || stage === 0 ? width : width / 2;
      tensors = {
        ...tensors,
        ...(block === 0 ? { [`${at}.branch1_conv.weight`]: [width, entering, 1, 1, 1] } : {}),
        ...(entering === width ? {} : norm(`${at}.branch1_norm`, width)),
        [`${at}.branch2.conv_a.weight`]: [inner, entering, 1, 1, 1],
        ...norm(`${at}.branch2.norm_a`, inner),
        [`${at}.branch2.conv_b.weight`]: [inner, 1, 3, 3, 3],
        ...norm(`${at}.branch2.norm_b.0`, inner),
        [`${at}.branch2.conv_c.weight`]: [width, inner, 1, 1, 1],
        ...norm(`${at}.branch2.norm_c`, width),
      };
      if (block % 2 === 0) {
        const gate = `${at}.branch2.norm_b.1.block`;
        tensors = {
          ...tensors,
          [`${gate}.0.weight`]: [squeezed, inner, 1, 1, 1],
          [`${gate}.0.bias`]: [squeezed],
          [`${gate}.2.weight`]: [inner, squeezed, 1, 1, 1],
          [`${gate}.2.bias`]: [inner],
        };
      }
    }
  });
  return { ...tensors, 'blocks.5.pool.pre_conv.weight': [432, 192, 1, 1, 1], 'blocks.5.proj.bias': [400] };
}

const [flat, cube, long] = [
  [1, 5, 5],
  [3, 3, 3],
  [5, 3, 3],
];
/** Channels that leave each stage, whether its first block is strided, channels and kernels of depthwise convolutions. */
const MOVINET_STAGES = [
  { width: 8, strided: true, blocks: [[24, flat]] },
  {
    width: 32,
    strided: true,
    blocks: [
      [80, cube],
      [80, cube],
      [80, cube],
    ],
  },
  {
    width: 56,
    strided: true,
    blocks: [
      [184, long],
      [112, cube],
      [184, cube],
    ],
  },
  {
    width: 56,
    strided: false,
    blocks: [
      [184, long],
      [184, cube],
      [184, cube],
      [184, cube],
    ],
  },
  {
    width: 104,
    strided: true,
    blocks: [
      [384, long],
      [280, flat],
      [280, flat],
      [344, flat],
    ],
  },
] as const;
const SQUEEZED: Readonly<Record<number, number>> = {
  24: 8,
  80: 24,
  112: 32,
  184: 48,
  280: 72,
  344: 88,
  384: 96,
};
/** MoViNet-A0 of MoViNet-pytorch. */
export function movinetA0(): Tensors {
  const conv = (name: string, shape: Shape): Tensors => ({
    [`${name}.conv3d.weight`]: shape,
    ...norm(`${name}.norm`, shape[0] ?? 0),
  });
  let [tensors, entering] = [conv('conv1', [8, 3, 1, 3, 3]), 8];
  MOVINET_STAGES.forEach(({ width, strided, blocks }, stage) =>
    blocks.forEach(([inner, kernel], block) => {
      const at = `blocks.b${stage}_l${block}`;
      const reduced = SQUEEZED[inner] ?? 0;
      tensors = {
        ...tensors,
        [`${at}.alpha`]: [],
        ...conv(`${at}.expand`, [inner, entering, 1, 1, 1]),
        ...conv(`${at}.deep`, [inner, 1, ...kernel]),
        [`${at}.se.fc1.weight`]: [reduced, inner, 1, 1, 1],
        [`${at}.se.fc1.bias`]: [reduced],
        [`${at}.se.fc2.weight`]: [inner, reduced, 1, 1, 1],
        [`${at}.se.fc2.bias`]: [inner],
        ...conv(`${at}.project`, [width, inner, 1, 1, 1]),
        ...(strided && block === 0 ? conv(`${at}.res.1`, [width, entering, 1, 1, 1]) : {}),
      };
      entering = width;
    }),
  );
  return { ...tensors, ...conv('conv7', [480, 104, 1, 1, 1]), 'classifier.3.bias': [600] };
}
