/**
 * Shares of rows without the event, and without censoring, by time; and the cumulative hazard.
 *
 * Sources: Kaplan and Meier, "Nonparametric Estimation from Incomplete Observations", JASA 1958; Aalen, "Nonparametric Inference
 * for a Family of Counting Processes", Annals of Statistics 1978.
 */
import { unitWeights } from '../finding.js';
import { orderByTime, type FollowUp, type Ordered } from './follow-up.js';

/** A step function of time that is right-continuous. */
export interface StepFunction {
  /** Where it may step: distinct times, ascending. */
  readonly times: Float64Array;
  /** Its values from each of these times on. */
  readonly values: Float64Array;
}

/**
 * What ends the wait: `event`, or `censoring`. Where both happen at one time, events come first, so that rows with an event
 * then are not at risk of being censored any more, as in R and scikit-survival; `censoring-tied` leaves them at risk, as pycox does.
 */
export type Ending = 'event' | 'censoring' | 'censoring-tied';

/** Kaplan and Meier's share of rows still without the event, 1 before the first time. */
export function kaplanMeier(rows: FollowUp): StepFunction {
  const ordered = orderByTime(rows);
  return {
    times: ordered.distinct,
    values: productLimit(rows, ordered, unitWeights(rows.times.length), 'event'),
  };
}

/** Nelson and Aalen's cumulative hazard of the event, 0 before the first time. */
export function nelsonAalen(rows: FollowUp): StepFunction {
  const ordered = orderByTime(rows);
  let sum = 0;
  const values = forEachTime(rows, ordered, unitWeights(rows.times.length), (events, _, atRisk) => {
    sum += events / atRisk;
    return sum;
  });
  return { times: ordered.distinct, values };
}

/** The product limit of weighted rows at their distinct times. */
export function productLimit(
  rows: FollowUp,
  ordered: Ordered,
  weights: Float64Array,
  ending: Ending,
): Float64Array {
  let share = 1;
  return forEachTime(rows, ordered, weights, (events, censored, atRisk) => {
    const ended = ending === 'event' ? events : censored;
    const waiting = ending === 'censoring' ? atRisk - events : atRisk;
    // Weights are whole numbers in practice, so that all that wait end exactly.
    if (ended > 0) share = waiting <= ended ? 0 : share * (1 - ended / waiting);
    return share;
  });
}

/** A value for each distinct time from the weights of events and of censored rows then, and of all rows at risk. */
function forEachTime(
  { events }: FollowUp,
  { order, distinct, starts }: Ordered,
  weights: Float64Array,
  value: (events: number, censored: number, atRisk: number) => number,
): Float64Array {
  let atRisk = 0;
  for (const weight of weights) atRisk += weight;
  return distinct.map((_, group) => {
    let [happened, censored] = [0, 0];
    for (let i = starts[group] as number; i < (starts[group + 1] as number); i++) {
      const row = order[i] as number;
      if (events[row] === 1) happened += weights[row] as number;
      else censored += weights[row] as number;
    }
    const result = value(happened, censored, atRisk);
    atRisk -= happened + censored;
    return result;
  });
}

/** Index of the last of ascending `times` that is not after `time`; −1 before the first. */
export function stepAt(times: ArrayLike<number>, time: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] as number) <= time) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
