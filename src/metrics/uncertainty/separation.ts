/**
 * How well a score tells two samples apart, such as the uncertainty of scans of another kind from that of scans as in training.
 */
import { rngOf, type Key } from '../../core/random.js';
import { auroc, aurocStatistic } from '../classes/auroc.js';
import { isFound } from '../finding.js';
import { bootstrapIntervals } from '../intervals/bootstrap.js';
import type { Metric } from '../metric.js';

/** A score of each row and whose row it is. */
export interface ScoredSample {
  readonly scores: readonly number[];
  /** Absent: each row is somebody else's. */
  readonly patients?: readonly string[];
}

/**
 * Probability that a row of `above` scores higher than one of `below`, ties a half: 0.5 where the score tells nothing. Its 95 % interval
 * is by a bootstrap over patients within each sample. Refused where a sample has no row.
 */
export function separation(
  above: ScoredSample,
  below: ScoredSample,
  { seed = [0], resamples = 1000 }: { readonly seed?: Key; readonly resamples?: number } = {},
): Metric {
  const scores = [...above.scores, ...below.scores];
  const n = scores.length;
  const positive = scores.map((_, row) => (row < above.scores.length ? 1 : 0));
  const finding = auroc(positive, scores);
  if (!isFound(finding)) {
    const refused =
      above.scores.length === 0 ? 'the first sample has no row' : 'the second sample has no row';
    return { value: null, ci95: null, n, refused };
  }
  const named = ({ scores: own, patients }: ScoredSample, sample: string): string[] =>
    own.map((_, row) => `${sample} ${patients?.[row] ?? row}`);
  const clusters = {
    patients: [...named(above, 'above'), ...named(below, 'below')],
    folds: positive,
  };
  const statistic = aurocStatistic(positive, scores);
  const [interval = null] = bootstrapIntervals(
    [{ statistic }],
    clusters,
    rngOf('separation', ...seed),
    resamples,
  );
  return { value: finding.value, ci95: interval, n };
}
