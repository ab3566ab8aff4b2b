/**
 * Networks in which every block mixes convolutions of its own temporal extents, in the manner of EvaNet.
 *
 * Source: Piergiovanni, Angelova, Toshev and Ryoo 2019 (arXiv 1811.10636).
 */
import type { Architecture } from '../src/nn/architecture.js';
import { mixtureBlock } from '../src/nn/blocks/index.js';
import { convNormAct, roundChannels, sequence, stack } from '../src/nn/layers.js';
import { listOf, ordered, record, type GenomeOf } from '../src/search/genes/index.js';
import { defineSpace } from '../src/search/space.js';

const block = record({
  /** Temporal extents of the parallel convolutions. */
  temporalKernels: listOf(ordered([1, 3, 5, 7, 9, 11]), { min: 1, max: 4 }),
  spatialKernel: ordered([1, 3, 5]),
});

const stage = record({
  width: ordered([16, 24, 32, 48, 64, 96]),
  temporalStride: ordered([1, 2]),
  blocks: listOf(block, { min: 1, max: 4 }),
});

const genome = record({
  stem: ordered([8, 12, 16, 24, 32]),
  stages: listOf(stage, { min: 2, max: 4 }),
});

type Genome = GenomeOf<typeof genome>;

export const evanet = defineSpace({
  name: 'evanet',
  source: 'https://arxiv.org/abs/1811.10636',
  gene: genome,
  build: ({ stem, stages }: Genome, { channels }): Architecture => {
    let width: number = stem;
    const built = stages.map((one) => {
      const blocks = one.blocks.map(({ temporalKernels, spatialKernel }, i) => {
        const step = i === 0 ? 2 : 1;
        const layer = mixtureBlock({
          inChannels: width,
          midChannels: roundChannels(one.width / 4),
          outChannels: one.width,
          kernels: temporalKernels.map((extent) => [extent, spatialKernel, spatialKernel] as const),
          stride: [i === 0 ? one.temporalStride : 1, step, step],
        });
        width = one.width;
        return layer;
      });
      return stack(blocks);
    });
    return {
      name: 'evanet',
      inChannels: channels,
      encoder: sequence({
        stem: convNormAct(channels, stem, 'relu', { kernel: [3, 3, 3] }),
        stages: stack(built),
      }),
      features: width,
    };
  },
});
