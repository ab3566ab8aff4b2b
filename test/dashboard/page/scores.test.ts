/** Fronts, running best, limits of parallel coordinates, and rows as CSV. */
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { layoutOf, placeOf, spanAt } from '../../../src/dashboard/page/overview/timeline-layout.js';
import { shortened } from '../../../src/dashboard/page/scores/draw-parallel.js';
import { frontOf } from '../../../src/dashboard/page/scores/front.js';
import { parallelAxes, within } from '../../../src/dashboard/page/scores/parallel.js';
import { runningBest } from '../../../src/dashboard/page/scores/score-plot.js';
import { csv } from '../../../src/dashboard/page/shared/csv.js';
import { estimate, grouped, name, share } from '../../../src/dashboard/page/shared/format.js';
import { rngOf } from '../../../src/core/random.js';
import type { CandidatesView, TimelineSpan } from '../../../src/dashboard/views/types.js';

describe('texts', () => {
  it('are shortened so that as many as possible stay different', () => {
    const names = [
      'bottleneck+conv3d+factorized',
      'bottleneck+depthwise+factorized',
      'bottleneck+conv3d+pooling',
      'relu',
    ];
    const short = shortened(names, 14);
    expect(new Set(short).size).toBe(4);
    expect(short.every((text) => text.length <= 14)).toBe(true);
    expect(short[3]).toBe('relu');
    expect(shortened(['same', 'same'], 3)).toHaveLength(2);
  });

  it('write estimates with as many digits throughout, shares in per cent, and long numbers in threes', () => {
    expect(estimate({ value: 1.09e-4, interval: [0, 0.0364] })).toBe('0.000 (0.000 to 0.036)');
    expect(estimate({ value: 0.5, interval: null }, 2)).toBe('0.50');
    expect(estimate(null)).toBe('–');
    expect(share({ value: 0.5, interval: [0.0945, 0.906] })).toBe('50 % (9.4 % to 91 %)');
    expect(grouped('812548096 exceed 300000000, 12345 do not')).toBe(
      '812\u202f548\u202f096 exceed 300\u202f000\u202f000, 12345 do not',
    );
  });
});

describe('the Pareto front', () => {
  it('holds exactly those that no other beats', () => {
    const rng = rngOf('front', 1);
    const x = Array.from({ length: 60 }, () => rng.int(12));
    const y = Array.from({ length: 60 }, (_, index) => (index % 10 === 0 ? NaN : rng.int(12)));
    const members = x.map((_, index) => index);
    for (const signs of [
      [1, -1],
      [1, 1],
      [-1, -1],
    ] as const) {
      const better = (a: number, b: number) => {
        const [dx, dy] = [signs[0] * (x[a]! - x[b]!), signs[1] * (y[a]! - y[b]!)];
        return dx <= 0 && dy <= 0 && (dx < 0 || dy < 0 || a < b);
      };
      const expected = members.filter(
        (one) => !Number.isNaN(y[one]) && !members.some((other) => other !== one && better(other, one)),
      );
      expect([...frontOf(members, x, y, signs)].sort((a, b) => a - b)).toEqual(expected);
    }
  });
});

describe('the highest score so far', () => {
  it('rises in steps and goes on to the last candidate', () => {
    expect(runningBest([0, 1, 2, 3, 4], [0.1, null, 0.3, 0.2, null])).toEqual([
      0, 0.1, 2, 0.1, 2, 0.3, 4, 0.3,
    ]);
    expect(runningBest([0, 1], [null, null])).toEqual([]);
  });
});

const CANDIDATES: CandidatesView = {
  numbers: [0, 1, 2, 3],
  rungs: [0, 0, 0, 0],
  statuses: ['done', 'done', 'done', 'failed'],
  scores: [0.3, 0.1, 0.2, null],
  params: [1, 2, 3, 4],
  macs: [null, null, null, null],
  latencies: [null, null, null, null],
  seconds: [1, 1, 1, 1],
  genes: [
    { name: 'same', levels: ['a'], values: [0, 0, 0, 0] },
    { name: 'norm', levels: ['batch', 'group'], values: [0, 1, 1, 0] },
    { name: 'width', levels: null, values: [8, 16, null, 8] },
  ],
};

describe('parallel coordinates', () => {
  const axes = parallelAxes(CANDIDATES, 'accuracy');

  it('have an axis for each gene that differs, and one for the score', () => {
    expect(axes.map((axis) => axis.name)).toEqual(['norm', 'width', 'accuracy']);
  });

  it('keep candidates within all limits, the highest score last', () => {
    expect(within(CANDIDATES, axes, {}, 10)).toEqual({ shown: [1, 2, 0], all: 3 });
    expect(within(CANDIDATES, axes, { norm: [1, 1] }, 10).shown).toEqual([1, 2]);
    expect(within(CANDIDATES, axes, { norm: [1, 1], width: [0, 20] }, 10).shown).toEqual([1]);
    expect(within(CANDIDATES, axes, {}, 2)).toEqual({ shown: [2, 0], all: 3 });
  });

  it('keep of many the highest scores, the later ones of equals', () => {
    const rng = rngOf('within', 1);
    for (const [size, most, levels] of [
      [3000, 100, 40],
      [3000, 100, 1e9],
      [500, 100, 1],
    ] as const) {
      const scores = Array.from({ length: size }, () => (rng.bool(0.1) ? null : rng.int(levels) - 3));
      const scored = [...scores.keys()].filter((index) => scores[index] !== null);
      const ordered = scored.toSorted((a, b) => scores[a]! - scores[b]! || a - b);
      expect(within({ ...CANDIDATES, scores }, [], {}, most)).toEqual({
        shown: ordered.slice(-most),
        all: scored.length,
      });
    }
  });
});

describe('the timeline', () => {
  const span = (
    worker: string,
    end: number,
    seconds: number,
    processorClass: string | null,
    slot = 0,
  ): TimelineSpan => ({
    worker,
    slot,
    processorClass,
    number: end,
    purpose: 'search',
    end,
    seconds,
  });
  const layout = layoutOf([span('b', 10, 4, 'x'), span('a', 12, 2, 'y'), span('c', 8, 8, 'x')]);

  it('has a row for each worker, those of one class together', () => {
    expect(layout.lanes.map(({ worker }) => worker)).toEqual(['b', 'c', 'a']);
    expect([layout.from, layout.to]).toEqual([0, 12]);
  });

  it('gives what a worker did at once rows of their own', () => {
    const two = layoutOf([span('a', 10, 10, null), span('a', 9, 8, null, 1), span('b', 4, 4, null)]);
    expect(two.lanes.map(({ worker, slot }) => `${worker}${slot}`)).toEqual(['a0', 'a1', 'b0']);
    const [first, second] = two.spans.map((one) => placeOf(two, one, 800)[1]);
    expect(first).not.toBe(second);
  });

  it('finds the evaluation that is drawn at a place', () => {
    for (const [index, one] of layout.spans.entries()) {
      const [x, y, width, height] = placeOf(layout, one, 800);
      expect(spanAt(layout, [x + width / 2, y + height / 2], 800)).toBe(index);
    }
    expect(spanAt(layout, [799, 5], 800)).toBeNull();
  });
});

describe('rows as CSV', () => {
  it('are read back by another program as they were', () => {
    const rows = [
      ['a,b', 1.5, null],
      ['say "x"\nand y', -2, true],
    ] as const;
    const read = parse(csv(['name', 'value', 'more'], rows));
    expect(read).toEqual([
      ['name', 'value', 'more'],
      ['a,b', '1.5', ''],
      ['say "x"\nand y', '-2', 'true'],
    ]);
  });

  it('hold no formula of a name', () => {
    expect(csv(['name'], [['=HYPERLINK("x")'], ['-3']])).toBe('name\r\n"\'=HYPERLINK(""x"")"\r\n-3\r\n');
  });
});

describe('a name', () => {
  it('is cut to its length, its marks of direction and controls made visible', () => {
    expect(name('a\u202eb\u0000c')).toBe('a□b□c');
    expect(name('x'.repeat(10_000))).toHaveLength(59);
  });
});
