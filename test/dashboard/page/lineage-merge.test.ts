import { describe, expect, it } from 'vitest';
import { mergedLineage } from '../../../src/dashboard/page/lineage/merge.js';
import type { LineageView } from '../../../src/dashboard/views/types.js';

const operator = (kind: string) => ({
  kind,
  gene: 'width',
  trials: 1,
  successes: 1,
  rate: { value: 1, interval: null },
  meanGain: { value: 0, interval: null },
});

function view(
  numbers: readonly number[],
  since: number | null,
  operators: readonly string[],
  operatorOf: (number: number) => string | null,
  scoreOf: (number: number) => number | null,
): LineageView {
  return {
    changes: { version: (since ?? 0) + 1, since },
    numbers,
    parents: numbers.map((number) => (number === 0 ? null : 0)),
    others: numbers.map(() => null),
    roles: numbers.map((number) => (number === 0 ? null : 'parent')),
    generations: numbers.map((number) => Math.min(1, number)),
    scores: numbers.map(scoreOf),
    gains: numbers.map(() => null),
    operator: numbers.map((number) => {
      const kind = operatorOf(number);
      return kind === null ? null : operators.indexOf(kind);
    }),
    operators: operators.map(operator),
    winnerPath: [0],
  };
}

const kindOf = (number: number): string | null =>
  number === 0 ? null : number % 2 === 0 ? 'step' : 'insert';

describe('lineage that comes by and by', () => {
  const scored = (number: number) => number / 10;
  const held = view([0, 1, 2, 4], null, ['step', 'insert'], kindOf, (n) => (n < 2 ? scored(n) : null));

  it('equals what is given whole: changed rows, new ones, one between others, and operators in another order', () => {
    const news = view([2, 3, 4, 5, 6], 1, ['insert', 'remove', 'step'], kindOf, scored);
    const whole = view([0, 1, 2, 3, 4, 5, 6], 1, ['insert', 'remove', 'step'], kindOf, scored);
    expect(mergedLineage(held, news)).toEqual(whole);
  });

  it('appends to what is held without touching it', () => {
    const before = structuredClone(held);
    const news = view([5], 1, ['step', 'insert'], kindOf, scored);
    expect(mergedLineage(held, news).numbers).toEqual([0, 1, 2, 4, 5]);
    expect(held).toEqual(before);
  });

  it('is replaced where all rows are given', () => {
    const news = view([0, 1], null, [], () => null, scored);
    expect(mergedLineage(held, news)).toBe(news);
  });
});
