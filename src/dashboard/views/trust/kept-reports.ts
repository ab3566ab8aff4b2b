/** Reports on the trust meter's pairs, made anew only where a pair is new, which is seldom. */
import type { ExperimentRow, Store, TrustRow } from '../../../store/index.js';
import { trustReports, type TrustReport } from '../../../study/index.js';

interface Kept {
  readonly rows: string;
  readonly reports: readonly TrustReport[];
}

const kept = new WeakMap<Store, Map<number, Kept>>();

/** `read`: the experiment's pairs as they are now. */
export function keptReports(
  store: Store,
  { id }: ExperimentRow,
  read: readonly TrustRow[],
): readonly TrustReport[] {
  const known = kept.get(store) ?? new Map<number, Kept>();
  kept.set(store, known);
  const held = known.get(id);
  const rows = JSON.stringify(read);
  if (held?.rows === rows) return held.reports;
  const reports = trustReports(read);
  known.set(id, { rows, reports });
  return reports;
}
