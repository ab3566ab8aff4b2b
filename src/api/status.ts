/**
 * The state of a search: how far it is, its highest score, its winner, and whether its scores can be trusted. Reads only; a
 * running search is not disturbed.
 */
import { recordedReason } from '../calibration/choice-record.js';
import {
  ancestry,
  endedByCurve,
  findCandidate,
  probeSummary,
  seenWorkers,
  trustRows,
  type Ancestor,
  type Candidate,
  type ExperimentRow,
  type ProbeSummary,
  type SeenWorkerRow,
  type Store,
} from '../store/index.js';
import { FEWEST, trustReports, type TrustReport } from '../study/index.js';
import { withExperiment, type ExperimentSource } from './open-experiment.js';
import { comparableSearches, type ComparedSearch } from './reading/comparison.js';
import { paretoFront, type FrontMember } from './reading/pareto-front.js';
import { currentSummary, type CurrentSummary } from './reading/search-state.js';
import { winnersOf, type Winners } from './reading/winner.js';
import { specFromJson } from './search-spec.js';
import {
  latencyLimit,
  latencyLimitOf,
  storedLatencyModel,
  type LatencyLimit,
} from './searching/stored-latency.js';

export interface Status extends CurrentSummary {
  /** The database's row: name, task, space, strategy, seed, engine, metric, chance … */
  readonly experiment: ExperimentRow;
  readonly database: string;
  /** Reason for the choice of engine and device; null in databases from before it was recorded. */
  readonly engineReason: string | null;
  /** The candidate with the highest score of the search; null before the first score. */
  readonly highest: Candidate | null;
  /** The candidates that no other beats in everything; null if the search weighs the score alone. */
  readonly front: readonly FrontMember[] | null;
  /** Null until the best were chosen to be trained again. */
  readonly winners: Winners | null;
  /** Agreement of scores with full evaluations and with probes. */
  readonly trust: readonly TrustReport[];
  /** Full evaluations below which nothing is said of trust. */
  readonly trustFewest: number;
  /** Share of all steps spent on trust; 0: none. */
  readonly trustShare: number;
  readonly probe: ProbeSummary | null;
  /** Trainings of the search that their learning curves ended. */
  readonly endedByCurve: number;
  /** The limit in milliseconds and the model that it is judged by; null without a limit. */
  readonly latency: LatencyLimit | null;
  /** Workers on other machines as they were last seen; none where the search ran on this machine alone. */
  readonly workers: readonly SeenWorkerRow[];
  /** Searches of the database on the same scans, task and training, this one included; null if there is no other. */
  readonly comparable: readonly ComparedSearch[] | null;
}

export function status(source: ExperimentSource): Promise<Status> {
  return withExperiment(source, (store, row) => statusOf(store, row));
}

/** What reads every candidate or evaluation. Who asks again and again keeps it meanwhile, and gives it in other ways. */
export interface WholeReads {
  readonly front: () => readonly FrontMember[] | null;
  readonly trust: () => readonly TrustReport[];
  /** Evaluations of which the features were probed. */
  readonly probed?: () => number;
  /** Training steps of all candidates of an experiment, by its id. */
  readonly steps?: (experiment: number) => number;
}

export function statusOf(
  store: Store,
  row: ExperimentRow,
  whole: WholeReads = {
    front: () => paretoFront(store, row),
    trust: () => trustReports(trustRows(store, row.id)),
  },
): Status {
  const summary = currentSummary(store, row);
  const { best } = summary;
  return {
    ...summary,
    experiment: row,
    database: store.path,
    engineReason: row.engineChoice == null ? null : recordedReason(row),
    highest: best === null ? null : (findCandidate(store, row.id, best.number) ?? null),
    front: whole.front(),
    winners: winnersOf(store, row),
    trustFewest: FEWEST,
    trust: whole.trust(),
    // Databases of tests and of other programs may hold no experiment file.
    trustShare:
      (specFromJson(row.spec) as Partial<ReturnType<typeof specFromJson>>).experiment?.trust?.share ?? 0,
    probe: probeSummary(store, row.id, whole.probed?.()),
    endedByCurve: endedByCurve(store, row.id),
    latency: latencyLimitOf(latencyLimit(row), storedLatencyModel(row, store.path)),
    workers: seenWorkers(store, row.id),
    comparable: comparableSearches(store, row, whole.steps),
  };
}

/** A search's state with the ancestors of its winner, or of its highest score until that is known. */
export interface SearchSummary extends Status {
  readonly ancestry: readonly Ancestor[];
}

export function summary(source: ExperimentSource): Promise<SearchSummary> {
  return withExperiment(source, (store, row) => {
    const state = statusOf(store, row);
    const number = state.winners?.winner?.number ?? state.best?.number;
    return { ...state, ancestry: number === undefined ? [] : ancestry(store, row.id, number) };
  });
}
