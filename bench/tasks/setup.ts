/**
 * Setup shared by all measured tasks: one encoder, one budget, options that fit the scans.
 */
import type { Architecture } from '../../src/nn/architecture.js';
import { convBlock, convNormAct, stack } from '../../src/nn/index.js';
import { TrainingOptions } from '../../src/pretrain/options.js';

/** A small residual encoder; about 0.2 M parameters, stride 4. */
export function benchEncoder(channels: number): Architecture {
  const block = (inChannels: number, outChannels: number, stride: 1 | 2) =>
    convBlock({
      inChannels,
      outChannels,
      kernel: [3, 3, 3],
      stride: [stride, stride, stride],
      activation: 'relu',
      squeeze: 0,
    });
  const stem = convNormAct(channels, 16, 'relu', { kernel: [3, 3, 3], stride: [2, 2, 2] });
  return {
    name: 'bench',
    inChannels: channels,
    encoder: stack([stem, block(16, 32, 2), block(32, 48, 1)]),
    features: 48,
  };
}

/** Options of tasks whose default crops are larger than slabs and small scans. */
export const benchOptions: Readonly<Record<string, object>> = {
  rpl3d: { patch: 10 },
  cpc3d: { patch: 10 },
  multi: {
    tasks: [
      { name: 'jigsaw3d', options: { patch: 12 } },
      { name: 'rotation3d', options: {} },
      { name: 'mae3d', options: {} },
    ],
  },
};

/**
 * Tasks that are measured on cine clips. `order` is not: breathing is symmetric in time, and clips of lungs change too
 * little within half a second; it is measured on slabs of volumes, from feet to head.
 */
export const ofFilms: readonly string[] = ['pace'];

export function benchTraining(steps: number): TrainingOptions {
  return TrainingOptions.parse({ steps, batch: 8, learningRate: 3e-3, evaluationBatches: 24 });
}
