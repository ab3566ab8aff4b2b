/**
 * The status of a search for a page that asks after every change: what would read all candidates is kept.
 */
import { statusOf, type Status } from '../../../api/status.js';
import { trustRows, type ExperimentRow, type Store } from '../../../store/index.js';
import { trustReports, type TrustReport } from '../../../study/index.js';
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
    trust: () => keptTrust(store, row),
    probed: () => sums.probed,
    steps: (experiment) => sumsOf(experiment).steps,
  });
  return { status, sums };
}

interface Kept {
  readonly rows: string;
  readonly reports: readonly TrustReport[];
}

const kept = new WeakMap<Store, Map<number, Kept>>();

/** Reports on the trust meter's pairs, of which there is seldom a new one. */
function keptTrust(store: Store, { id }: ExperimentRow): readonly TrustReport[] {
  const known = kept.get(store) ?? new Map<number, Kept>();
  kept.set(store, known);
  const read = trustRows(store, id);
  const held = known.get(id);
  const rows = JSON.stringify(read);
  if (held?.rows === rows) return held.reports;
  const reports = trustReports(read);
  known.set(id, { rows, reports });
  return reports;
}
