import { describe, expect, it } from 'vitest';
import type { Result, SelectiveStrategy, Strategy } from '../../src/search/strategy.js';
import type { CurveRule } from '../../src/study/curve-stopping.js';
import { missingFrom, replay, strategyOfStudy } from '../../src/study/replay.js';

const rule: CurveRule = { curve: 'validation/accuracy', quantile: 0.5, atLeast: 3 };

const result = (number: number): Result => ({ number, genome: null, status: 'done', score: number });

/** Writes down what it is told and asked, and what it drew. */
function listener(): { readonly heard: string[]; readonly strategy: Strategy } {
  const heard: string[] = [];
  return {
    heard,
    strategy: {
      kind: 'sequential',
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
    expect(order.next(9)).toBe(undefined);
    order.finished(result(2));
    order.finished(result(1));
    expect(order.next(9)).toBe(undefined);
    order.finished(result(0));
    expect([3, 4, 5, 6].map((number) => order.lacks(number))).toEqual([undefined, undefined, undefined, 3]);
    expect(order.next(3)).toBe(undefined);
    for (const number of [3, 4]) {
      expect(order.next(9)).toBe(number);
      order.ask(number);
    }
    expect(heard).toEqual(['ask 0', 'ask 1', 'ask 2', 'tell 0', 'ask 3', 'tell 1', 'ask 4']);
  });

  it('with a lookahead of one is strictly one after the other', () => {
    const { heard, strategy } = listener();
    const order = replay(strategy, 1, 1);
    order.ask(0);
    expect(order.next(9)).toBe(undefined);
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

describe('a strategy that needs few results', () => {
  /** Number i rests on number i − 3 alone, and on i − 4 where that is even. */
  const picky: SelectiveStrategy = {
    kind: 'selective',
    name: 'picky',
    needs: (number) => [number - 3, ...(number % 2 === 0 ? [number - 4] : [])].filter((one) => one >= 0),
    ask: (number, rng, needed) => ({
      genome: [number, rng.float(), ...needed.map(({ score }) => score)],
      parents: [],
      mutations: [],
    }),
  };

  it('is asked about all that rest on what is known, the lowest first, whoever else is under way', () => {
    const order = replay(picky, 1, 3);
    for (const number of [0, 1, 2]) {
      expect(order.next(9)).toBe(number);
      order.ask(number);
    }
    expect(order.next(9)).toBe(undefined);
    order.finished(result(2));
    expect(order.next(9)).toBe(5);
    expect(order.next(5)).toBe(undefined);
    order.ask(5);
    order.finished(result(1));
    // 4 rests on 0 as well.
    expect(order.next(9)).toBe(undefined);
    expect(order.lacks(4)).toBe(0);
    order.finished(result(0));
    expect(order.next(9)).toBe(3);
    order.ask(3);
    expect(order.next(9)).toBe(4);
  });

  it('is handed the same results, whatever the order in which they arrive', () => {
    const genomes = (arrivals: readonly number[]): unknown => {
      const order = replay(picky, 1, 3);
      const decided = new Map<number, unknown>();
      const decide = (): void => {
        for (let number = order.next(9); number !== undefined; number = order.next(9)) {
          decided.set(number, order.ask(number).genome);
        }
      };
      decide();
      for (const arrival of arrivals) {
        expect(decided.has(arrival)).toBe(true);
        order.finished(result(arrival));
        decide();
      }
      return [...decided].sort(([a], [b]) => a - b);
    };
    const expected = genomes([0, 1, 2, 3, 4, 5]);
    expect(genomes([2, 5, 1, 0, 3, 4])).toEqual(expected);
    expect(expected).toHaveLength(9);
  });

  it('goes on from a log with gaps, and says which candidate a log lacks', () => {
    const order = replay(picky, 1, 3);
    order.finished(result(2));
    for (const number of [0, 1, 2, 5]) order.decided(number);
    expect(missingFrom(order, [0, 1, 2, 5])).toBe(undefined);
    expect(order.next(9)).toBe(undefined);
    order.finished(result(0));
    expect(order.next(9)).toBe(3);
    expect(missingFrom(order, [0, 2, 5, 6])).toBe(3);
  });

  it('is asked in order where trainings end by their curves', () => {
    const order = replay(strategyOfStudy(picky, rule), 1, 3);
    expect(order.inOrder).toBe(true);
    for (const number of [0, 1, 2]) order.ask(number);
    order.finished(result(2));
    expect(order.next(9)).toBe(undefined);
  });
});
