import { describe, expect, it } from 'vitest';
import {
  boundedMean,
  differenceOf,
  groupedShare,
  pairedDifference,
  studentInterval,
  wilson,
  type Group,
  type Interval,
} from '../../../src/core/statistics/intervals.js';
import { rngOf, type Rng } from '../../../src/core/random.js';

const close = ([low, high]: Interval, [a, b]: Interval, digits = 4): void => {
  expect(low).toBeCloseTo(a, digits);
  expect(high).toBeCloseTo(b, digits);
};

describe('the interval of a share', () => {
  it('is that of Wilson, as Newcombe published it (1998, Statistics in Medicine 17:857, table I, method 3)', () => {
    close(wilson(81, 263), [0.2553, 0.3662]);
    close(wilson(15, 148), [0.0624, 0.1605]);
    close(wilson(0, 20), [0, 0.1611]);
    close(wilson(1, 29), [0.0061, 0.1718]);
  });

  it('stays within 0 and 1, and says nothing without trials', () => {
    expect(wilson(0, 3)[0]).toBe(0);
    expect(wilson(3, 3)[1]).toBe(1);
    expect(wilson(0, 0)).toEqual([0, 1]);
  });

  it('holds the true share about 95 times in 100', () => {
    const held = heldIn(4000, (rng) => {
      const hits = Array.from({ length: 30 }, () => rng.bool(0.3)).filter(Boolean).length;
      return holds(wilson(hits, 30), 0.3);
    });
    expect(held).toBeGreaterThan(0.93);
    expect(held).toBeLessThan(0.97);
  });
});

describe('the interval of a difference of shares', () => {
  it('is that of Newcombe, as published (1998, Statistics in Medicine 17:873, table II, method 10)', () => {
    const difference = (a: number, m: number, b: number, n: number): Interval =>
      differenceOf({ value: a / m, interval: wilson(a, m) }, { value: b / n, interval: wilson(b, n) });
    close(difference(56, 70, 48, 80), [0.0524, 0.3339]);
    close(difference(9, 10, 3, 10), [0.1705, 0.809]);
    close(difference(6, 7, 2, 7), [0.0582, 0.8062]);
    close(difference(5, 56, 0, 29), [-0.0381, 0.1926]);
    close(difference(0, 10, 0, 20), [-0.1611, 0.2775]);
    close(difference(0, 10, 0, 10), [-0.2775, 0.2775]);
    close(difference(10, 10, 0, 20), [0.6791, 1]);
    close(difference(10, 10, 0, 10), [0.6075, 1]);
  });
});

describe('the interval of a mean of paired differences', () => {
  it('is that of Student, and keeps within what differences of shares can be', () => {
    const leads = [0.1, 0.2, 0.15, 0.3];
    expect(pairedDifference(leads)).toEqual(studentInterval(leads));
    const wide = [0.9, 1, 0.2];
    expect(studentInterval(wide)[1]).toBeGreaterThan(1);
    expect(pairedDifference(wide)).toEqual([studentInterval(wide)[0], 1]);
    expect(pairedDifference([0.5])).toEqual([-1, 1]);
  });
});

describe("Student's interval of a mean", () => {
  it('is as wide as the tabulated quantile makes it, and without limits for a single value', () => {
    close(studentInterval([1, 2, 3]), [2 - 4.303 / Math.sqrt(3), 2 + 4.303 / Math.sqrt(3)], 3);
    expect(studentInterval([1])).toEqual([-Infinity, Infinity]);
  });
});

describe('the interval of a share over groups', () => {
  it('stays within 0 and 1 where those of Student do not', () => {
    const scores = [0.96, 1, 1];
    expect(studentInterval(scores)[1]).toBeGreaterThan(1);
    const [, high] = boundedMean(scores, [0, 1], 300);
    expect(high).toBeLessThanOrEqual(1);
    expect(high).toBeGreaterThan(0.987);
  });

  it('is never of no width, also where all groups agree', () => {
    const [low, high] = groupedShare([1, 1, 1, 1].map(() => ({ sum: 5, count: 5 })));
    expect(low).toBeLessThan(0.9);
    expect(high).toBe(1);
    const [a, b] = boundedMean([0.5, 0.5, 0.5], [0, 1], 100);
    expect(b - a).toBeGreaterThan(0.1);
  });

  it('is near to that of Student far from the ends', () => {
    const scores = [0.48, 0.55, 0.5, 0.52, 0.46];
    close(boundedMean(scores, [0, 1], 1e6), studentInterval(scores), 2);
    close(
      boundedMean(
        scores.map((score) => 2 * score - 1),
        [-1, 1],
        1e6,
      ),
      studentInterval(scores.map((score) => 2 * score - 1)),
      1,
    );
  });

  it('is Student’s where a value leaves the bounds, and says nothing of a single group', () => {
    expect(boundedMean([20, 30], [0, 1], 10)).toEqual(studentInterval([20, 30]));
    expect(groupedShare([{ sum: 3, count: 4 }])).toEqual([0, 1]);
  });

  // Groups have shares of their own; how alike members of a group are is the intraclass correlation.
  it.each([
    { groups: 20, count: 10, share: 0.5, correlation: 0.1 },
    { groups: 20, count: 10, share: 0.9, correlation: 0.1 },
    { groups: 20, count: 10, share: 0.97, correlation: 0.05 },
    { groups: 20, count: 10, share: 0.9, correlation: 0.3 },
    { groups: 8, count: 20, share: 0.8, correlation: 0.1 },
    { groups: 5, count: 100, share: 0.9, correlation: 0.01 },
    { groups: 3, count: 100, share: 0.98, correlation: 0.01 },
    { groups: 3, count: 100, share: 0.5, correlation: 0.02 },
  ])(
    'holds the true share about 95 times in 100: $share, $groups groups of $count, correlation $correlation',
    ({ groups, count, share, correlation }) => {
      let left = 0;
      const held = heldIn(2000, (rng) => {
        const sample = Array.from({ length: groups }, () => drawGroup(rng, count, share, correlation));
        const interval = groupedShare(sample);
        if (interval[0] < 0 || interval[1] > 1) left++;
        return holds(interval, share);
      });
      expect(left).toBe(0);
      // Above its level near the ends, where there are only a few misses to count.
      // Two standard errors of the simulation, and two points for strong correlation near the ends.
      expect(held).toBeGreaterThan(0.92);
      expect(held).toBeLessThan(0.98);
    },
  );

  it('holds it more often than that of independent trials, which takes crops of a patient for patients', () => {
    const setting = [10, 0.8, 0.3] as const;
    const naive = heldIn(2000, (rng) => {
      const sample = Array.from({ length: 20 }, () => drawGroup(rng, ...setting));
      return holds(
        wilson(
          sample.reduce((sum, group) => sum + group.sum, 0),
          200,
        ),
        setting[1],
      );
    });
    expect(naive).toBeLessThan(0.85);
  });
});

/** The share of trials in which an interval holds the truth. */
function heldIn(trials: number, trial: (rng: Rng) => boolean): number {
  let held = 0;
  for (let i = 0; i < trials; i++) if (trial(rngOf('intervals', i))) held++;
  return held / trials;
}

function holds([low, high]: Interval, truth: number): boolean {
  return low <= truth && truth <= high;
}

/**
 * A group of a beta-binomial: with probability `correlation` a member repeats one drawn before it (Pólya's urn), else it is
 * drawn with probability `share`.
 */
function drawGroup(rng: Rng, count: number, share: number, correlation: number): Group {
  const weight = (1 - correlation) / correlation;
  let sum = 0;
  for (let i = 0; i < count; i++) if (rng.bool((weight * share + sum) / (weight + i))) sum++;
  return { sum, count };
}
