/**
 * The 18-layer video ResNets (Tran et al. 2018, arXiv 1711.11248): R3D, MC3 and R(2+1)D. Widths 64 to 512, two basic
 * blocks each, a 3×7×7 stem; MC3 keeps 3×3×3 in its first stage only, R(2+1)D splits each convolution in two.
 */
import type { Triple } from '../../src/core/tensor.js';
import type { Architecture, Layer } from '../../src/nn/architecture.js';
import {
  activation,
  batchNorm,
  conv3d,
  convNorm,
  convNormAct,
  sequence,
  stack,
} from '../../src/nn/layers.js';

type Kind = 'r3d-18' | 'mc3-18' | 'r2plus1d-18';

const WIDTHS = [64, 128, 256, 512];
const CHANNELS = 3;

export function videoResnet(kind: Kind): Architecture {
  const stages = WIDTHS.map((width, stage) => {
    const inside = WIDTHS[stage - 1] ?? 64;
    const step: Triple = stage === 0 ? [1, 1, 1] : kind === 'mc3-18' ? [1, 2, 2] : [2, 2, 2];
    const kernel: Triple = kind === 'mc3-18' && stage > 0 ? [1, 3, 3] : [3, 3, 3];
    return stack([block(kind, inside, width, kernel, step), block(kind, width, width, kernel, [1, 1, 1])]);
  });
  return {
    name: kind,
    inChannels: CHANNELS,
    encoder: sequence({ stem: stemOf(kind), stages: stack(stages) }),
    features: 512,
  };
}

function stemOf(kind: Kind): Layer {
  if (kind !== 'r2plus1d-18')
    return convNormAct(CHANNELS, 64, 'relu', { kernel: [3, 7, 7], stride: [1, 2, 2] });
  return sequence({
    spatial: convNormAct(CHANNELS, 45, 'relu', { kernel: [1, 7, 7], stride: [1, 2, 2] }),
    temporal: convNormAct(45, 64, 'relu', { kernel: [3, 1, 1] }),
  });
}

function block(kind: Kind, inChannels: number, channels: number, kernel: Triple, stride: Triple): Layer {
  // Follows from the block's widths and serves both its convolutions, so that it has as many weights as R3D's.
  const mid = Math.floor((27 * inChannels * channels) / (9 * inChannels + 3 * channels));
  const conv = (from: number, step: Triple): Layer =>
    kind === 'r2plus1d-18'
      ? factorized(from, mid, channels, step)
      : conv3d(from, channels, { kernel, stride: step });
  const unchanged = inChannels === channels && stride.every((step) => step === 1);
  return {
    kind: 'residual',
    type: 'BasicBlock',
    summary: 'Basic residual block: two convolutions.',
    body: sequence({
      conv1: conv(inChannels, stride),
      norm1: batchNorm(channels),
      act: activation('relu'),
      conv2: conv(channels, [1, 1, 1]),
      norm2: batchNorm(channels),
    }),
    ...(unchanged ? {} : { shortcut: convNorm(inChannels, channels, { stride }) }),
    activation: 'relu',
  };
}

/** Factorized convolution: 1×3×3 to `mid` channels, then 3×1×1. */
function factorized(from: number, mid: number, to: number, [depth, height, width]: Triple): Layer {
  return sequence(
    {
      spatial: convNormAct(from, mid, 'relu', { kernel: [1, 3, 3], stride: [1, height, width] }),
      temporal: conv3d(mid, to, { kernel: [3, 1, 1], stride: [depth, 1, 1] }),
    },
    { type: 'Conv2Plus1D', summary: 'A convolution within frames, then one across them.' },
  );
}
