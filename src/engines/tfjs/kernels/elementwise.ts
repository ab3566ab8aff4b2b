/**
 * Elementwise ops. At ties and kinks the gradients are those of `autodiff/elementwise-gradients.ts`.
 */
import type { OpName } from '../../../ir/ops/index.js';
import { stretch, withoutGradient, type Kernel, type Site, type T, type Tf } from './kernel.js';

const unary =
  <K extends OpName>(f: (tf: Tf, x: T) => T): Kernel<K> =>
  ({ tf, inputs: [x] }) =>
    f(tf, x);

const binary =
  <K extends OpName>(f: (tf: Tf, a: T, b: T) => T): Kernel<K> =>
  ({ tf, inputs: [a, b] }) =>
    f(tf, a, b);

const comparison =
  <K extends 'greaterEqual' | 'equal'>(f: (tf: Tf, a: T, b: T) => T): Kernel<K> =>
  ({ tf, inputs: [a, b] }) =>
    withoutGradient(tf, [a, b], () => f(tf, a, b));

/** `a` where the condition holds, else `b`; both are stretched to `shape` first. */
function choose({ tf, shape }: Pick<Site<'where'>, 'tf' | 'shape'>, condition: T, a: T, b: T): T {
  const everywhere = withoutGradient(tf, [condition], () =>
    tf.logicalAnd(condition, tf.ones([...shape], 'bool')),
  );
  return tf.where(everywhere, stretch(tf, a, shape), stretch(tf, b, shape));
}

/** True where a ≥ b; no gradient passes through it. */
const atLeast = (tf: Tf, a: T, b: T): T => withoutGradient(tf, [a, b], () => tf.greaterEqual(a, b));

/** Φ(x), the normal distribution. */
const normal = (tf: Tf, x: T): T => tf.mul(0.5, tf.add(1, tf.erf(tf.mul(x, Math.SQRT1_2))));

export const elementwise = {
  add: binary<'add'>((tf, a, b) => tf.add(a, b)),
  sub: binary<'sub'>((tf, a, b) => tf.sub(a, b)),
  mul: binary<'mul'>((tf, a, b) => tf.mul(a, b)),
  div: binary<'div'>((tf, a, b) => tf.div(a, b)),
  // TensorFlow.js's own gradients of these two do not undo a broadcast
  maximum: (({ tf, inputs: [a, b], shape }) =>
    choose({ tf, shape }, atLeast(tf, a, b), a, b)) satisfies Kernel<'maximum'>,
  minimum: (({ tf, inputs: [a, b], shape }) =>
    choose({ tf, shape }, atLeast(tf, b, a), a, b)) satisfies Kernel<'minimum'>,
  greaterEqual: comparison<'greaterEqual'>((tf, a, b) => tf.greaterEqual(a, b)),
  equal: comparison<'equal'>((tf, a, b) => tf.equal(a, b)),
  neg: unary<'neg'>((tf, x) => tf.neg(x)),
  exp: unary<'exp'>((tf, x) => tf.exp(x)),
  log: unary<'log'>((tf, x) => tf.log(x)),
  sqrt: unary<'sqrt'>((tf, x) => tf.sqrt(x)),
  reciprocal: unary<'reciprocal'>((tf, x) => tf.reciprocal(x)),
  // TensorFlow.js has the derivative −1 at 0
  floor: unary<'floor'>((tf, x) => tf.floor(x)),
  abs: (({ tf, inputs: [x], shape }) =>
    choose({ tf, shape }, atLeast(tf, x, tf.scalar(0)), x, tf.neg(x))) satisfies Kernel<'abs'>,
  square: unary<'square'>((tf, x) => tf.square(x)),
  relu: unary<'relu'>((tf, x) => tf.relu(x)),
  sigmoid: unary<'sigmoid'>((tf, x) => tf.sigmoid(x)),
  tanh: unary<'tanh'>((tf, x) => tf.tanh(x)),
  erf: unary<'erf'>((tf, x) => tf.erf(x)),
  silu: unary<'silu'>((tf, x) => tf.mul(x, tf.sigmoid(x))),
  gelu: unary<'gelu'>((tf, x) => tf.mul(x, normal(tf, x))),
  hardswish: unary<'hardswish'>((tf, x) => {
    const line = tf.add(tf.div(x, 6), 0.5);
    const inside = withoutGradient(tf, [line], () =>
      tf.logicalAnd(tf.greaterEqual(line, 0), tf.lessEqual(line, 1)),
    );
    return tf.mul(x, tf.where(inside, line, tf.step(line)));
  }),
  reluGrad: binary<'reluGrad'>((tf, y, dy) =>
    tf.mul(
      dy,
      withoutGradient(tf, [y], () => tf.step(y)),
    ),
  ),
  siluGrad: binary<'siluGrad'>((tf, x, dy) => {
    const s = tf.sigmoid(x);
    return tf.mul(dy, tf.mul(s, tf.add(1, tf.mul(x, tf.sub(1, s)))));
  }),
  geluGrad: binary<'geluGrad'>((tf, x, dy) => {
    const density = tf.mul(tf.exp(tf.mul(-0.5, tf.square(x))), 1 / Math.sqrt(2 * Math.PI));
    return tf.mul(dy, tf.add(normal(tf, x), tf.mul(x, density)));
  }),
  hardswishGrad: binary<'hardswishGrad'>((tf, x, dy) => {
    const inside = withoutGradient(tf, [x], () => tf.lessEqual(tf.abs(x), 3));
    return tf.mul(dy, tf.where(inside, tf.add(tf.div(x, 3), 0.5), tf.step(x)));
  }),
  where: (({ tf, inputs: [condition, a, b], shape }) =>
    choose({ tf, shape }, condition, a, b)) satisfies Kernel<'where'>,
  toFloat: unary<'toFloat'>((tf, x) => tf.cast(x, 'float32')),
};
