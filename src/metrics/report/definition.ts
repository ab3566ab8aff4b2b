/**
 * What a report needs to know of a metric: its name there, how it is computed, and whether it compares rows.
 */
import type { Statistic } from '../finding.js';
import type { FollowUp } from '../time/follow-up.js';

export interface MetricOptions {
  /** Class index that each row is decided for, where that is not the most probable class: such as by a group's threshold. */
  readonly decisions?: readonly number[];
  /** Rows that tell when patients are censored, such as those of training; absent: the rows themselves. */
  readonly censoring?: FollowUp;
  /** Uno's concordance counts events before this time; absent: all. */
  readonly tau?: number;
}

export interface MetricDefinition<Outcome> {
  readonly name: string;
  /**
   * True where rows are compared with each other: then within a fold only, and the mean over folds is told, since models of
   * different folds rank by different scales.
   */
  readonly comparesRows: boolean;
  /** What a perfect model gets: the worst of some groups is the one that is farthest from it. */
  readonly ideal: 0 | 1;
  readonly statistic: (outcome: Outcome, options: MetricOptions) => Statistic;
  /** Most resamples for intervals, where it is slow with such an outcome; 0: it has no interval. */
  readonly resamples?: (outcome: Outcome) => number;
}

/** Fewest resamples that an interval of percentiles is made from. */
const FEWEST_RESAMPLES = 100;

/** Resamples of a statistic that takes `cost` steps each, so that all take about `budget`; 100 at least. */
export function resamplesWithin(budget: number, cost: number): number {
  return Math.max(FEWEST_RESAMPLES, Math.floor(budget / Math.max(1, cost)));
}
