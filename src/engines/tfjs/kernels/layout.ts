/**
 * Ops that move values about. TensorFlow.js has no gradient for slices with steps and no zeros between neighbours:
 * both are made of reshapes, pads and plain slices.
 */
import { sizeOf } from '../../../core/tensor.js';
import { mutable, stretch, type Kernel, type T, type Tf } from './kernel.js';

/** `[..., extent, ...]` seen as `[outer, extent, inner]` around an axis. */
function around(shape: readonly number[], axis: number): readonly [number, number] {
  return [sizeOf(shape.slice(0, axis)), sizeOf(shape.slice(axis + 1))];
}

const withExtent = (shape: readonly number[], axis: number, extent: number): number[] =>
  shape.map((other, i) => (i === axis ? extent : other));

/** Every `step`-th slice along an axis, the first included. */
function everyNth(tf: Tf, x: T, axis: number, step: number): T {
  const extent = x.shape[axis] ?? 1;
  const kept = Math.ceil(extent / step);
  const [outer, inner] = around(x.shape, axis);
  const flat = tf.reshape(x, [outer, extent, inner]);
  const whole = tf.pad(flat, [
    [0, 0],
    [0, kept * step - extent],
    [0, 0],
  ]);
  const cut = tf.slice(tf.reshape(whole, [outer, kept, step, inner]), [0, 0, 0, 0], [outer, kept, 1, inner]);
  return tf.reshape(cut, withExtent(x.shape, axis, kept));
}

/** Cuts `starts` to `ends` (exclusive) of each axis, in positive `steps`. */
export function stridedSlice(
  tf: Tf,
  x: T,
  starts: readonly number[],
  ends: readonly number[],
  steps: readonly number[],
): T {
  const whole = tf.slice(
    x,
    mutable(starts),
    ends.map((end, axis) => end - (starts[axis] ?? 0)),
  );
  return steps.reduce((y, step, axis) => (step === 1 ? y : everyNth(tf, y, axis, step)), whole);
}

/** Puts `count` zeros between neighbours along an axis. */
export function spread(tf: Tf, x: T, axis: number, count: number): T {
  const extent = x.shape[axis] ?? 1;
  const [outer, inner] = around(x.shape, axis);
  const places = extent * (count + 1);
  const spaced = tf.pad(tf.reshape(x, [outer, extent, 1, inner]), [
    [0, 0],
    [0, 0],
    [0, count],
    [0, 0],
  ]);
  const cut = tf.slice(tf.reshape(spaced, [outer, places, inner]), [0, 0, 0], [outer, places - count, inner]);
  return tf.reshape(cut, withExtent(x.shape, axis, places - count));
}

export const layout = {
  reshape: (({ tf, inputs: [x], shape }) => tf.reshape(x, mutable(shape))) satisfies Kernel<'reshape'>,
  broadcastTo: (({ tf, inputs: [x], shape }) => stretch(tf, x, shape)) satisfies Kernel<'broadcastTo'>,
  transpose: (({ tf, inputs: [x], attributes: { permutation } }) =>
    tf.transpose(x, mutable(permutation))) satisfies Kernel<'transpose'>,
  slice: (({ tf, inputs: [x], attributes: { starts, ends, steps } }) =>
    stridedSlice(tf, x, starts, ends, steps)) satisfies Kernel<'slice'>,
  pad: (({ tf, inputs: [x], attributes: { before, after, interior } }) => {
    const spaced = interior.reduce((y, count, axis) => (count === 0 ? y : spread(tf, y, axis, count)), x);
    return tf.pad(
      spaced,
      before.map((low, axis): [number, number] => [low, after[axis] ?? 0]),
    );
  }) satisfies Kernel<'pad'>,
  concat: (({ tf, inputs, attributes: { axis } }) => tf.concat([...inputs], axis)) satisfies Kernel<'concat'>,
};
