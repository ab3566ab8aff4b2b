/**
 * Cumulative/dynamic area under the curve: at a time t, the probability that a row with its event until t had a higher risk than one
 * without until then. Events are weighted by the inverse probability of censoring. As scikit-survival's `cumulative_dynamic_auc`,
 * except that ties of risk are exact, and that events after the last time need no weight.
 *
 * Sources: Uno, Cai, Tian and Wei, "Evaluating Prediction Rules for t-Year Survivors with Censored Regression Models", JASA 2007;
 * the mean over times, weighted by the fall of the survival, is Lambert and Chevret, "Summary Measure of Discrimination in Survival
 * Models Based on Cumulative/Dynamic Time-dependent ROC Curves", Statistical Methods in Medical Research 2016.
 */
import { ascending } from '../../core/statistics/quantiles.js';
import { isFound, refused, unitWeights, type Finding, type Statistic } from '../finding.js';
import { ascendingOrder } from '../order.js';
import { censoringSurvival, withoutWeight } from './censoring.js';
import type { RiskedRows } from './concordance.js';
import { orderByTime, type FollowUp } from './follow-up.js';
import { productLimit, stepAt } from './kaplan-meier.js';

export interface DynamicAucOptions {
  /** Rows that tell of censoring; absent: the rows themselves. */
  readonly censoring?: FollowUp;
  /** Risks `[T][N]` of each time, in ascending order of times; absent: the rows' risk at all times. */
  readonly risks?: readonly ArrayLike<number>[];
}

/**
 * Mean cumulative/dynamic area over `times`; `details` have the areas as `at_<time>`, with six digits. Refused where a time has no event until it or
 * no row followed beyond it, and where an event has no weight.
 */
export function dynamicAuc(
  rows: RiskedRows,
  times: readonly number[],
  options: DynamicAucOptions = {},
): Finding {
  return dynamicAucStatistic(rows, times, options)(unitWeights(rows.times.length));
}

/** `dynamicAuc` of weighted rows. */
export function dynamicAucStatistic(
  rows: RiskedRows,
  times: readonly number[],
  { censoring, risks }: DynamicAucOptions = {},
): Statistic {
  const moments = ascending([...new Set(times)]);
  if (moments.length === 0)
    return () => refused('no time is given before which events happen and after which rows are followed');
  const ordered = orderByTime(rows);
  const survival = censoringSurvival(rows, rows.times, censoring);
  const steps = moments.map((time) => stepAt(ordered.distinct, time));
  const shared = ascendingOrder(rows.risk);
  const areas = moments.map((time, k) => {
    const risk = risks?.[k] ?? rows.risk;
    return areaAt(rows, risk, risks === undefined ? shared : ascendingOrder(risk), time);
  });
  const last = moments[moments.length - 1] as number;
  return (weights) => {
    const g = survival(weights);
    const ofEvents = new Float64Array(weights.length);
    for (let row = 0; row < ofEvents.length; row++) {
      const time = rows.times[row] as number;
      if (rows.events[row] !== 1 || weights[row] === 0 || time > last) continue;
      const share = g(row);
      if (share === null || share === 0) return refused(withoutWeight(share, time));
      ofEvents[row] = (weights[row] as number) / share;
    }
    const without = productLimit(rows, ordered, weights, 'event');
    let [sum, before, only] = [0, 1, 0];
    const details: Record<string, number> = {};
    for (const [k, area] of areas.entries()) {
      const finding = area(weights, ofEvents);
      if (!isFound(finding)) return finding;
      const share = steps[k] === -1 ? 1 : (without[steps[k] as number] as number);
      sum += finding.value * (before - share);
      before = share;
      only = finding.value;
      details[`at_${Number((moments[k] as number).toPrecision(6))}`] = finding.value;
    }
    return { value: areas.length === 1 ? only : sum / (1 - before), details };
  };
}

/** Area under the curve at one time, of the weights of rows and of those of events. */
function areaAt(
  { times, events }: FollowUp,
  risk: ArrayLike<number>,
  order: Int32Array,
  time: number,
): (weights: Float64Array, ofEvents: Float64Array) => Finding {
  return (weights, ofEvents) => {
    let [below, agreeing, cases] = [0, 0, 0];
    for (let i = 0; i < order.length;) {
      const level = risk[order[i] as number];
      let [tiedCases, tiedControls] = [0, 0];
      for (; i < order.length && risk[order[i] as number] === level; i++) {
        const row = order[i] as number;
        if ((times[row] as number) > time) tiedControls += weights[row] as number;
        else if (events[row] === 1) tiedCases += ofEvents[row] as number;
      }
      agreeing += tiedCases * (below + tiedControls / 2);
      below += tiedControls;
      cases += tiedCases;
    }
    if (cases === 0) return refused(`no event happens until ${time}`);
    if (below === 0) return refused(`no row is followed beyond ${time}`);
    return { value: agreeing / (cases * below) };
  };
}
