/**
 * Twelve fixed genomes of factorized3d: three dense, three (2+1)D, three depthwise-separable and two bottleneck
 * networks, and one that mixes them. They never change, so that results can be compared over time.
 */
type Block = 'conv3d' | 'factorized' | 'depthwise-separable' | 'bottleneck';
type Extents = readonly [temporal: number, spatial: number];

interface StageOptions {
  readonly depth?: number;
  readonly kernel?: Extents;
  readonly stride?: Extents;
  readonly expansion?: number;
  readonly reduction?: number;
  readonly squeeze?: number;
}

function stage(block: Block, width: number, options: StageOptions = {}): object {
  const { depth = 2, kernel = [3, 3], stride = [1, 2], squeeze = 0 } = options;
  const inner =
    block === 'bottleneck'
      ? { reduction: options.reduction ?? 2 }
      : block === 'conv3d'
        ? {}
        : { expansion: options.expansion ?? 2 };
  const extents = { temporalKernel: kernel[0], spatialKernel: kernel[1] };
  const steps = { temporalStride: stride[0], spatialStride: stride[1] };
  return { block, depth, width, ...extents, ...steps, ...inner, squeeze };
}

function genome(activation: 'relu' | 'silu' | 'hardswish', width: number, stages: readonly object[]): object {
  const stem = { width, temporalKernel: 3, spatialKernel: 3, temporalStride: 1, spatialStride: 2 };
  return { activation, stem, stages };
}

const [dense, split, depthwise, narrow] = [
  'conv3d',
  'factorized',
  'depthwise-separable',
  'bottleneck',
] as const;
const whole = { stride: [1, 1] } as const;
const halved = { stride: [2, 2] } as const;

export const genomes: Readonly<Record<string, object>> = {
  'dense-16': genome('relu', 16, [
    stage(dense, 16, whole),
    stage(dense, 32, halved),
    stage(dense, 64, halved),
  ]),
  'dense-32': genome('relu', 32, [stage(dense, 32, whole), stage(dense, 64, halved)]),
  'dense-wide-kernel': genome('silu', 16, [
    stage(dense, 24, { kernel: [3, 5] }),
    stage(dense, 48, { ...halved, squeeze: 0.25 }),
  ]),
  'factorized-24': genome('relu', 24, [
    stage(split, 24, { ...whole, expansion: 2 }),
    stage(split, 48, halved),
    stage(split, 64, { ...halved, depth: 1 }),
  ]),
  'factorized-narrow': genome('silu', 12, [
    stage(split, 16, { ...whole, expansion: 1 }),
    stage(split, 32, { ...halved, expansion: 1 }),
  ]),
  'factorized-long': genome('hardswish', 16, [
    stage(split, 16, { ...whole, kernel: [5, 3] }),
    stage(split, 32, { ...halved, kernel: [5, 3], squeeze: 0.25 }),
  ]),
  'depthwise-24': genome('relu', 24, [
    stage(depthwise, 24, { ...whole, expansion: 2 }),
    stage(depthwise, 48, { ...halved, expansion: 3 }),
    stage(depthwise, 64, { ...halved, expansion: 3 }),
  ]),
  'depthwise-gated': genome('silu', 16, [
    stage(depthwise, 24, { expansion: 3, squeeze: 0.25 }),
    stage(depthwise, 48, { ...halved, expansion: 3, squeeze: 0.25 }),
  ]),
  'depthwise-wide-kernel': genome('hardswish', 16, [
    stage(depthwise, 16, { ...whole, kernel: [3, 5], expansion: 1 }),
    stage(depthwise, 32, { ...halved, kernel: [3, 5], expansion: 2 }),
  ]),
  'bottleneck-32': genome('relu', 32, [stage(narrow, 32, whole), stage(narrow, 64, { ...halved, depth: 3 })]),
  'bottleneck-narrow': genome('silu', 16, [
    stage(narrow, 48, { reduction: 4, squeeze: 0.125 }),
    stage(narrow, 64, { ...halved, reduction: 4, depth: 3 }),
  ]),
  mixed: genome('silu', 16, [
    stage(dense, 16, whole),
    stage(split, 32, halved),
    stage(depthwise, 48, { ...halved, expansion: 3, squeeze: 0.25 }),
    stage(narrow, 64, { ...halved, depth: 1 }),
  ]),
};
