/**
 * The trust meter: does the score that the search ranks by rank as full evaluations do, and better than mere size?
 */
import {
  kendall,
  kendallDifference,
  type Correlation,
  type Graded,
} from '../core/statistics/rank-correlation.js';
import type { TrustRow } from '../store/auxiliary-queries.js';

/** Fewer full evaluations than this say nothing. */
export const FEWEST = 8;

/** `better`, `worse`: than ranking by parameter count, beyond chance; `no better`: neither can be told. */
export type Verdict = 'too few' | 'better' | 'no better' | 'worse';

export interface TrustReport {
  /** Taken for the truth: the score of the full evaluation, or the probe of its features. */
  readonly target: 'full score' | 'probe';
  readonly evaluations: number;
  /** Kendall's τ of the search's score with the target; null where there are too few. */
  readonly score: Correlation | null;
  /** The same of the parameter count. */
  readonly params: Correlation | null;
  /** The first less the second. */
  readonly gain: { readonly value: number; readonly interval: readonly [number, number] } | null;
  readonly verdict: Verdict;
}

export function trustReports(rows: readonly TrustRow[]): readonly TrustReport[] {
  const full = reportOf('full score', rows, ({ full: target }) => target);
  const probed = rows.filter(({ probe }) => probe !== null);
  return probed.length === 0 ? [full] : [full, reportOf('probe', probed, ({ probe }) => probe)];
}

function reportOf(
  target: TrustReport['target'],
  rows: readonly TrustRow[],
  truth: (row: TrustRow) => number | null,
): TrustReport {
  const graded = (value: (row: TrustRow) => number): readonly Graded[] =>
    rows.map((row) => ({ a: value(row), b: truth(row) ?? 0, group: row.rung }));
  const [byScore, bySize] = [graded(({ score }) => score), graded(({ params }) => params ?? 0)];
  const enough = rows.length >= FEWEST;
  const gain = enough ? kendallDifference(byScore, bySize) : null;
  const [low, high] = gain?.interval ?? [0, 0];
  return {
    target,
    evaluations: rows.length,
    score: enough ? kendall(byScore) : null,
    params: enough ? kendall(bySize) : null,
    gain,
    verdict: gain === null ? 'too few' : low > 0 ? 'better' : high < 0 ? 'worse' : 'no better',
  };
}
