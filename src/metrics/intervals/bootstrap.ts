/**
 * Intervals by the bootstrap over patients: patients are drawn with replacement, as many as there are, and a patient's rows
 * come along together, since they are alike. Within cross-validation they are drawn within each fold, as models were fitted.
 * The interval is that of percentiles (Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13; for
 * clusters, Field and Welsh, JRSS B 2007).
 *
 * Resamples that do not identify a statistic, such as those that draw no event, are left out. Where that is more than one in ten,
 * the statistic rests on one or two patients, whose drawing tells nothing of others like them: then there is no interval. Statistics that grow with noise whatever their sign, such as calibration errors and gaps between
 * groups, grow again in resamples: their interval may lie above the value.
 */
import type { Rng } from '../../core/random.js';
import { ascending, linearQuantile } from '../../core/statistics/quantiles.js';
import type { Interval } from '../../core/statistics/intervals.js';
import { isFound, type Statistic } from '../finding.js';

/** Share of the resamples that must identify a statistic. */
const FEWEST_IDENTIFIED = 0.9;

export interface Clusters {
  /** Whose each row is. */
  readonly patients: readonly string[];
  /** The fold in which each row was held out; null outside of cross-validation. */
  readonly folds: readonly (number | null)[];
}

export interface Resampled {
  readonly statistic: Statistic;
  /** Most resamples for it, where it is slow. */
  readonly most?: number;
}

/**
 * Percentile intervals of 95 % of several statistics of the same rows, from the same resamples; null where there is none.
 * `resamples`: their number; 0 for no intervals.
 */
export function bootstrapIntervals(
  statistics: readonly Resampled[],
  clusters: Clusters,
  rng: Rng,
  resamples: number,
): readonly (Interval | null)[] {
  const values = statistics.map((): number[] => []);
  const wanted = statistics.map(({ most = resamples }) => Math.min(most, resamples));
  const draw = patientDraws(clusters, rng);
  if (draw === null) return statistics.map(() => null);
  for (let b = 0; b < Math.max(0, ...wanted); b++) {
    const weights = draw();
    statistics.forEach(({ statistic }, s) => {
      if (b >= (wanted[s] as number)) return;
      const finding = statistic(weights);
      if (isFound(finding)) values[s]?.push(finding.value);
    });
  }
  return values.map((found, s) => percentiles(found, wanted[s] as number));
}

function percentiles(values: readonly number[], wanted: number): Interval | null {
  if (values.length === 0 || values.length < FEWEST_IDENTIFIED * wanted) return null;
  const sorted = ascending(values);
  const at = (rank: number): number => sorted[rank] as number;
  return [linearQuantile(0.025, sorted.length, at), linearQuantile(0.975, sorted.length, at)];
}

/**
 * A function that draws patients anew at each call and returns how often each row is drawn, as a new list; null
 * where no fold has two patients. The order of rows does not matter.
 */
function patientDraws({ patients, folds }: Clusters, rng: Rng): (() => Float64Array) | null {
  const keyOf = (row: number): string => `${folds[row] ?? ''}\n${patients[row]}`;
  const keys = patients.map((_, row) => keyOf(row));
  const sorted = [...new Set(keys)].sort();
  const index = new Map(sorted.map((key, i) => [key, i]));
  const clusterOf = Int32Array.from(keys, (key) => index.get(key) as number);
  const bounds: number[] = [];
  sorted.forEach((key, i) => {
    const fold = key.slice(0, key.indexOf('\n'));
    if (i === 0 || fold !== sorted[i - 1]?.slice(0, sorted[i - 1]?.indexOf('\n'))) bounds.push(i);
  });
  bounds.push(sorted.length);
  if (bounds.every((from, i) => (bounds[i + 1] ?? from) - from < 2)) return null;
  const drawn = new Float64Array(sorted.length);
  return () => {
    drawn.fill(0);
    for (let s = 0; s + 1 < bounds.length; s++) {
      const [from, to] = [bounds[s] as number, bounds[s + 1] as number];
      for (let i = from; i < to; i++) {
        const chosen = from + rng.int(to - from);
        drawn[chosen] = (drawn[chosen] as number) + 1;
      }
    }
    return Float64Array.from(clusterOf, (cluster) => drawn[cluster] as number);
  };
}
