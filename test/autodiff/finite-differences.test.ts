import { describe, expect, it } from 'vitest';
import { differentiate, gradientName } from '../../src/autodiff/differentiate.js';
import { rngOf } from '../../src/core/random.js';
import { ops } from '../../src/ir/ops/index.js';
import { prepare, type Prepared } from '../../bench/ops/op-case.js';
import { opCases } from '../../bench/ops/op-cases.js';
import { interpret } from '../../bench/ops/reference.js';

const STEP = 1e-5;
const DIRECTIONS = 4;

type Leaves = Prepared['leaves'];

function moved(leaves: Leaves, direction: Leaves, by: number): Leaves {
  return Object.fromEntries(
    Object.entries(leaves).map(([name, x]) => [
      name,
      x.map((value, i) => value + by * (direction[name]?.[i] ?? 0)),
    ]),
  );
}

describe('gradients agree with central differences in float64', () => {
  it.each(opCases)('of $title', (opCase) => {
    const { graph, weights, leaves } = prepare(opCase);
    const gradients = interpret(differentiate(graph, 'loss'), leaves);
    const loss = (at: Leaves): number => interpret(graph, at)['loss']?.data[0] ?? NaN;
    for (let k = 0; k < DIRECTIONS; k++) {
      const rng = rngOf(opCase.title, 'direction', k);
      const direction = Object.fromEntries(
        Object.entries(weights).map(([name, { data }]) => [
          name,
          Float64Array.from(data, () => rng.normal()),
        ]),
      );
      const measured =
        (loss(moved(leaves, direction, STEP)) - loss(moved(leaves, direction, -STEP))) / (2 * STEP);
      const derived = Object.entries(direction).reduce((total, [name, along]) => {
        const gradient = gradients[gradientName(name)]?.data ?? new Float64Array(0);
        return total + along.reduce((sum, value, i) => sum + value * (gradient[i] ?? NaN), 0);
      }, 0);
      expect(Math.abs(measured - derived)).toBeLessThan(1e-7 * Math.max(1, Math.abs(measured)));
    }
  });

  it('leaves no op without a case', () => {
    const covered = new Set(
      opCases.flatMap((c) => differentiate(prepare(c).graph, 'loss').nodes.map((node) => node.op)),
    );
    expect(Object.keys(ops).filter((op) => !covered.has(op as keyof typeof ops))).toEqual([]);
  });
});
