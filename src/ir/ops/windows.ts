/**
 * Sliding windows over spatial axes, shared by convolution and pooling.
 */
import type { Shape } from '../../core/tensor.js';
import { fail, show } from './op.js';

/** Zero padding `[before, after]` of each spatial axis. */
export type Padding = readonly (readonly [number, number])[];

export interface Window {
  /** Kernel extent of each spatial axis. */
  readonly kernel: Shape;
  readonly stride: Shape;
  readonly padding: Padding;
  readonly dilation: Shape;
}

/** Spatial extents after a window slides over `spatial`; throws if it does not fit. */
export function windowOutput(op: string, spatial: Shape, window: Window): Shape {
  const rank = spatial.length;
  for (const [name, list] of Object.entries(window)) {
    const extents = list as readonly unknown[];
    if (extents.length !== rank) fail(op, `${name} needs ${rank} entries, got ${extents.length}`);
  }
  return spatial.map((extent, axis) => {
    const [before, after] = window.padding[axis] ?? [0, 0];
    const reach = (window.dilation[axis] ?? 1) * ((window.kernel[axis] ?? 1) - 1) + 1;
    const stride = window.stride[axis] ?? 1;
    if (before < 0 || after < 0) fail(op, `padding must not be negative, got [${before}, ${after}]`);
    if (stride < 1) fail(op, `stride must be positive, got ${show(window.stride)}`);
    const room = extent + before + after - reach;
    if (room < 0) {
      fail(
        op,
        `a window reaching ${reach} does not fit axis ${axis} of ${show(spatial)} padded by [${before}, ${after}]`,
      );
    }
    return Math.floor(room / stride) + 1;
  });
}
