/**
 * Residual networks for video: R3D-18, MC3-18 and R(2+1)D-18 are points of it.
 *
 * Source: Tran et al. 2018 (arXiv 1711.11248); widths, strides and the (2+1)D stem as in torchvision's models.
 */
import type { Architecture, Layer } from '../src/nn/architecture.js';
import { pair, videoBasicBlock } from '../src/nn/blocks/index.js';
import { linearHead, withHead } from '../src/nn/classifier.js';
import { convNormAct, sequence, stack } from '../src/nn/layers.js';
import { int, listOf, oneOf, ordered, record, type GenomeOf } from '../src/search/genes/index.js';
import { defineSpace, type SpaceContext } from '../src/search/space.js';

const stage = record({
  convolution: oneOf(['conv3d', 'conv2d', 'conv2plus1d']),
  depth: int(1, 4),
  /** Temporal stride of the stage's first block; its spatial stride is 2 in all stages but the first. */
  temporalStride: ordered([1, 2]),
});

const genome = record({
  stem: oneOf(['conv3d', 'conv2plus1d']),
  /** Channels of the first stage; every later one doubles them. */
  width: ordered([8, 12, 16, 24, 32, 48, 64]),
  stages: listOf(stage, { min: 2, max: 4 }),
});

type Genome = GenomeOf<typeof genome>;
type Stage = GenomeOf<typeof stage>;

function eighteen(stem: Genome['stem'], convolutions: readonly Stage['convolution'][]): Genome {
  const stages = convolutions.map((convolution, i): Stage => {
    const temporalStride = i > 0 && convolution !== 'conv2d' ? 2 : 1;
    return { convolution, depth: 2, temporalStride };
  });
  return { stem, width: 64, stages };
}

function build({ stem, width, stages }: Genome, { channels }: SpaceContext): Architecture {
  const built = stages.map(({ convolution, depth, temporalStride }, i) =>
    stack(
      Array.from({ length: depth }, (_, block) => {
        const outChannels = width * 2 ** i;
        const inChannels = block > 0 || i === 0 ? outChannels : outChannels / 2;
        const step = block > 0 || i === 0 ? 1 : 2;
        const stride = [block > 0 ? 1 : temporalStride, step, step] as const;
        return videoBasicBlock({ convolution, inChannels, outChannels, stride });
      }),
    ),
  );
  return {
    name: 'video-resnet',
    inChannels: channels,
    encoder: sequence({ stem: buildStem(stem, channels, width), stages: stack(built) }),
    features: width * 2 ** (stages.length - 1),
  };
}

function buildStem(stem: Genome['stem'], channels: number, width: number): Layer {
  const kernel = [3, 7, 7] as const;
  const stride = [1, 2, 2] as const;
  if (stem === 'conv3d') return convNormAct(channels, width, 'relu', { kernel, stride });
  // 45 of 64 in the published network.
  return pair(channels, Math.round((45 / 64) * width), width, stride, kernel);
}

export const videoResnet = defineSpace({
  name: 'video-resnet',
  source: 'https://arxiv.org/abs/1711.11248',
  gene: genome,
  named: {
    'r3d-18': eighteen('conv3d', ['conv3d', 'conv3d', 'conv3d', 'conv3d']),
    'mc3-18': eighteen('conv3d', ['conv3d', 'conv2d', 'conv2d', 'conv2d']),
    'r2plus1d-18': eighteen('conv2plus1d', ['conv2plus1d', 'conv2plus1d', 'conv2plus1d', 'conv2plus1d']),
  },
  build,
  classify: (value, context, classes) => {
    const encoder = build(value, context);
    return withHead(encoder, linearHead(encoder.features, classes), classes);
  },
});
