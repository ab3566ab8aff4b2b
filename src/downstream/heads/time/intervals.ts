/**
 * Intervals of time, (c₀, c₁], (c₁, c₂] … with c₀ = 0: in which of them rows end, and survival between their ends.
 */
import type { TimeTargets } from '../../targets.js';

/** Where each row ends. */
export interface Ends {
  /** Index of an interval; −1: nothing is known of any interval. */
  readonly interval: readonly number[];
  /** 1 if the event happened in that interval. */
  readonly event: readonly number[];
}

/**
 * The interval that holds each event; of a censored row the last interval that it came through as a whole. Rows beyond
 * the last cut are censored there. A time of 0 lies in the first interval.
 */
export function wholeIntervals({ times, events }: TimeTargets, cuts: readonly number[]): Ends {
  const last = cuts.at(-1) ?? 0;
  const event = times.map((time, row) => (time <= last ? (events[row] ?? 0) : 0));
  const interval = times.map((time, row) => {
    const whole = cuts.filter((cut) => cut <= time).length - 1;
    return event[row] === 1 ? cuts.findIndex((cut) => time <= cut) : whole;
  });
  return { interval, event };
}

/** The interval in which each row ends, whether by event or not, and the share of it that the row came through. */
export function partIntervals(
  { times, events }: TimeTargets,
  cuts: readonly number[],
): Ends & { readonly share: readonly number[] } {
  const last = cuts.at(-1) ?? 0;
  const inside = times.map((time) => Math.min(time, last));
  const interval = inside.map((time) => cuts.findIndex((cut) => time <= cut));
  return {
    interval,
    event: times.map((time, row) => (time <= last ? (events[row] ?? 0) : 0)),
    share: inside.map((time, row) => shareAt(cuts, interval[row] ?? 0, time)),
  };
}

/** Share of each interval that is over at each time, row-major `[cuts, times]`. */
export function sharesAt(cuts: readonly number[], times: readonly number[]): number[] {
  return cuts.flatMap((_, k) => times.map((time) => shareAt(cuts, k, time)));
}

function shareAt(cuts: readonly number[], k: number, time: number): number {
  const [start, end] = [cuts[k - 1] ?? 0, cuts[k] ?? 0];
  return Math.min(1, Math.max(0, (time - start) / (end - start)));
}

/** Middle of each interval, as a share of the last cut. */
export function middles(cuts: readonly number[]): number[] {
  const last = cuts.at(-1) ?? 1;
  return cuts.map((cut, k) => ((cuts[k - 1] ?? 0) + cut) / 2 / last);
}
