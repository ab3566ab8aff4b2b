import { describe, expect, it } from 'vitest';
import { rngOf } from '../../../src/core/random.js';
import type { FairnessCriterion } from '../../../src/downstream/fairness/penalty.js';
import { fitThresholds, isPositive, type ScoredRows } from '../../../src/downstream/fairness/thresholds.js';

/** Scores that follow the label, those of group b lower by `shift`. */
function drawn(sizes: Readonly<Record<string, number>>, shift: number, ill = 0.4): ScoredRows {
  const rng = rngOf('thresholds', shift, ill);
  const rows = Object.entries(sizes).flatMap(([group, size]) =>
    Array.from({ length: size }, () => {
      const label = rng.bool(ill) ? 1 : 0;
      const score = 0.45 + 0.2 * label + 0.12 * rng.normal() - (group === 'b' ? shift : 0);
      return { label, score: Math.min(0.99, Math.max(0.01, score)), group };
    }),
  );
  return {
    scores: rows.map(({ score }) => score),
    labels: rows.map(({ label }) => label),
    groups: rows.map(({ group }) => group),
  };
}

function ratesOf({ scores, labels, groups }: ScoredRows, thresholds: Readonly<Record<string, number>>) {
  const share = (group: string, label: number | null): number => {
    const rows = groups.flatMap((one, i) =>
      one === group && (label === null || labels[i] === label) ? [i] : [],
    );
    return rows.filter((i) => isPositive(scores[i] ?? 0, group, { thresholds })).length / rows.length;
  };
  const gap = (label: number | null): number => Math.abs(share('a', label) - share('b', label));
  return { 'demographic-parity': gap(null), 'equal-opportunity': gap(1), other: gap(0) };
}

const gapOf = (
  criterion: FairnessCriterion,
  rows: ScoredRows,
  thresholds: Readonly<Record<string, number>>,
) => {
  const gaps = ratesOf(rows, thresholds);
  return criterion === 'equalised-odds' ? Math.max(gaps['equal-opportunity'], gaps.other) : gaps[criterion];
};

const balanced = ({ scores, labels, groups }: ScoredRows, thresholds: Readonly<Record<string, number>>) => {
  const share = (label: number): number => {
    const rows = labels.flatMap((one, i) => (one === label ? [i] : []));
    const right = rows.filter(
      (i) => isPositive(scores[i] ?? 0, groups[i] ?? null, { thresholds }) === (label === 1),
    );
    return right.length / rows.length;
  };
  return (share(0) + share(1)) / 2;
};

function thresholdsOf(rows: ScoredRows, criterion: FairnessCriterion, limit = 0.05) {
  const fitted = fitThresholds(rows, { criterion, limit });
  if ('refused' in fitted) throw new Error(fitted.refused);
  return fitted;
}

describe('thresholds per group', () => {
  it.each(['demographic-parity', 'equal-opportunity', 'equalised-odds'] as const)(
    'keep the gap of %s within the limit, which one threshold for all does not',
    (criterion) => {
      const rows = drawn({ a: 80, b: 60 }, 0.15);
      expect(gapOf(criterion, rows, {})).toBeGreaterThan(0.2);
      const { thresholds, left } = thresholdsOf(rows, criterion);
      expect(gapOf(criterion, rows, thresholds)).toBeLessThanOrEqual(0.05 + 1e-9);
      expect(left).toEqual({});
      expect(thresholds['b'] ?? NaN).toBeLessThan(thresholds['a'] ?? NaN);
      expect(balanced(rows, thresholds)).toBeGreaterThan(balanced(rows, {}));
    },
  );

  it('are the best there are: no pair within the limit does better', () => {
    const rows = drawn({ a: 25, b: 20 }, 0.1);
    const { thresholds } = thresholdsOf(rows, 'equal-opportunity', 0.1);
    const found = balanced(rows, thresholds);
    const all = [0, ...rows.scores.map((score) => score + 1e-6)];
    for (const a of all) {
      for (const b of all) {
        if (gapOf('equal-opportunity', rows, { a, b }) > 0.1) continue;
        expect(balanced(rows, { a, b })).toBeLessThanOrEqual(found + 1e-9);
      }
    }
  });

  it('are refused where fewer than two groups are large enough, with the numbers', () => {
    const rows = drawn({ a: 40, b: 6 }, 0.1);
    expect(fitThresholds(rows, { criterion: 'demographic-parity', limit: 0.05 })).toEqual({
      refused: 'needs two groups that are large enough (b has 6 rows, fewer than 10)',
    });
  });

  it('leave a group that lacks a class at the common threshold, and rows of unknown group', () => {
    const both = drawn({ a: 40, b: 40 }, 0.1);
    const rows = {
      scores: [...both.scores, ...Array.from({ length: 30 }, () => 0.3), 0.4],
      labels: [...both.labels, ...Array.from({ length: 30 }, () => 0), 1],
      groups: [...both.groups, ...Array.from({ length: 30 }, () => 'c'), null],
    };
    const fitted = thresholdsOf(rows, 'equal-opportunity');
    expect(fitted.left).toEqual({ c: 'has 0 rows of the positive class, fewer than 5' });
    expect(Object.keys(fitted.thresholds)).toEqual(['a', 'b']);
    expect(isPositive(0.5, 'c', fitted)).toBe(true);
    expect(isPositive(0.49, null, fitted)).toBe(false);
  });

  it('give equal thresholds to names that objects have of themselves', () => {
    expect(isPositive(0.6, 'constructor', { thresholds: {} })).toBe(true);
  });
});
