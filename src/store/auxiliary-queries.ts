/**
 * Queries of auxiliary evaluations, for reports: full ones, winners, probes.
 */
import type { Store } from './open.js';

/** A candidate that was evaluated fully. */
export interface TrustRow {
  readonly number: number;
  readonly rung: number;
  readonly params: number | null;
  /** Score that the strategy was told. */
  readonly score: number;
  /** Score of the full evaluation. */
  readonly full: number;
  /** Accuracy of the ridge probe of its features; null where they were not probed. */
  readonly probe: number | null;
}

/** Number of full evaluations that are read: the latest. */
const MOST = 200;

/** The first condition is that of the partial index, which SQLite takes only where a query says it in the same words. */
export function trustRows(store: Store, experiment: number): readonly TrustRow[] {
  return store
    .statement(
      `SELECT number, candidates.rung, params, candidates.score, evaluations.score AS full, probes.value AS probe
       FROM evaluations JOIN candidates ON candidates.id = candidate
       LEFT JOIN probes ON probes.evaluation = evaluations.id AND name = 'ridge'
       WHERE purpose <> 'search' AND purpose = 'trust' AND experiment = ? AND evaluations.score IS NOT NULL
         AND candidates.score IS NOT NULL
       ORDER BY number DESC LIMIT ${MOST}`,
    )
    .all(experiment) as TrustRow[];
}

/** A winner's repetition. */
export interface WinnerRow {
  readonly number: number;
  readonly params: number | null;
  readonly macs: number | null;
  readonly latency: number | null;
  /** Score that the strategy was told. */
  readonly score: number;
  readonly seed: number | null;
  /** Score of the repetition; null where it is still to come or failed. */
  readonly repeated: number | null;
  readonly probe: number | null;
}

/** The winners last chosen, in their order, one row for each repetition, and one for a winner that has none yet. */
export function winnerRows(store: Store, experiment: number): readonly WinnerRow[] {
  return store
    .statement(
      `SELECT number, params, macs, latency, candidates.score, evaluations.seed, evaluations.score AS repeated,
         probes.value AS probe
       FROM winners JOIN candidates ON candidates.id = winners.candidate
       LEFT JOIN evaluations ON evaluations.candidate = candidates.id AND purpose = 'winner'
       LEFT JOIN probes ON probes.evaluation = evaluations.id AND name = 'ridge'
       WHERE winners.experiment = @experiment
         AND chosen_from = (SELECT max(chosen_from) FROM winners WHERE experiment = @experiment)
       ORDER BY place, evaluations.seed`,
    )
    .all({ experiment }) as WinnerRow[];
}

/** The latest probe of the search's best candidate that was probed. */
export interface ProbeSummary {
  readonly number: number;
  /** Evaluations that were probed. */
  readonly probed: number;
  readonly values: Readonly<Record<string, { value: number; low: number | null; high: number | null }>>;
}

/** Probe of the candidate with the highest score among the probed; null where none was probed. `probed`: how many were. */
export function probeSummary(
  store: Store,
  experiment: number,
  probed = probedCount(store, experiment),
): ProbeSummary | null {
  if (probed === 0) return null;
  const best = store
    .statement(
      // Along the index by score, to the first that was probed.
      `SELECT evaluations.id, number FROM candidates CROSS JOIN evaluations ON candidate = candidates.id
       WHERE experiment = ? AND candidates.status = 'done'
         AND EXISTS (SELECT 1 FROM probes WHERE evaluation = evaluations.id AND name = 'ridge')
       ORDER BY candidates.rung DESC, candidates.score DESC, number LIMIT 1`,
    )
    .get(experiment) as { id: number; number: number } | undefined;
  if (best === undefined) return null;
  const rows = store
    .statement('SELECT name, value, low, high FROM probes WHERE evaluation = ?')
    .all(best.id) as { name: string; value: number; low: number | null; high: number | null }[];
  return {
    number: best.number,
    probed,
    values: Object.fromEntries(rows.map(({ name, ...rest }) => [name, rest])),
  };
}

/** Trainings of the search that their curves ended. */
export function endedByCurve(store: Store, experiment: number): number {
  if (isAlone(store)) {
    const all = store.statement("SELECT count(*) FROM evaluations WHERE ended = 'curve'");
    return all.pluck().get() as number;
  }
  return store
    .statement(
      `SELECT count(*) FROM evaluations JOIN candidates ON candidates.id = candidate
       WHERE ended = 'curve' AND experiment = ?`,
    )
    .pluck()
    .get(experiment) as number;
}

function probedCount(store: Store, experiment: number): number {
  if (isAlone(store)) {
    return store.statement("SELECT count(*) FROM probes WHERE name = 'ridge'").pluck().get() as number;
  }
  return store
    .statement(
      `SELECT count(*) FROM probes JOIN evaluations ON evaluations.id = evaluation
       JOIN candidates ON candidates.id = candidate WHERE name = 'ridge' AND experiment = ?`,
    )
    .pluck()
    .get(experiment) as number;
}

/** Where a database holds one experiment, as most do, counts need not look at whose a row is. */
function isAlone(store: Store): boolean {
  return store.statement('SELECT count(*) = 1 FROM experiments').pluck().get() === 1;
}
