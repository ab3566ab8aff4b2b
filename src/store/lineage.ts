/**
 * The whole lineage in a few flat reads, for tables, graphs and statistics.
 */
import type { CandidateStatus } from '../core/records.js';
import type { Store } from './open.js';

/** A candidate and the one that it was mutated, crossed or promoted from; a founder has none. */
export interface LineageRow {
  readonly number: number;
  readonly rung: number;
  readonly status: CandidateStatus;
  readonly score: number | null;
  readonly params: number | null;
  readonly macs: number | null;
  /** Predicted milliseconds of one inference; null where the search does not limit them. */
  readonly latency: number | null;
  /** Canonical JSON. */
  readonly genome: string;
  readonly parent: number | null;
  readonly role: string | null;
  readonly parentRung: number | null;
  readonly parentScore: number | null;
  /** Changes from the parent, in order. */
  readonly mutations: readonly { readonly kind: string; readonly path: string }[];
}

/** In the order of numbers. Of several parents it is the one mutated or promoted from that is given. */
export function readLineage(store: Store, experiment: number): readonly LineageRow[] {
  return store.snapshot(() => {
    const mutations = mutationsByCandidate(store, experiment);
    const rows = store
      .statement(
        `SELECT own.id, own.number, own.rung, own.status, own.score, own.params, own.macs, own.latency, own.genome,
           parents.number AS parent, edge.role, parents.rung AS parentRung, parents.score AS parentScore
         FROM candidates AS own
         LEFT JOIN candidate_parents AS edge ON edge.candidate = own.id AND edge.role IN ('parent', 'promotion')
         LEFT JOIN candidates AS parents ON parents.id = edge.parent
         WHERE own.experiment = ? ORDER BY own.number`,
      )
      .all(experiment) as (Omit<LineageRow, 'mutations'> & { readonly id: number })[];
    return rows.map(({ id, ...row }) => ({ ...row, mutations: mutations.get(id) ?? [] }));
  });
}

function mutationsByCandidate(
  store: Store,
  experiment: number,
): ReadonlyMap<number, readonly { readonly kind: string; readonly path: string }[]> {
  const found = new Map<number, { kind: string; path: string }[]>();
  const rows = store
    .statement(
      `SELECT candidate, kind, path FROM mutations JOIN candidates ON candidates.id = candidate
       WHERE experiment = ? ORDER BY mutations.id`,
    )
    .iterate(experiment) as Iterable<{ candidate: number; kind: string; path: string }>;
  for (const { candidate, kind, path } of rows) {
    const known = found.get(candidate);
    if (known === undefined) found.set(candidate, [{ kind, path }]);
    else known.push({ kind, path });
  }
  return found;
}
