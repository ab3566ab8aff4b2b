/**
 * Special functions in 32-bit floats on each engine, against closed forms and series in doubles.
 */
import { describe, expect, it } from 'vitest';
import { differentiate, gradientName } from '../../src/autodiff/differentiate.js';
import { present } from '../../src/core/errors.js';
import { tensor } from '../../src/core/tensor.js';
import { Builder } from '../../src/ir/builder.js';
import type { Value } from '../../src/ir/graph.js';
import { testedEngines, type TestedEngine } from '../support/tested-engines.js';

const EULER = 0.5772156649015329;

/** ψ(x) = Σ over k of 1 / (k + 1) − 1 / (k + x), less γ: by recurrence up to where two terms of the asymptotic series do. */
function digammaInDoubles(x: number): number {
  let sum = 0;
  let at = x;
  for (; at < 1000; at += 1) sum -= 1 / at;
  return sum + Math.log(at) - 1 / (2 * at) - 1 / (12 * at ** 2) + 1 / (120 * at ** 4);
}

/** log Γ(x) near 1 and 2 by its Taylor series around 2, elsewhere by recurrence and Stirling's series. */
function lgammaInDoubles(x: number): number {
  if (Math.abs(x - 2) <= 0.5) return around2(x - 2);
  if (Math.abs(x - 1) <= 0.5) return around2(x - 1) - Math.log1p(x - 1);
  let product = 0;
  let at = x;
  for (; at < 1000; at += 1) product += Math.log(at);
  return (
    (at - 0.5) * Math.log(at) - at + Math.log(2 * Math.PI) / 2 + 1 / (12 * at) - 1 / (360 * at ** 3) - product
  );
}

/** (1 − γ) t + Σ (−1)ᵏ (ζ(k) − 1) tᵏ / k. */
function around2(t: number): number {
  let sum = (1 - EULER) * t;
  for (let k = 2; k < 60; k++) {
    let zeta = 0;
    for (let n = 200; n >= 2; n--) zeta += n ** -k;
    // The rest beyond 200 by Euler and Maclaurin.
    zeta += 200.5 ** (1 - k) / (k - 1) - (k / 24) * 200.5 ** (-k - 1);
    sum += ((-1) ** k * zeta * t ** k) / k;
  }
  return sum;
}

/** The function and its derivative at each x, in 32-bit floats on an engine. */
async function on(
  { engine, device }: TestedEngine,
  build: (b: Builder, x: Value) => Value,
  at: readonly number[],
): Promise<{
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly slope: readonly number[];
}> {
  const b = new Builder();
  const y = build(b, b.parameter('x', [at.length], { kind: 'constant', value: 0 }));
  b.output('y', y);
  b.output('loss', b.reduceSum(y, [0]));
  const x = Float32Array.from(at);
  const graph = differentiate(b.build(), 'loss');
  const run = await engine.openInference(graph, { x: tensor([at.length], x) }, { device, threads: 1 });
  const found = await run.run({});
  await run.dispose();
  const listed = (key: string): number[] => [...present(found[key], key).data];
  return { x: [...x], y: listed('y'), slope: listed(gradientName('x')) };
}

function worst(found: readonly number[], expected: readonly number[]): number {
  return Math.max(
    ...found.map((one, i) => Math.abs(one - (expected[i] ?? NaN)) / Math.abs(expected[i] ?? NaN)),
  );
}

const decades = Array.from({ length: 1200 }, (_, i) => 10 ** (-3 + i / 100));
const nearZeros = [1, 2, 1.4616321449683622].flatMap((zero) =>
  [-1, 1].flatMap((side) => [0.3, 0.1, 1e-2, 1e-3, 1e-4, 1e-6].map((by) => zero + side * by)),
);
const between = Array.from({ length: 400 }, (_, i) => 0.5 + i / 100);
const range = [...decades, ...nearZeros, ...between].filter(
  (x) => Math.fround(x) !== 1 && Math.fround(x) !== 2,
);

describe('the doubles that engines are compared with', () => {
  it('have the values of the closed forms', () => {
    expect(lgammaInDoubles(11)).toBeCloseTo(Math.log(3_628_800), 10);
    expect(lgammaInDoubles(0.5)).toBeCloseTo(Math.log(Math.PI) / 2, 10);
    expect(lgammaInDoubles(1.5)).toBeCloseTo(Math.log(Math.PI) / 2 - Math.LN2, 10);
    expect(digammaInDoubles(1)).toBeCloseTo(-EULER, 10);
    expect(digammaInDoubles(0.5)).toBeCloseTo(-EULER - 2 * Math.LN2, 10);
    expect(digammaInDoubles(4)).toBeCloseTo(1 + 1 / 2 + 1 / 3 - EULER, 10);
  });
});

describe.each(testedEngines)('special functions by $title', (place) => {
  it('are log Γ within 5e-6 from a thousandth to a milliard, also near its zeros at 1 and 2', async () => {
    const { x, y } = await on(place, (b, v) => b.lgamma(v), range);
    expect(worst(y, x.map(lgammaInDoubles))).toBeLessThan(5e-6);
    expect((await on(place, (b, v) => b.lgamma(v), [1, 2])).y.map(Math.abs)).toEqual([0, 0]);
  });

  it('are digamma within 5e-6 from a thousandth to a milliard, also near its zero', async () => {
    const { x, y } = await on(place, (b, v) => b.digamma(v), range);
    expect(worst(y, x.map(digammaInDoubles))).toBeLessThan(5e-6);
  });

  it('have digamma for the derivative of log Γ', async () => {
    const { x, slope } = await on(
      place,
      (b, v) => b.lgamma(v),
      [0.3, 0.99, 1, 1.2, 2, 2.999, 3, 3.001, 40, 1e6],
    );
    x.forEach((one, i) =>
      expect(Math.abs((slope[i] ?? NaN) - digammaInDoubles(one)), `${one}`).toBeLessThan(
        1e-5 * Math.max(1, Math.abs(digammaInDoubles(one))),
      ),
    );
  });

  it('are softplus and its logarithm without overflow, and the slope 1/2 at 0', async () => {
    const at = [-80, -25, -20, -3, -1e-4, 0, 1e-4, 2, 30, 1000];
    const soft = await on(place, (b, v) => b.softplus(v), at);
    const exact = soft.x.map((x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))));
    expect(worst(soft.y, exact)).toBeLessThan(1e-6);
    const sigmoids = soft.x.map((x) => 1 / (1 + Math.exp(-x)));
    expect(worst(soft.slope, sigmoids)).toBeLessThan(1e-5);
    expect(soft.slope[5]).toBeCloseTo(0.5, 6);
    const logs = await on(place, (b, v) => b.logSoftplus(v), [-1000, ...at.slice(0, -1)]);
    expect(worst(logs.y, [-1000, ...exact.slice(0, -1).map(Math.log)])).toBeLessThan(1e-6);
    expect(logs.slope.every(Number.isFinite)).toBe(true);
    expect(logs.slope[0]).toBe(1);
  });

  it('are log Σ exp of large numbers, with shares that sum to 1 as slopes, also at ties', async () => {
    const { y, slope } = await on(
      place,
      (b, v) => b.logSumExp(b.reshape(v, [2, 3])),
      [1000, 1000, 999, -1e9, -500, -1e9],
    );
    expect(y[0]).toBeCloseTo(1000 + Math.log(2 + Math.exp(-1)), 3);
    expect(y[1]).toBeCloseTo(-500, 3);
    const expected = [1, 1, Math.exp(-1)].map((one) => one / (2 + Math.exp(-1)));
    [...expected, 0, 1, 0].forEach((one, i) => expect(slope[i]).toBeCloseTo(one, 5));
  });
});
