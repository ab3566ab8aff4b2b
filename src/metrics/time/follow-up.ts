/**
 * Rows of time to event, ordered by time once for all that is estimated from them.
 */
import { ascendingOrder } from '../order.js';

export interface FollowUp {
  /** Time to the event or to the last contact for each row, at least 0. */
  readonly times: ArrayLike<number>;
  /** 1: the event happened then; 0: censored. */
  readonly events: ArrayLike<number>;
}

export interface Ordered {
  /** Rows by ascending time. */
  readonly order: Int32Array;
  /** Distinct times, ascending. */
  readonly distinct: Float64Array;
  /** Where in `order` the rows of each distinct time start; one more than there are times. */
  readonly starts: Int32Array;
}

/** Rows grouped by time. */
export function orderByTime({ times }: FollowUp): Ordered {
  const order = ascendingOrder(times);
  const distinct: number[] = [];
  const starts: number[] = [];
  order.forEach((row, i) => {
    const time = times[row] as number;
    if (distinct.length > 0 && distinct[distinct.length - 1] === time) return;
    distinct.push(time);
    starts.push(i);
  });
  return {
    order,
    distinct: Float64Array.from(distinct),
    starts: Int32Array.from([...starts, order.length]),
  };
}
