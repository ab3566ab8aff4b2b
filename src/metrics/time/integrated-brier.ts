/**
 * Brier score of predicted survival at a time, weighted by the inverse probability of censoring, and its integral over times:
 * calibration and discrimination in one.
 *
 * Two definitions are in use. `pycox` (its `EvalSurv`, by which METABRIC is usually told): the mean over the weights, G with events
 * left at risk of censoring at their time, Simpson's rule. `scikit-survival`: the sum over the number of rows, G with events first,
 * the trapezoidal rule. Both take G at the event's own time, not just before it, as Graf et al. do. They differ in the third digit
 * where many are censored.
 *
 * Sources: Graf, Schmoor, Sauerbrei and Schumacher, "Assessment and Comparison of Prognostic Classification Schemes for Survival
 * Data", Statistics in Medicine 1999; Kvamme, Borgan and Scheel, "Time-to-Event Prediction with Neural Networks and Cox
 * Regression", JMLR 2019, section 6.1.
 */
import { refused, unitWeights, type Finding, type Statistic } from '../finding.js';
import { censoringSurvival, withoutWeight } from './censoring.js';
import type { FollowUp } from './follow-up.js';
import { simpson, trapezoid } from './integrals.js';
import { survivalAt, type Interpolation, type SurvivalCurves } from './survival-at.js';

export interface BrierOptions {
  readonly definition?: 'pycox' | 'scikit-survival';
  readonly interpolation?: Interpolation;
  /** Rows that tell of censoring; absent: the rows themselves. */
  readonly censoring?: FollowUp;
}

/** Times of the integral, from the first to the last time of any row. */
const GRID = 100;

/** `count` evenly spaced times from the least to the greatest of rows' times. */
export function timeGrid({ times }: FollowUp, count = GRID): number[] {
  const [least, most] = Array.from(times).reduce(
    ([low, high], time) => [Math.min(low, time), Math.max(high, time)],
    [Infinity, -Infinity],
  );
  return Array.from({ length: count }, (_, i) =>
    i === count - 1 ? most : least + ((most - least) * i) / (count - 1),
  );
}

/** Brier scores of rows `[N]` with predicted survival at ascending `times`; the reason where one cannot be told. */
export function brierScores(
  rows: FollowUp,
  survival: SurvivalCurves,
  times: readonly number[],
  options: BrierOptions = {},
): readonly number[] | string {
  return scoresStatistic(rows, survival, times, options)(unitWeights(rows.times.length));
}

/**
 * Mean over ascending `times`, by default 100 from the first to the last time of any row, of the Brier score of rows `[N]`. Refused
 * without an event, where all times are equal, and where an event has no weight.
 */
export function integratedBrier(
  rows: FollowUp,
  survival: SurvivalCurves,
  options: BrierOptions & { readonly times?: readonly number[] } = {},
): Finding {
  return integratedBrierStatistic(rows, survival, options)(unitWeights(rows.times.length));
}

/** `integratedBrier` of weighted rows; the times stay those of all rows. */
export function integratedBrierStatistic(
  rows: FollowUp,
  survival: SurvivalCurves,
  { times = timeGrid(rows), ...options }: BrierOptions & { readonly times?: readonly number[] } = {},
): Statistic {
  const [first, last] = [times[0] ?? 0, times[times.length - 1] ?? 0];
  if (!(last > first))
    return () => refused('all times are equal, so that there is nothing to integrate over');
  const scores = scoresStatistic(rows, survival, times, options);
  const integral = options.definition === 'scikit-survival' ? trapezoid : simpson;
  return (weights) => {
    const found = scores(weights);
    return typeof found === 'string' ? refused(found) : { value: integral(found, times) / (last - first) };
  };
}

function scoresStatistic(
  rows: FollowUp,
  survival: SurvivalCurves,
  moments: readonly number[],
  { definition = 'pycox', interpolation = 'linear', censoring }: BrierOptions,
): (weights: Float64Array) => readonly number[] | string {
  const { times, events } = rows;
  const n = times.length;
  const isPycox = definition === 'pycox';
  const all = [...Array.from(times), ...moments];
  const g = censoringSurvival(rows, all, censoring, isPycox ? 'censoring-tied' : 'censoring');
  const errors = moments.map((moment) => {
    const survivalOf = survivalAt(survival, moment, interpolation);
    return Float64Array.from({ length: n }, (_, row) =>
      (times[row] as number) > moment ? (1 - survivalOf(row)) ** 2 : survivalOf(row) ** 2,
    );
  });
  const latest = moments[moments.length - 1] ?? -Infinity;
  return (weights) => {
    const share = g(weights);
    const ofEvents = new Float64Array(n);
    let [rowsInAll, happened] = [0, 0];
    for (let row = 0; row < n; row++) {
      rowsInAll += weights[row] as number;
      const time = times[row] as number;
      if (events[row] !== 1 || weights[row] === 0 || time > latest) continue;
      const own = share(row);
      if (own === null || own === 0) return withoutWeight(own, time);
      ofEvents[row] = (weights[row] as number) / own;
      happened++;
    }
    if (happened === 0) return 'no row has an event';
    const scores = new Array<number>(moments.length);
    for (const [k, moment] of moments.entries()) {
      const error = errors[k] as Float64Array;
      let [dead, deadWeight, alive, aliveWeight] = [0, 0, 0, 0];
      for (let row = 0; row < n; row++) {
        if ((times[row] as number) > moment) {
          alive += (weights[row] as number) * (error[row] as number);
          aliveWeight += weights[row] as number;
        } else {
          dead += (ofEvents[row] as number) * (error[row] as number);
          deadWeight += ofEvents[row] as number;
        }
      }
      const still = aliveWeight === 0 ? 1 : share(n + k);
      if (still === null || still === 0) return withoutWeight(still, moment);
      const total = isPycox ? deadWeight + aliveWeight / still : rowsInAll;
      if (total === 0) return `no row tells of ${moment}`;
      scores[k] = (dead + alive / still) / total;
    }
    return scores;
  };
}
