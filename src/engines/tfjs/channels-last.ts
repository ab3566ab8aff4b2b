/**
 * Between the graph's layout, `[N, C, ...spatial]` with 1 to 3 spatial axes, and TensorFlow.js's `[N, D, H, W, C]`.
 * Missing spatial axes come first, with extent 1.
 */
import type { Shape } from '../../core/tensor.js';
import type { T, Tf } from './kernels/kernel.js';

/** A list per spatial axis, with `filler` for those that are missing. */
export function lift<V>(perAxis: readonly V[], filler: V): readonly [V, V, V] {
  return [...Array.from({ length: 3 - perAxis.length }, () => filler), ...perAxis] as unknown as [V, V, V];
}

/** `[N, C, ...spatial]` → `[N, D, H, W, C]`. */
export function toChannelsLast(tf: Tf, x: T): T {
  const [n = 1, c = 1, ...spatial] = x.shape;
  return tf.transpose(tf.reshape(x, [n, c, ...lift(spatial, 1)]), [0, 2, 3, 4, 1]);
}

/** `[N, D, H, W, C]` → `[N, C, ...]` of the shape that is asked for. */
export function fromChannelsLast(tf: Tf, y: T, shape: Shape): T {
  return tf.reshape(tf.transpose(y, [0, 4, 1, 2, 3]), [...shape]);
}

/** Filter `[O, I, ...kernel]` → `[KD, KH, KW, I, O]`. */
export function filterToChannelsLast(tf: Tf, w: T): T {
  const [o = 1, i = 1, ...kernel] = w.shape;
  return tf.transpose(tf.reshape(w, [o, i, ...lift(kernel, 1)]), [2, 3, 4, 1, 0]);
}
