/**
 * X3D: thin, deep networks of depthwise blocks, grown axis by axis. X3D-XS, S and M are one genome (they differ in
 * the input), X3D-L another.
 *
 * Source: Feichtenhofer 2020 (arXiv 2004.04730), table 1; widths and depths after rounding, as in PyTorchVideo.
 */
import type { Architecture } from '../src/nn/architecture.js';
import { x3dBlock } from '../src/nn/blocks/index.js';
import { hiddenHead, withHead } from '../src/nn/classifier.js';
import {
  activation,
  batchNorm,
  conv3d,
  convNormAct,
  roundChannels,
  sequence,
  stack,
} from '../src/nn/layers.js';
import { listOf, ordered, record, type GenomeOf } from '../src/search/genes/index.js';
import { defineSpace, type SpaceContext } from '../src/search/space.js';

const stage = record({
  width: ordered([8, 12, 16, 24, 32, 48, 64, 96, 128, 192]),
  depth: ordered([1, 2, 3, 4, 5, 7, 10, 11, 15, 25]),
  /** Channels of the depthwise convolution over those that leave the block. */
  expansion: ordered([1.5, 2.25, 3, 4]),
  temporalKernel: ordered([1, 3, 5]),
  temporalStride: ordered([1, 2]),
  /** Channels of the squeeze over those that it gates; in every other block. */
  squeeze: ordered([0, 0.0625, 0.125]),
});

const genome = record({
  stem: ordered([8, 12, 16, 24, 32]),
  stemKernel: ordered([1, 3, 5]),
  stages: listOf(stage, { min: 2, max: 4 }),
});

type Genome = GenomeOf<typeof genome>;
type Stage = GenomeOf<typeof stage>;

function published(depths: readonly Stage['depth'][]): Genome {
  const widths = [24, 48, 96, 192] as const;
  const rest = { expansion: 2.25, temporalKernel: 3, temporalStride: 1, squeeze: 0.0625 } as const;
  const stages = widths.map((width, i) => ({ width, depth: depths[i] ?? 1, ...rest }));
  return { stem: 24, stemKernel: 5, stages };
}

function build({ stem, stemKernel, stages }: Genome, { channels }: SpaceContext): Architecture {
  let width: number = stem;
  const built = stages.map((one) => {
    const blocks = Array.from({ length: one.depth }, (_, i) => {
      const midChannels = midOf(one);
      const step = i === 0 ? 2 : 1;
      return x3dBlock({
        inChannels: i === 0 ? width : one.width,
        midChannels,
        outChannels: one.width,
        kernel: [one.temporalKernel, 3, 3],
        stride: [i === 0 ? one.temporalStride : 1, step, step],
        squeezed: one.squeeze > 0 && i % 2 === 0 ? roundChannels(midChannels * one.squeeze, 8) : 0,
      });
    });
    width = one.width;
    return stack(blocks);
  });
  return {
    name: 'x3d',
    inChannels: channels,
    encoder: sequence({
      stem: sequence({
        spatial: conv3d(channels, stem, { kernel: [1, 3, 3], stride: [1, 2, 2] }),
        temporal: conv3d(stem, stem, { kernel: [stemKernel, 1, 1], groups: stem }),
        norm: batchNorm(stem),
        act: activation('relu'),
      }),
      stages: stack(built),
    }),
    features: width,
  };
}

function midOf({ width, expansion }: Stage): number {
  return Math.round(width * expansion);
}

export const x3d = defineSpace({
  name: 'x3d',
  source: 'https://arxiv.org/abs/2004.04730',
  gene: genome,
  named: {
    'x3d-xs': published([3, 5, 11, 7]),
    'x3d-s': published([3, 5, 11, 7]),
    'x3d-m': published([3, 5, 11, 7]),
    'x3d-l': published([5, 10, 25, 15]),
  },
  build,
  classify: (value, context, classes) => {
    const encoder = build(value, context);
    const last = value.stages.at(-1);
    const wide = last === undefined ? encoder.features : midOf(last);
    const head = hiddenHead(wide, 2048, classes, { activation: 'relu', bias: false });
    return withHead(encoder, { conv: convNormAct(encoder.features, wide, 'relu'), ...head }, classes);
  },
});
