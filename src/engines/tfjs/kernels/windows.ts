/**
 * Sliding windows over `[N, D, H, W, C]`, as the slices of the input that each tap of a window meets.
 */
import type { Padding } from '../../../ir/ops/windows.js';
import { lift } from '../channels-last.js';
import { spread, stridedSlice } from './layout.js';
import type { T, Tf } from './kernel.js';

export interface Window {
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
}

/** Pads the spatial axes of `[N, D, H, W, C]`. */
export function padSpatial(tf: Tf, x: T, padding: Padding, value = 0): T {
  const none: [number, number] = [0, 0];
  const sides = lift(padding, none).map(([before, after]): [number, number] => [before, after]);
  if (sides.every(([before, after]) => before === 0 && after === 0)) return x;
  return tf.pad(x, [none, ...sides, none], value);
}

export interface Tap {
  readonly place: Place;
  /** Values that it meets for each output: `[N, D', H', W', C]`. */
  readonly values: T;
}

/** A place in a kernel: z, y, x. */
export type Place = readonly [number, number, number];

/** All places of a kernel, row-major. */
export function placesOf(kernel: readonly number[]): Place[] {
  const [depth, height, width] = lift(kernel, 1).map((extent) => Array.from({ length: extent }, (_, i) => i));
  return (depth ?? []).flatMap((z) =>
    (height ?? []).flatMap((y) => (width ?? []).map((x): Place => [z, y, x])),
  );
}

/** One entry per place of the kernel; `x` `[N, D, H, W, C]` is padded already. */
export function taps(tf: Tf, x: T, window: Window): Tap[] {
  const [n = 1, ...rest] = x.shape;
  const [spatial, channels] = [rest.slice(0, 3), rest[3] ?? 1];
  const { kernel, stride, dilation } = lifted(window);
  const outputs = spatial.map((extent, axis) => {
    const reach = (dilation[axis] ?? 1) * ((kernel[axis] ?? 1) - 1) + 1;
    return Math.floor((extent - reach) / (stride[axis] ?? 1)) + 1;
  });
  return placesOf(kernel).map((place) => {
    const starts = place.map((tap, axis) => tap * (dilation[axis] ?? 1));
    const ends = starts.map((start, axis) => start + ((outputs[axis] ?? 1) - 1) * (stride[axis] ?? 1) + 1);
    const values = stridedSlice(tf, x, [0, ...starts, 0], [n, ...ends, channels], [1, ...stride, 1]);
    return { place, values };
  });
}

export interface Untap {
  readonly place: Place;
  readonly window: Window;
  readonly padding: Padding;
  /** Spatial extents of the input, without padding. */
  readonly spatial: readonly number[];
}

/** The adjoint of a tap: `values` `[N, D', H', W', C]` at the places of the input that it meets, else zeros. */
export function untap(tf: Tf, values: T, { place, window, padding, spatial }: Untap): T {
  const { stride, dilation } = lifted(window);
  const sides = lift<readonly [number, number]>(padding, [0, 0]);
  const extents = lift(spatial, 1);
  const whole = sides.map(([before, behind], axis) => before + (extents[axis] ?? 1) + behind);
  const spaced = stride.reduce((y, step, i) => (step === 1 ? y : spread(tf, y, i + 1, step - 1)), values);
  const starts = place.map((tap, axis) => tap * (dilation[axis] ?? 1));
  const after = starts.map((start, axis) => (whole[axis] ?? 0) - start - (spaced.shape[axis + 1] ?? 0));
  const placed = tf.pad(spaced, [
    [0, 0],
    ...starts.map((start, axis): [number, number] => [start, after[axis] ?? 0]),
    [0, 0],
  ]);
  const [n = 1, channels = 1] = [values.shape[0], values.shape[4]];
  return tf.slice(placed, [0, ...sides.map(([before]) => before), 0], [n, ...extents, channels]);
}

function lifted({ kernel, stride, dilation }: Window) {
  return { kernel: lift(kernel, 1), stride: lift(stride, 1), dilation: lift(dilation, 1) };
}
