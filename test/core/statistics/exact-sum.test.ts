import { describe, expect, it } from 'vitest';
import { rngOf } from '../../../src/core/random.js';
import { ExactSum } from '../../../src/core/statistics/exact-sum.js';

/** A finite number as an exact fraction of 2^1074. */
function exact(value: number): bigint {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const exponent = Number((bits >> 52n) & 0x7ffn);
  const mantissa = (bits & 0xfffffffffffffn) | (exponent === 0 ? 0n : 1n << 52n);
  const size = mantissa << BigInt(Math.max(0, exponent - 1));
  return bits >> 63n === 1n ? -size : size;
}

/** True if no other number is nearer to `sum`, in units of 2^-1074. */
function isNearest(value: number, sum: bigint): boolean {
  const distance = (of: number): bigint => {
    const off = exact(of) - sum;
    return off < 0n ? -off : off;
  };
  const step = Math.max(Math.abs(value) * 2 ** -53, Number.MIN_VALUE);
  return [value - step, value + step, value - 2 * step, value + 2 * step].every(
    (other) => other === value || distance(value) <= distance(other),
  );
}

describe('an exact sum', () => {
  it.each([
    [[], 0],
    [[0.1, 0.2, 0.3], 0.6],
    [Array.from({ length: 10 }, () => 0.1), 1],
    [[1e100, 1, -1e100], 1],
    // Half-way cases, as in the tests of Python's math.fsum.
    [[1, 2 ** -53], 1],
    [[1, 2 ** -53, 2 ** -106], 1 + 2 ** -52],
    [[1 + 2 ** -52, 2 ** -53], 1 + 2 ** -51],
    [[1 + 2 ** -52, 2 ** -53, -(2 ** -106)], 1 + 2 ** -52],
  ])('of %j is %d', (values, expected) => {
    const sum = new ExactSum();
    for (const value of values) sum.add(value);
    expect(sum.value).toBe(expected);
  });

  it('is the number nearest to the sum of fractions, in whatever order they are added', () => {
    const rng = rngOf('exact sum');
    for (let round = 0; round < 50; round++) {
      const values = Array.from({ length: 40 }, () => (rng.float() - 0.5) * 2 ** (rng.int(81) - 40));
      const [forth, back] = [new ExactSum(), new ExactSum()];
      for (const value of values) forth.add(value);
      for (const value of [...values].reverse()) back.add(value);
      expect(back.value).toBe(forth.value);
      const whole = values.reduce((total, value) => total + exact(value), 0n);
      expect(isNearest(forth.value, whole)).toBe(true);
    }
  });

  it('takes products and other sums with a factor without rounding them', () => {
    const rng = rngOf('exact products');
    for (let round = 0; round < 50; round++) {
      const values = Array.from({ length: 20 }, () => rng.float() - 0.3);
      const factor = rng.float() - 0.5;
      const [squares, scaled] = [new ExactSum(), new ExactSum()];
      for (const value of values) squares.addProduct(value, value);
      scaled.addScaled(factor, squares);
      const unit = 1n << 1074n;
      const whole = values.reduce((total, value) => total + exact(value) ** 2n, 0n);
      expect(isNearest(squares.value, whole / unit)).toBe(true);
      expect(isNearest(scaled.value, (whole * exact(factor)) / unit ** 2n)).toBe(true);
    }
  });
});
