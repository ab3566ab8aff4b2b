/**
 * A figure of a report: its value with an interval, or the reason why the rows do not identify it. Never NaN.
 */
import type { Interval } from '../core/statistics/intervals.js';

export interface Metric {
  /** Null where the rows do not identify it; `refused` then says why. */
  readonly value: number | null;
  /** Interval of 95 %; null where there is none. */
  readonly ci95: Interval | null;
  /** Rows that it is computed from. */
  readonly n: number;
  /** Why there is no value, in plain words. */
  readonly refused?: string;
  /** The group that it is the value of, where it is that of one of several. */
  readonly group?: string;
  /** Further numbers that belong to it, such as numbers of pairs. */
  readonly details?: Readonly<Record<string, number>>;
}

/** Metrics by name: `auroc`, `harrell` … */
export type Metrics = Readonly<Record<string, Metric>>;
