import { describe, expect, it } from 'vitest';
import { differentiate, gradientName } from '../../../src/autodiff/differentiate.js';
import { tensor } from '../../../src/core/tensor.js';
import { lagrangianTerm, MULTIPLIER, nextMultiplier } from '../../../src/downstream/fairness/lagrangian.js';
import { Builder } from '../../../src/ir/builder.js';
import { testedEngines } from '../../support/tested-engines.js';
import { interpret } from '../../../bench/ops/reference.js';

const constraint = { limit: 0.1, rate: 0.5 };

describe('the multiplier', () => {
  it('rises while the gap is above the limit, falls while it is below, and is never negative', () => {
    expect(nextMultiplier(0, 0.3, constraint)).toBeCloseTo(0.1, 12);
    expect(nextMultiplier(0.1, 0.3, constraint)).toBeCloseTo(0.2, 12);
    expect(nextMultiplier(0.2, 0, constraint)).toBeCloseTo(0.15, 12);
    expect(nextMultiplier(0.02, 0, constraint)).toBe(0);
  });

  it('weighs the gradient of the gap, and has none itself', () => {
    const b = new Builder();
    const gap = b.square(b.parameter('x', [], { kind: 'constant', value: 0 }));
    b.output('loss', lagrangianTerm(b, gap, constraint));
    const graph = differentiate(b.build(), 'loss');
    const told = interpret(graph, { x: Float64Array.of(2), [MULTIPLIER]: Float64Array.of(3) });
    expect(told['loss']?.data[0]).toBeCloseTo(3 * (4 - 0.1), 12);
    expect(told[gradientName('x')]?.data[0]).toBeCloseTo(3 * 2 * 2, 12);
    expect(told[gradientName(MULTIPLIER)]).toBeUndefined();
  });

  it.each(testedEngines)('follows the same rule in training by $title', async ({ engine, device }) => {
    const program = (evaluate: boolean) => {
      const b = new Builder();
      const x = b.parameter('x', [], { kind: 'constant', value: 0 });
      const gap = b.square(x);
      b.output('gap', gap);
      if (!evaluate) b.output('loss', lagrangianTerm(b, gap, constraint));
      else
        b.output(
          'multiplier',
          b.parameter(MULTIPLIER, [], { kind: 'constant', value: 0 }, { trainable: false }),
        );
      return b.build();
    };
    const session = await engine.open(
      {
        train: program(false),
        evaluate: program(true),
        optimiser: { kind: 'sgd', momentum: 0, nesterov: false, weightDecay: 0 },
      },
      { device, threads: 1 },
    );
    session.load({
      weights: { x: tensor([], Float32Array.of(1)), [MULTIPLIER]: tensor([], Float32Array.of(0)) },
    });
    const rates = Float32Array.from({ length: 40 }, () => 0.1);
    const { curves } = await session.train({}, rates);
    const found = (await session.evaluate({}))['multiplier']?.data[0];
    await session.dispose();
    const gaps = Array.from(curves['gap'] ?? []);
    expect(gaps[0]).toBe(1);
    expect(gaps.at(-1)).toBeLessThan(0.2);
    expect(found).toBeCloseTo(
      gaps.reduce((multiplier, gap) => nextMultiplier(multiplier, gap, constraint), 0),
      5,
    );
  });
});
