import { describe, expect, it } from 'vitest';
import type { Result, Strategy } from '../../src/search/strategy.js';
import { replay } from '../../src/study/replay.js';

const result = (number: number): Result => ({ number, genome: null, status: 'done', score: number });

/** Writes down what it is told and asked, and what it drew. */
function listener(): { readonly heard: string[]; readonly strategy: Strategy } {
  const heard: string[] = [];
  return {
    heard,
    strategy: {
      name: 'listener',
      ask: (number, rng) => {
        heard.push(`ask ${number}`);
        return { genome: rng.float(), parents: [], mutations: [] };
      },
      tell: ({ number }) => heard.push(`tell ${number}`),
    },
  };
}

describe('the order of asking and telling', () => {
  it('is the same whatever the order in which results arrive', () => {
    const { heard, strategy } = listener();
    const order = replay(strategy, 1, 3);
    for (const number of [0, 1, 2]) order.ask(number);
    expect(order.canAsk(3)).toBe(false);
    order.finished(result(2));
    order.finished(result(1));
    expect(order.canAsk(3)).toBe(false);
    order.finished(result(0));
    expect([3, 4, 5, 6].map((number) => order.canAsk(number))).toEqual([true, true, true, false]);
    order.ask(3);
    order.ask(4);
    expect(heard).toEqual(['ask 0', 'ask 1', 'ask 2', 'tell 0', 'ask 3', 'tell 1', 'ask 4']);
  });

  it('with a lookahead of one is strictly one after the other', () => {
    const { heard, strategy } = listener();
    const order = replay(strategy, 1, 1);
    order.ask(0);
    expect(order.canAsk(1)).toBe(false);
    order.finished(result(0));
    order.ask(1);
    expect(heard).toEqual(['ask 0', 'tell 0', 'ask 1']);
  });

  it('refuses to ask before what the decision rests on is known', () => {
    const order = replay(listener().strategy, 1, 2);
    expect(() => order.ask(2)).toThrow('the result of candidate 0, due before 2 is asked');
  });

  it('draws from a generator that depends on seed and number alone', () => {
    const drawn = (seed: number, number: number): unknown =>
      replay(listener().strategy, seed, 10).ask(number).genome;
    expect(drawn(1, 4)).toBe(drawn(1, 4));
    expect(new Set([drawn(1, 4), drawn(2, 4), drawn(1, 5)]).size).toBe(3);
  });
});
