/**
 * Gradients of elementwise ops. A comment above each rule states the derivative.
 */
import type { Builder } from '../ir/builder.js';
import type { Value } from '../ir/graph.js';
import {
  notDifferentiable,
  unbroadcast,
  zeroGradient,
  type GradientRule,
  type Pullback,
  type Site,
} from './rule.js';

/** Rule for y = f(x): `chain` builds dy · f'(x). */
function unary<K extends UnaryName>(
  chain: (b: Builder, dy: Value, x: Value, y: Value) => Value,
): GradientRule<K> {
  return ({ b, inputs: [x], y, dy }) => [() => chain(b, dy, x, y)];
}

type UnaryName =
  | 'neg'
  | 'exp'
  | 'log'
  | 'sqrt'
  | 'reciprocal'
  | 'abs'
  | 'square'
  | 'relu'
  | 'sigmoid'
  | 'tanh'
  | 'erf'
  | 'silu'
  | 'gelu'
  | 'hardswish';

type Operand = (b: Builder, dy: Value, a: Value, c: Value) => Value;

/** Rule for y = f(a, c), which broadcasts: the gradient for each operand, summed over broadcast axes afterwards. */
function binary<K extends 'add' | 'sub' | 'mul' | 'div' | 'maximum' | 'minimum'>(
  forA: Operand,
  forC: Operand,
): GradientRule<K> {
  return ({ b, inputs: [a, c], dy }: Site<K>): Pullback[] => [
    () => unbroadcast(b, forA(b, dy, a, c), a.shape),
    () => unbroadcast(b, forC(b, dy, a, c), c.shape),
  ];
}

const SECOND = notDifferentiable('second derivatives of activations are not needed by any training program');
const STEP = zeroGradient('piecewise constant: its derivative is 0 wherever it exists');

export const elementwiseGradients = {
  // d(a + c) = da + dc
  add: binary<'add'>(
    (_, dy) => dy,
    (_, dy) => dy,
  ),
  // d(a − c) = da − dc
  sub: binary<'sub'>(
    (_, dy) => dy,
    (b, dy) => b.neg(dy),
  ),
  // d(a · c) = c · da + a · dc
  mul: binary<'mul'>(
    (b, dy, _, c) => b.mul(dy, c),
    (b, dy, a) => b.mul(dy, a),
  ),
  // d(a / c) = da / c − a / c² · dc
  div: binary<'div'>(
    (b, dy, _, c) => b.div(dy, c),
    (b, dy, a, c) => b.neg(b.div(b.mul(dy, a), b.square(c))),
  ),
  // max(a, c) follows the greater; a where they are equal
  maximum: binary<'maximum'>(
    (b, dy, a, c) => b.where(b.greaterEqual(a, c), dy, b.scalar(0)),
    (b, dy, a, c) => b.where(b.greaterEqual(a, c), b.scalar(0), dy),
  ),
  // min(a, c) follows the smaller; a where they are equal
  minimum: binary<'minimum'>(
    (b, dy, a, c) => b.where(b.greaterEqual(c, a), dy, b.scalar(0)),
    (b, dy, a, c) => b.where(b.greaterEqual(c, a), b.scalar(0), dy),
  ),
  greaterEqual: STEP,
  equal: STEP,
  // d(−x) = −dx
  neg: unary<'neg'>((b, dy) => b.neg(dy)),
  // d exp(x) = exp(x) dx
  exp: unary<'exp'>((b, dy, _, y) => b.mul(dy, y)),
  // d log(x) = dx / x
  log: unary<'log'>((b, dy, x) => b.div(dy, x)),
  // d √x = dx / (2 √x)
  sqrt: unary<'sqrt'>((b, dy, _, y) => b.div(b.mul(dy, b.scalar(0.5)), y)),
  // d(1 / x) = −dx / x²
  reciprocal: unary<'reciprocal'>((b, dy, _, y) => b.neg(b.mul(dy, b.square(y)))),
  // d|x| = sign(x) dx; 1 at 0
  abs: unary<'abs'>((b, dy, x) => b.where(b.greaterEqual(x, b.scalar(0)), dy, b.neg(dy))),
  floor: STEP,
  // d x² = 2x dx
  square: unary<'square'>((b, dy, x) => b.mul(dy, b.mul(x, b.scalar(2)))),
  // d relu(x) = dx where x > 0, else 0
  relu: unary<'relu'>((b, dy, _, y) => b.node('reluGrad', [y, dy], {})),
  // dσ = σ (1 − σ) dx
  sigmoid: unary<'sigmoid'>((b, dy, _, y) => b.mul(dy, b.mul(y, b.sub(b.scalar(1), y)))),
  // d tanh = (1 − tanh²) dx
  tanh: unary<'tanh'>((b, dy, _, y) => b.mul(dy, b.sub(b.scalar(1), b.square(y)))),
  // d erf(x) = 2/√π · exp(−x²) dx
  erf: unary<'erf'>((b, dy, x) =>
    b.mul(dy, b.mul(b.exp(b.neg(b.square(x))), b.scalar(2 / Math.sqrt(Math.PI)))),
  ),
  // d(x σ) = σ (1 + x (1 − σ)) dx
  silu: unary<'silu'>((b, dy, x) => b.node('siluGrad', [x, dy], {})),
  // d(x Φ) = (Φ + x φ) dx
  gelu: unary<'gelu'>((b, dy, x) => b.node('geluGrad', [x, dy], {})),
  // d(x clip(x / 6 + 1/2, 0, 1)) = (x / 3 + 1/2) dx where nothing is clipped
  hardswish: unary<'hardswish'>((b, dy, x) => b.node('hardswishGrad', [x, dy], {})),
  // linear in dy, with a mask that is constant almost everywhere
  reluGrad: (({ b, inputs: [y], dy }) => [
    null,
    () => b.node('reluGrad', [y, dy], {}),
  ]) satisfies GradientRule<'reluGrad'>,
  siluGrad: SECOND,
  geluGrad: SECOND,
  hardswishGrad: SECOND,
  // d where(c, a, b) = where(c, da, db)
  where: (({ b, inputs: [condition, a, c], dy }) => [
    null,
    () => unbroadcast(b, b.where(condition, dy, b.scalar(0)), a.shape),
    () => unbroadcast(b, b.where(condition, b.scalar(0), dy), c.shape),
  ]) satisfies GradientRule<'where'>,
  toFloat: zeroGradient('its operand is boolean or integer'),
};
