/**
 * Agreement of zero-cost scores with the trained scores of a search: the figures that a prescreen decides by
 * (docs/strategies.md).
 */
import { agreements, type Agreement } from '../../search/strategies/index.js';
import { listCandidates, type ExperimentRow as Row, type Store } from '../../store/index.js';
import { createScorer } from '../../workers/zero-cost/scorer.js';
import { resolvedFrom } from '../open-experiment.js';

export interface ZeroCostReport {
  /** Trained candidates that the scores were compared on. */
  readonly candidates: number;
  readonly scores: readonly Agreement[];
}

/** More would take minutes; the newest say most about where the search is. */
const NEWEST = 60;

export async function zeroCostReport(store: Store, row: Row): Promise<ZeroCostReport> {
  const resolved = await resolvedFrom(row, store.path);
  const done = listCandidates(store, row.id).flatMap(({ genome, score, rung, status }) =>
    status === 'done' && score !== null ? [{ genome, score, rung }] : [],
  );
  // Scores at different fidelities do not compare.
  const top = Math.max(...done.map(({ rung }) => rung));
  const trained = done.filter(({ rung }) => rung === top).slice(-NEWEST);
  const scorer = createScorer(resolved);
  try {
    return { candidates: trained.length, scores: agreements(scorer, trained) };
  } finally {
    scorer.close();
  }
}
