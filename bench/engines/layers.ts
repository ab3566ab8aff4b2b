/**
 * Layers on which forms of convolutions are measured: those of small searches (crops of 10³ and 12³, eight to a scan),
 * of clips, and of larger volumes, where nothing should change.
 */
import type { Shape } from '../../src/core/tensor.js';

export interface Layer {
  readonly x: Shape;
  readonly w: Shape;
  readonly stride: Shape;
  readonly padding: readonly number[];
}

type Extents = readonly [number, number, number];

function layer(
  batch: number,
  [from, to]: readonly [number, number],
  volume: Extents,
  kernel: Extents,
  stride: Extents = [1, 1, 1],
): Layer {
  return {
    x: [batch, from, ...volume],
    w: [to, from, ...kernel],
    stride,
    padding: kernel.map((extent) => (extent - 1) / 2),
  };
}

/** With a filter of its own for each channel. */
function depthwise(
  batch: number,
  channels: number,
  volume: Extents,
  kernel: Extents,
  stride?: Extents,
): Layer {
  const whole = layer(batch, [channels, channels], volume, kernel, stride);
  return { ...whole, w: [channels, 1, ...kernel] };
}

const cube = [3, 3, 3] as const;
const plane = [1, 3, 3] as const;
const line = [3, 1, 1] as const;
const halved = [1, 2, 2] as const;
const deep = [2, 1, 1] as const;

export const layers: readonly Layer[] = [
  layer(64, [1, 24], [10, 10, 10], [1, 7, 7], halved),
  layer(64, [1, 16], [10, 10, 10], cube),
  layer(64, [24, 24], [10, 3, 3], cube),
  layer(64, [24, 24], [10, 3, 3], cube, deep),
  layer(64, [24, 24], [5, 3, 3], cube),
  layer(64, [8, 8], [10, 3, 3], cube),
  layer(64, [64, 64], [5, 2, 2], cube),
  layer(64, [32, 32], [5, 3, 3], cube),
  layer(64, [24, 8], [10, 5, 5], cube, halved),
  layer(64, [4, 4], [10, 5, 5], cube, halved),
  layer(64, [16, 8], [10, 5, 5], cube),
  layer(64, [48, 48], [5, 5, 5], cube),
  layer(64, [16, 32], [5, 5, 5], cube, [2, 2, 2]),
  layer(64, [16, 16], [10, 6, 6], cube),
  layer(64, [24, 24], [10, 3, 3], plane),
  layer(64, [32, 32], [10, 5, 5], plane),
  layer(64, [24, 24], [10, 5, 5], line),
  layer(64, [48, 48], [10, 3, 3], line, deep),
  layer(32, [16, 16], [12, 6, 6], cube),
  layer(32, [12, 24], [12, 12, 12], cube, halved),
  layer(32, [8, 8], [12, 12, 12], cube),
  layer(32, [24, 24], [6, 6, 6], plane),
  layer(32, [32, 32], [6, 6, 6], line),
  layer(8, [24, 24], [8, 14, 14], cube),
  layer(4, [16, 16], [16, 28, 28], cube),
  layer(4, [32, 48], [8, 14, 14], plane, halved),
  layer(4, [64, 64], [4, 7, 7], cube),
  layer(4, [128, 128], [2, 4, 4], cube),
  layer(4, [64, 64], [16, 28, 28], cube),
  layer(4, [32, 32], [8, 14, 14], cube),
  layer(4, [16, 32], [16, 28, 28], cube, [2, 2, 2]),
  layer(4, [16, 16], [16, 28, 28], plane),
  layer(4, [24, 48], [16, 28, 28], plane),
  layer(4, [48, 48], [8, 14, 14], plane),
  layer(4, [48, 24], [16, 28, 28], line),
  layer(4, [128, 128], [16, 14, 14], plane),
  layer(4, [256, 256], [16, 7, 7], plane),
  depthwise(64, 72, [10, 10, 10], [1, 5, 5], [2, 2, 2]),
  depthwise(64, 48, [10, 5, 5], cube),
  depthwise(64, 48, [5, 5, 5], [5, 5, 5], deep),
  depthwise(64, 72, [10, 3, 3], cube),
  depthwise(64, 64, [5, 3, 3], plane),
  depthwise(64, 24, [10, 5, 5], line),
  depthwise(32, 36, [12, 12, 12], cube, halved),
  depthwise(32, 48, [12, 6, 6], cube),
  depthwise(32, 48, [12, 6, 6], line, deep),
  depthwise(8, 96, [8, 16, 16], [5, 1, 1]),
  depthwise(8, 48, [4, 16, 16], plane),
  depthwise(4, 48, [16, 28, 28], line),
  depthwise(4, 48, [16, 28, 28], cube),
  depthwise(4, 144, [8, 14, 14], cube, [2, 2, 2]),
];
