/**
 * The one metric of each kind of outcome that is to be maximised: what label curves, searches and worst groups are told by.
 */
import type { Outcome } from '../outcome-table.js';

const MAIN_METRICS = { classes: 'auroc', value: 'r2', time: 'harrell' } as const satisfies Record<
  Outcome['kind'],
  string
>;

/** Name of the metric to be maximised. */
export function mainMetric(kind: Outcome['kind']): (typeof MAIN_METRICS)[Outcome['kind']] {
  return MAIN_METRICS[kind];
}
