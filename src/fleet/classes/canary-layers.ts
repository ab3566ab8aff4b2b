/**
 * The convolutions of the canary: between them they take every form that convolutions and their gradients take in searches
 * (docs/engines.md), with kernels for 8 and for 16 channels at once. The forms of each are named after what decides them:
 * filter, stride, channels, extents.
 */
export interface CanaryLayer {
  readonly name: string;
  /** `[N, C, D, H, W]`. */
  readonly input: readonly [number, number, number, number, number];
  readonly channels: number;
  readonly kernel: readonly [number, number, number];
  readonly stride: readonly [number, number, number];
  readonly groups: number;
  readonly activation: 'relu' | 'silu' | 'gelu' | 'hardswish' | 'sigmoid' | 'tanh';
}

type Row = readonly [
  name: string,
  input: CanaryLayer['input'],
  channels: number,
  kernel: CanaryLayer['kernel'],
  stride: CanaryLayer['stride'],
  groups: number,
  activation: CanaryLayer['activation'],
];

const ONCE = [1, 1, 1] as const;

const rows: readonly Row[] = [
  ['stem', [2, 1, 8, 32, 32], 16, [3, 7, 7], [2, 2, 2], 1, 'relu'],
  ['wideStem', [2, 8, 8, 16, 16], 16, [3, 7, 7], ONCE, 1, 'silu'],
  ['temporalStem', [4, 1, 16, 32, 32], 8, [5, 1, 1], ONCE, 1, 'relu'],
  ['full', [2, 8, 8, 16, 16], 8, [3, 3, 3], ONCE, 1, 'gelu'],
  ['fullSmall', [4, 16, 3, 5, 5], 16, [5, 3, 3], ONCE, 1, 'relu'],
  ['many', [32, 16, 2, 5, 5], 16, [3, 3, 3], ONCE, 1, 'relu'],
  ['lines', [2, 8, 4, 8, 8], 16, [5, 3, 3], ONCE, 1, 'hardswish'],
  ['narrow', [2, 6, 4, 8, 8], 6, [5, 3, 3], ONCE, 1, 'tanh'],
  ['strided', [4, 6, 12, 24, 24], 6, [5, 3, 3], [1, 2, 2], 1, 'relu'],
  ['depthStrided', [4, 8, 8, 32, 32], 8, [1, 5, 5], [2, 1, 1], 1, 'relu'],
  ['spatial', [4, 24, 4, 10, 10], 24, [1, 3, 3], ONCE, 1, 'silu'],
  ['temporal', [2, 16, 3, 5, 5], 16, [3, 1, 1], ONCE, 1, 'relu'],
  ['temporalStrided', [2, 48, 3, 5, 5], 48, [5, 1, 1], [2, 2, 2], 1, 'sigmoid'],
  ['pointwise', [4, 24, 4, 8, 8], 48, [1, 1, 1], ONCE, 1, 'relu'],
  ['shortcut', [4, 16, 4, 8, 8], 32, [1, 1, 1], [1, 2, 2], 1, 'relu'],
  ['depthwise', [4, 48, 8, 8, 8], 48, [3, 1, 1], ONCE, 48, 'hardswish'],
  ['depthwiseWide', [4, 32, 6, 16, 16], 32, [3, 5, 5], [2, 2, 2], 32, 'relu'],
  ['depthwiseSmall', [4, 24, 3, 6, 6], 24, [3, 3, 3], ONCE, 24, 'silu'],
  ['depthwiseVolume', [4, 48, 6, 8, 8], 48, [3, 3, 3], ONCE, 48, 'relu'],
  ['depthwiseStrided', [2, 16, 3, 5, 5], 16, [1, 3, 3], [2, 2, 2], 16, 'gelu'],
  ['depthwiseTemporal', [4, 24, 3, 6, 6], 24, [3, 1, 1], ONCE, 24, 'relu'],
  ['depthwisePlanes', [4, 24, 3, 5, 5], 24, [1, 3, 3], [1, 2, 2], 24, 'relu'],
  ['late', [2, 32, 1, 2, 2], 32, [3, 3, 3], ONCE, 1, 'relu'],
  ['latePointwise', [4, 48, 1, 2, 2], 96, [1, 1, 1], ONCE, 1, 'silu'],
  ['grouped', [2, 16, 4, 6, 6], 16, [3, 3, 3], ONCE, 4, 'relu'],
];

export const canaryLayers: readonly CanaryLayer[] = rows.map(
  ([name, input, channels, kernel, stride, groups, activation]) => ({
    name,
    input,
    channels,
    kernel,
    stride,
    groups,
    activation,
  }),
);
