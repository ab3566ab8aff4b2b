/**
 * Uno's concordance: Harrell's, with each pair weighted by 1 / G(t)² of the earlier event, so that it does not depend on how
 * censoring fell (Uno, Cai, Pencina, D'Agostino and Wei, "On the C-statistics for Evaluating Overall Adequacy of Risk Prediction
 * Procedures with Censored Survival Data", Statistics in Medicine 2011). As scikit-survival's `concordance_index_ipcw`.
 */
import { unitWeights, type Finding, type Statistic } from '../finding.js';
import { censoringSurvival, withoutWeight } from './censoring.js';
import { concordance, type RiskedRows } from './concordance.js';
import type { FollowUp } from './follow-up.js';

export interface UnoOptions {
  /** Events from this time on do not count; absent: all count. */
  readonly tau?: number;
  /** Rows that tell of censoring; absent: the rows themselves. */
  readonly censoring?: FollowUp;
}

/**
 * Uno's concordance of rows `[N]`, with the counts of pairs that `harrell` has. Refused without a pair that can be compared, and
 * where an event that counts has a censoring survival of 0 or none that is known.
 */
export function uno(rows: RiskedRows, options: UnoOptions = {}): Finding {
  return unoStatistic(rows, options)(unitWeights(rows.times.length));
}

/** `uno` of weighted rows; the censoring survival is estimated from them with their weights. */
export function unoStatistic(rows: RiskedRows, { tau = Infinity, censoring }: UnoOptions = {}): Statistic {
  const { times, events } = rows;
  const survival = censoringSurvival(rows, times, censoring);
  return concordance(rows, (weights) => {
    const g = survival(weights);
    const ofEvents = new Float64Array(times.length);
    for (let row = 0; row < ofEvents.length; row++) {
      const time = times[row] as number;
      if (events[row] !== 1 || weights[row] === 0 || time >= tau) continue;
      const share = g(row);
      if (share === null || share === 0) return withoutWeight(share, time);
      ofEvents[row] = (weights[row] as number) / share ** 2;
    }
    return ofEvents;
  });
}
