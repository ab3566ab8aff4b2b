/**
 * Random numbers as part of the graph: a counter-based generator, so that every engine, thread count and resumed run
 * draws the same numbers.
 *
 * Each value is a hash of (seed, step, purpose, position). Engines share no integer arithmetic beyond 32-bit
 * floats, so the hash works modulo the prime 1019: all products stay below 2²⁴ and are exact, and cubing permutes the
 * residues (3 does not divide 1018). Two words, each fed into the other, give 2²⁰ levels.
 *
 * Seed and step are states of the program. The trainer draws the seed like any initial weight; each training step
 * advances the step. Both are saved with the weights, so that a resumed run continues where it stopped.
 */
import type { Shape } from '../core/tensor.js';
import type { Value } from './graph.js';
import type { OpBuilder } from './op-builder.js';

const PRIME = 1019;
const SEED = 'random.seed';
const STEP = 'random.step';

type Words = readonly [Value, Value];

/** Uniform numbers in (0, 1) of this shape; `purpose` distinguishes the draws of one step. */
export function uniformRandom(b: OpBuilder, shape: Shape, purpose: string): Value {
  let words = mix(b, mix(b, start(b, purpose), digits(b, SEED)), stepDigits(b));
  // Positions enter axis by axis, so that only the last axis is computed at full size.
  shape.forEach((extent, axis) => {
    const along = shape.map((_, i) => (i === axis ? extent : 1));
    const place = (of: (i: number) => number): Value =>
      b.constant(
        along,
        Array.from({ length: extent }, (_, i) => of(i)),
      );
    words = mix(b, words, [place((i) => i % PRIME), place((i) => (Math.floor(i / PRIME) + 7) % PRIME)]);
  });
  const [high, low] = mix(b, words, [b.scalar(0), b.scalar(0)]);
  const level = b.add(b.mul(high, b.scalar(PRIME)), low);
  return b.mul(b.add(level, b.scalar(0.5)), b.scalar(1 / PRIME ** 2));
}

/** Dropout mask: 1 / (1 − rate) with probability 1 − rate, else 0. */
export function dropoutMask(b: OpBuilder, shape: Shape, rate: number, purpose: string): Value {
  if (!(rate >= 0 && rate < 1)) throw new Error(`dropout: the rate must be in [0, 1), got ${rate}`);
  const kept = b.greaterEqual(uniformRandom(b, shape, purpose), b.scalar(rate));
  return b.mul(b.toFloat(kept), b.scalar(1 / (1 - rate)));
}

/** Hashes the pair `[a, b]` into the words by two rounds of (u, v) ← ((u + a)³ + v, (v + b)³ + u). */
function mix(b: OpBuilder, [u, v]: Words, [first, second]: Words): Words {
  let words: Words = [b.add(u, first), b.add(v, second)];
  for (const constant of [151, 463]) {
    const [x, y] = words;
    const high = residue(b, b.add(b.add(cubed(b, residue(b, x)), y), b.scalar(constant)));
    const low = residue(
      b,
      b.add(b.add(cubed(b, residue(b, y)), b.mul(high, b.scalar(37))), b.scalar(constant)),
    );
    words = [high, low];
  }
  return words;
}

function cubed(b: OpBuilder, x: Value): Value {
  return residue(b, b.mul(residue(b, b.square(x)), x));
}

/** x mod 1019 of a whole number below 2²⁰; the half keeps the quotient away from whole numbers. */
function residue(b: OpBuilder, x: Value): Value {
  const quotient = b.floor(b.mul(b.add(x, b.scalar(0.5)), b.scalar(1 / PRIME)));
  return b.sub(x, b.mul(quotient, b.scalar(PRIME)));
}

/** FNV-1a of the purpose, as two words. */
function start(b: OpBuilder, purpose: string): Words {
  let hash = 0x811c9dc5;
  for (const character of purpose) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return [b.scalar(hash % PRIME), b.scalar(Math.floor(hash / PRIME) % PRIME)];
}

/** Words of the seed, from two numbers in [−1, 1) as the trainer draws them. */
function digits(b: OpBuilder, name: string): Words {
  const drawn = b.parameter(
    name,
    [2],
    { kind: 'uniform', bound: 1 },
    { trainable: false, shared: true, scoped: false },
  );
  const whole = b.floor(b.mul(b.add(drawn, b.scalar(1)), b.scalar((PRIME - 1) / 2)));
  return pair(b, whole);
}

/** The step's two digits to base 1019; declares the state and its advance if nobody did yet. */
function stepDigits(b: OpBuilder): Words {
  const zero = { kind: 'constant', value: 0 } as const;
  const step = b.parameter(STEP, [2], zero, { trainable: false, shared: true, scoped: false });
  if (b.latest(STEP).id === step.id) {
    const [low, high] = pair(b, step);
    const next = b.add(low, b.scalar(1));
    const carry = b.toFloat(b.greaterEqual(next, b.scalar(PRIME)));
    const digit = (value: Value): Value => b.reshape(value, [1]);
    b.update(
      STEP,
      b.concat([digit(b.sub(next, b.mul(carry, b.scalar(PRIME)))), digit(residue(b, b.add(high, carry)))], 0),
    );
  }
  return pair(b, step);
}

function pair(b: OpBuilder, two: Value): Words {
  const one = (i: number): Value => b.reshape(b.slice(two, [i], [i + 1]), []);
  return [one(0), one(1)];
}
