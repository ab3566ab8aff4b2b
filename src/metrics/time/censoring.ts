/**
 * Share of rows that are not yet censored, by which events are weighted: a row with an event at t stands for 1 / G(t) rows, of
 * which the others were censored before (inverse probability of censoring; Robins and Rotnitzky 1992). It takes censoring to be
 * independent of risk.
 */
import { unitWeights } from '../finding.js';
import { orderByTime, type FollowUp } from './follow-up.js';
import { productLimit, stepAt, type Ending } from './kaplan-meier.js';

/** G at some times; null where it is not known, after the last row that is followed. */
export type CensoringSurvival = (weights: Float64Array) => (index: number) => number | null;

/**
 * G at some `times`, of the rows themselves with their weights, or of other rows, which then have none. The result is called with
 * an index into `times`.
 */
export function censoringSurvival(
  rows: FollowUp,
  times: ArrayLike<number>,
  from: FollowUp | undefined,
  ending: Exclude<Ending, 'event'> = 'censoring',
): CensoringSurvival {
  const source = from ?? rows;
  const ordered = orderByTime(source);
  const steps = Int32Array.from(Array.from(times), (time) => stepAt(ordered.distinct, time));
  const last = ordered.distinct.length - 1;
  const isAfter = Array.from(times, (time) => last < 0 || time > (ordered.distinct[last] as number));
  const fixed =
    from === undefined ? null : productLimit(from, ordered, unitWeights(from.times.length), ending);
  return (weights) => {
    const values = fixed ?? productLimit(source, ordered, weights, ending);
    return (index) => {
      const step = steps[index] as number;
      if (isAfter[index] === true && values[last] !== 0) return null;
      return step < 0 ? 1 : (values[step] as number);
    };
  };
}

/** Why an event has no weight. */
export function withoutWeight(g: number | null, time: number): string {
  return g === null
    ? `nothing tells of censoring at ${time}, the time of an event: the rows that would were followed less long`
    : `the censoring survival is 0 at ${time}, the time of an event: choose a tau at or before it`;
}
