/**
 * Residual 3D networks whose stages choose how to factorize space and time (or slices): full 3D convolutions,
 * (2+1)D, depthwise-separable (whole or (2+1)D), bottleneck or pooling blocks, each with its own kernels, strides,
 * width, gates and shortcut.
 *
 * Small on purpose: such candidates train in seconds, and take inputs from puzzle patches of 12³ voxels to
 * clips of 32×112×112.
 */
import { z } from 'zod';
import type { Triple } from '../src/core/tensor.js';
import type { Activation, Architecture, Layer } from '../src/nn/architecture.js';
import {
  bottleneckBlock,
  convBlock,
  depthwiseFactorizedBlock,
  depthwiseSeparableBlock,
  factorizedBlock,
  poolingBlock,
} from '../src/nn/blocks/index.js';
import { NormName, withNorm, type Norm } from '../src/nn/norm.js';
import { convNormAct, roundChannels, sequence, stack } from '../src/nn/layers.js';
import { int, listOf, oneOf, ordered, record, when, type GenomeOf } from '../src/search/genes/index.js';
import { defineSpace, type SpaceContext } from '../src/search/space.js';

const stride = ordered([1, 2]);

const stem = record({
  width: ordered([8, 12, 16, 24, 32]),
  temporalKernel: ordered([1, 3, 5]),
  spatialKernel: ordered([3, 5, 7]),
  temporalStride: stride,
  spatialStride: stride,
});

const stage = record({
  block: oneOf([
    'conv3d',
    'factorized',
    'depthwise-separable',
    'depthwise-factorized',
    'bottleneck',
    'pooling',
  ]),
  depth: int(1, 4),
  width: ordered([8, 12, 16, 24, 32, 48, 64, 96]),
  temporalKernel: ordered([1, 3, 5]),
  spatialKernel: ordered([3, 5]),
  /** Temporal and spatial stride of the stage's first block. */
  temporalStride: stride,
  spatialStride: stride,
  /** Downsampling in the shortcut of the first block, if it halves the extents of slices. */
  shortcut: when({ spatialStride: [2] }, oneOf(['strided', 'pooled'])),
  /** Channels inside the block over those that enter it, or, for factorized blocks, over those that leave it. */
  expansion: when(
    { block: ['factorized', 'depthwise-separable', 'depthwise-factorized', 'pooling'] },
    ordered([1, 2, 3, 4]),
  ),
  /** Channels that leave a bottleneck over those inside it. */
  reduction: when({ block: ['bottleneck'] }, ordered([2, 4])),
  /** Channels of the squeeze over those that it gates; 0 for no squeeze and excitation. */
  squeeze: ordered([0, 0.125, 0.25]),
});

const fields = {
  activation: oneOf(['relu', 'silu', 'hardswish', 'gelu']),
  stem,
  stages: listOf(stage, { min: 2, max: 4 }),
};

const genome = record(fields);

type Genome = GenomeOf<typeof genome>;
type Stage = GenomeOf<typeof stage>;

const Options = z.strictObject({
  norm: z
    .union([
      NormName,
      z
        .array(NormName)
        .min(1)
        .refine((names) => new Set(names).size === names.length, 'different norms'),
    ])
    .default('batch')
    .describe('norm of all layers: batch, group or layer; a list of them makes it a gene'),
});

const common = {
  name: 'factorized3d',
  source:
    'Tran et al. 2018 (arXiv 1711.11248), Feichtenhofer 2020 (arXiv 2004.04730), Yu et al. 2022 (arXiv 2111.11418)',
};

export const factorized3d = defineSpace({
  ...common,
  gene: genome,
  build,
  options: Options,
  withOptions: (options) => {
    const { norm } = Options.parse(options);
    const [only = 'batch', ...others] = typeof norm === 'string' ? [norm] : norm;
    return others.length === 0 ? withFixed(only) : withGene([only, ...others]);
  },
});

/** The same genes, hence the same draws, whatever the norm. */
function withFixed(norm: Norm) {
  return defineSpace({
    ...common,
    gene: genome,
    build: (value: Genome, context: SpaceContext) => withNorm(build(value, context), norm),
  });
}

function withGene(norms: readonly Norm[]) {
  const gene = record({ ...fields, norm: oneOf(norms) });
  return defineSpace({
    ...common,
    gene,
    build: ({ norm, ...value }: GenomeOf<typeof gene>, context: SpaceContext) =>
      withNorm(build(value, context), norm),
  });
}

function build(value: Genome, { channels }: SpaceContext): Architecture {
  const { activation, stages } = value;
  let width: number = value.stem.width;
  const built = stages.map((one) => {
    const layer = buildStage(one, width, activation);
    width = one.width;
    return layer;
  });
  return {
    name: 'factorized3d',
    inChannels: channels,
    encoder: sequence({ stem: buildStem(value, channels), stages: stack(built) }),
    features: width,
  };
}

function buildStem({ stem: one, activation }: Genome, channels: number): Layer {
  const kernel: Triple = [one.temporalKernel, one.spatialKernel, one.spatialKernel];
  return convNormAct(channels, one.width, activation, { kernel, stride: strideOf(one) });
}

function buildStage(one: Stage, inChannels: number, activation: Activation): Layer {
  const blocks = Array.from({ length: one.depth }, (_, index) =>
    buildBlock(
      one,
      index === 0 ? inChannels : one.width,
      index === 0 ? strideOf(one) : [1, 1, 1],
      activation,
    ),
  );
  return stack(blocks);
}

function buildBlock(one: Stage, inChannels: number, strides: Triple, activation: Activation): Layer {
  const common = {
    inChannels,
    outChannels: one.width,
    kernel: [one.temporalKernel, one.spatialKernel, one.spatialKernel] as const,
    stride: strides,
    activation,
    squeeze: one.squeeze,
    ...(one.shortcut === undefined ? {} : { shortcut: one.shortcut }),
  };
  switch (one.block) {
    case 'conv3d':
      return convBlock(common);
    case 'factorized':
      return factorizedBlock({ ...common, midChannels: roundChannels(one.width * (one.expansion ?? 1)) });
    case 'depthwise-separable':
      return depthwiseSeparableBlock({ ...common, midChannels: inChannels * (one.expansion ?? 1) });
    case 'depthwise-factorized':
      return depthwiseFactorizedBlock({ ...common, midChannels: inChannels * (one.expansion ?? 1) });
    case 'pooling':
      return poolingBlock({ ...common, midChannels: inChannels * (one.expansion ?? 1) });
    case 'bottleneck':
      return bottleneckBlock({ ...common, midChannels: roundChannels(one.width / (one.reduction ?? 1)) });
  }
}

function strideOf(one: { readonly temporalStride: 1 | 2; readonly spatialStride: 1 | 2 }): Triple {
  return [one.temporalStride, one.spatialStride, one.spatialStride];
}
