/** What the page makes of addresses, of the stream of changes, and of rows that changed. */
import { describe, expect, it } from 'vitest';
import { merged } from '../../../src/dashboard/page/data/columns.js';
import { versionOf } from '../../../src/dashboard/page/data/events.js';
import { routeOf, selected } from '../../../src/dashboard/page/data/selection.js';
import type { CandidatesView } from '../../../src/dashboard/views/types.js';

describe('addresses', () => {
  it('name a view, a candidate and a database', () => {
    const { view, argument, query } = routeOf('#/candidate/12?db=1&experiment=a%20%26b&x=1');
    expect([view, argument]).toEqual(['candidate', '12']);
    expect(selected(query)).toEqual([
      ['db', '1'],
      ['experiment', 'a &b'],
    ]);
  });

  it('lead to the overview where they are empty, and survive what is not encoded right', () => {
    expect(routeOf('').view).toBe('overview');
    expect(routeOf('#/scores/').argument).toBeNull();
    expect(routeOf('#/candidate/%E0%A4').argument).toBe('%E0%A4');
  });
});

describe('events of the stream', () => {
  it('tell a version where they are changes', () => {
    expect(versionOf('event: change\ndata: {"version": 7}')).toBe(7);
    expect(versionOf('event:change\r\ndata: {"version":\r\ndata: 7}')).toBe(7);
  });

  it('tell nothing otherwise', () => {
    expect(versionOf(': keep alive')).toBeNull();
    expect(versionOf('event: other\ndata: {"version": 7}')).toBeNull();
    expect(versionOf('event: change\ndata: {')).toBeNull();
    expect(versionOf('event: change\ndata: {"version": "7"}')).toBeNull();
  });
});

function view(numbers: readonly number[], more: Partial<CandidatesView> = {}): CandidatesView {
  return {
    changes: { version: 1, since: null },
    numbers,
    rungs: numbers.map(() => 0),
    statuses: numbers.map(() => 'running'),
    scores: numbers.map(() => null),
    params: numbers.map((number) => number * 10),
    macs: numbers.map(() => null),
    latencies: numbers.map(() => null),
    seconds: numbers.map(() => null),
    genes: [],
    ...more,
  };
}

describe('rows that changed', () => {
  const held = view([0, 1, 2], {
    genes: [
      { name: 'norm', levels: ['batch', 'group'], values: [0, 1, null] },
      { name: 'width', levels: null, values: [8, 16, 24] },
    ],
  });

  it('take the place of older ones by number, and new ones are added in order', () => {
    const news = view([3, 1], {
      changes: { version: 2, since: 1 },
      statuses: ['running', 'done'],
      scores: [null, 0.5],
    });
    const all = merged(held, news);
    expect(all.numbers).toEqual([0, 1, 2, 3]);
    expect(all.statuses).toEqual(['running', 'done', 'running', 'running']);
    expect(all.scores).toEqual([null, 0.5, null, null]);
    expect(all.params).toEqual([0, 10, 20, 30]);
    expect(all.changes?.version).toBe(2);
  });

  it('speak of levels by their own indices', () => {
    const news = view([1, 3], {
      changes: { version: 2, since: 1 },
      genes: [{ name: 'norm', levels: ['layer', 'batch'], values: [0, 1] }],
    });
    const [norm, width] = merged(held, news).genes;
    expect(norm?.values.map((value) => (value === null ? null : norm.levels?.[value]))).toEqual([
      'batch',
      'layer',
      null,
      'batch',
    ]);
    expect(width?.values).toEqual([8, null, 24, null]);
  });

  it('turn a gene of numbers into levels where a later value is none', () => {
    const news = view([3], {
      changes: { version: 2, since: 1 },
      genes: [{ name: 'width', levels: ['auto'], values: [0] }],
    });
    const width = merged(held, news).genes.find(({ name }) => name === 'width');
    expect(width?.values.map((value) => width.levels?.[value ?? -1])).toEqual(['8', '16', '24', 'auto']);
  });

  it('replace everything where the server gives all rows', () => {
    const news = view([5], { changes: { version: 9, since: null } });
    expect(merged(held, news)).toBe(news);
  });

  it('keep the rows where none changed', () => {
    const all = merged(held, view([], { changes: { version: 4, since: 1 } }));
    expect(all.numbers).toBe(held.numbers);
    expect(all.changes?.version).toBe(4);
  });
});
