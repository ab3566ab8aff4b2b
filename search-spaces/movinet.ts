/**
 * MoViNet's base models: every block with its own kernel and expansion. MoViNet-A0 (base) is a point of it.
 *
 * Source: Kondratyuk et al. 2021 (arXiv 2103.11511), table 9 in the appendix.
 */
import type { Architecture } from '../src/nn/architecture.js';
import { movinetBlock } from '../src/nn/blocks/index.js';
import { hiddenHead, withHead } from '../src/nn/classifier.js';
import { convNormAct, sequence, stack } from '../src/nn/layers.js';
import { int, listOf, oneOf, ordered, record, type GenomeOf } from '../src/search/genes/index.js';
import { defineSpace, type SpaceContext } from '../src/search/space.js';

const block = record({
  /** Kernel `[frames, height, width]`. */
  kernel: oneOf([
    [1, 3, 3],
    [1, 5, 5],
    [3, 3, 3],
    [5, 1, 1],
    [5, 3, 3],
  ]),
  /** Channels of the depthwise convolution. */
  expand: int(16, 400, { step: 8 }),
});

const stage = record({
  width: ordered([8, 16, 24, 32, 40, 56, 72, 88, 104]),
  /** Spatial stride of the stage's first block. */
  stride: ordered([1, 2]),
  blocks: listOf(block, { min: 1, max: 6 }),
});

const genome = record({
  stem: ordered([8, 16, 24]),
  stages: listOf(stage, { min: 2, max: 5 }),
  /** Channels of the last convolution. */
  head: ordered([64, 96, 128, 192, 256, 480]),
});

type Genome = GenomeOf<typeof genome>;
type Stage = GenomeOf<typeof stage>;
type Kernel = GenomeOf<typeof block>['kernel'];

function stageOf(
  width: Stage['width'],
  stride: Stage['stride'],
  ...blocks: readonly [Kernel, number][]
): Stage {
  return { width, stride, blocks: blocks.map(([kernel, expand]) => ({ kernel, expand })) };
}

const A0: Genome = {
  stem: 8,
  stages: [
    stageOf(8, 2, [[1, 5, 5], 24]),
    stageOf(32, 2, [[3, 3, 3], 80], [[3, 3, 3], 80], [[3, 3, 3], 80]),
    stageOf(56, 2, [[5, 3, 3], 184], [[3, 3, 3], 112], [[3, 3, 3], 184]),
    stageOf(56, 1, [[5, 3, 3], 184], [[3, 3, 3], 184], [[3, 3, 3], 184], [[3, 3, 3], 184]),
    stageOf(104, 2, [[5, 3, 3], 384], [[1, 5, 5], 280], [[1, 5, 5], 280], [[1, 5, 5], 344]),
  ],
  head: 480,
};

function build({ stem, stages, head }: Genome, { channels }: SpaceContext): Architecture {
  let width: number = stem;
  const built = stages.map((one) => {
    const blocks = one.blocks.map(({ kernel, expand }, i) => {
      const step = i === 0 ? one.stride : 1;
      const layer = movinetBlock({
        inChannels: width,
        midChannels: expand,
        outChannels: one.width,
        kernel,
        stride: [1, step, step],
      });
      width = one.width;
      return layer;
    });
    return stack(blocks);
  });
  return {
    name: 'movinet',
    inChannels: channels,
    encoder: sequence({
      stem: convNormAct(channels, stem, 'hardswish', { kernel: [1, 3, 3], stride: [1, 2, 2] }),
      stages: stack(built),
      head: convNormAct(width, head, 'hardswish'),
    }),
    features: head,
  };
}

export const movinet = defineSpace({
  name: 'movinet',
  source: 'https://arxiv.org/abs/2103.11511',
  gene: genome,
  named: { 'movinet-a0': A0 },
  build,
  classify: (value, context, classes) => {
    const encoder = build(value, context);
    const head = hiddenHead(encoder.features, 2048, classes, { activation: 'hardswish', bias: true });
    return withHead(encoder, head, classes);
  },
});
