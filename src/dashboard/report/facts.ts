/**
 * What the tables of a report show, read from the database at one instant.
 */
import { statusOf, type Status } from '../../api/status.js';
import { hashJson, sha256 } from '../../core/hash.js';
import { ancestry, bestCandidates, readLineage, type Ancestor, type Candidate } from '../../store/index.js';
import type { ExperimentRow, Store } from '../../store/index.js';
import {
  geneEffects,
  operatorSuccess,
  type GeneEffect,
  type OperatorSuccess,
} from '../../study/lineage-statistics.js';

export interface ReportFacts {
  readonly status: Status;
  readonly best: readonly Candidate[];
  /** The winner's ancestors and itself, founder first; those of the highest score until it is known. */
  readonly path: readonly Ancestor[];
  readonly operators: readonly OperatorSuccess[];
  readonly genes: readonly GeneEffect[];
  /** SHA-256 of the experiment as it was validated, and of all decisions and scores. */
  readonly hashes: { readonly experiment: string; readonly lineage: string };
}

export function reportFacts(store: Store, row: ExperimentRow): ReportFacts {
  return store.snapshot(() => {
    const status = statusOf(store, row);
    const number = status.winners?.winner?.number ?? status.best?.number;
    const rows = readLineage(store, row.id);
    const lines = rows.map(({ number: own, rung, status: end, score, genome, parent, role, mutations }) =>
      JSON.stringify([own, rung, end, score, genome, parent, role, mutations]),
    );
    return {
      status,
      best: bestCandidates(store, row.id, 20),
      path: number === undefined ? [] : ancestry(store, row.id, number),
      operators: operatorSuccess(rows),
      genes: geneEffects(rows),
      hashes: { experiment: hashJson(row.spec), lineage: sha256(lines.join('\n')) },
    };
  });
}
