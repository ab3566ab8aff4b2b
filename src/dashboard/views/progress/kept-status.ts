/**
 * The status of a search for a page that asks after every change: what would read all candidates is kept.
 */
import { statusOf, type Status } from '../../../api/status.js';
import { trustRows, type ExperimentRow, type Store } from '../../../store/index.js';
import { keptReports } from '../trust/kept-reports.js';
import { evaluationSums, type ExperimentSums } from './evaluation-sums.js';
import { keptFrontOf } from './kept-front.js';

export interface KeptStatus {
  readonly status: Status;
  readonly sums: ExperimentSums;
}

/** To be called within a snapshot. */
export function keptStatusOf(store: Store, row: ExperimentRow): KeptStatus {
  const sumsOf = evaluationSums(store);
  const sums = sumsOf(row.id);
  const status = statusOf(store, row, {
    front: () => keptFrontOf(store, row),
    trust: () => keptReports(store, row, trustRows(store, row.id)),
    probed: () => sums.probed,
    steps: (experiment) => sumsOf(experiment).steps,
  });
  return { status, sums };
}
