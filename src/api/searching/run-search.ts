/**
 * Runs an experiment's search in a database, from its start or from wherever it was left: what `search` and
 * `resume` share. Everything is checked before the database is touched.
 */
import type { ConstrainedExperiment, PlannedExperiment } from '../../experiment/resolve.js';
import type { OutcomeSet } from '../../downstream/objective/outcome-set.js';
import type { LabelledSet } from '../../probes/labelled-set.js';
import { shareScans } from '../../scans/sampling/scan-set-transfer.js';
import type { ScanSet } from '../../scans/sampling/scan-set.js';
import { markSearched, type ExperimentRow, type Store } from '../../store/index.js';
import { runStudy, type StudyEnd } from '../../study/index.js';
import type { Evaluators } from '../../workers/evaluators.js';
import { createPool, type SharedSetup } from '../../workers/pool.js';
import { coreUse } from '../../workers/core-use.js';
import { createScorer } from '../../workers/zero-cost/scorer.js';
import { auditStatus } from '../auditing/audit-record.js';
import type { Listener, SearchEvent } from '../events.js';
import { reportedAsEventFiles } from './event-files.js';
import { auditedByThisMachine } from '../fleet/own-evaluators.js';
import { openFleet, type FleetChoice } from '../fleet/open-fleet.js';
import { groupsOf, isolationOf } from './device-groups.js';
import type { ObjectiveRecord } from './objective/record.js';
import { auxiliaryPlanOf, strategyOf } from './study-plan.js';

/** More candidates than any search has: the weights of all are stored, since any may become a parent. */
const ALL = 1e9;

export interface SearchRun {
  readonly store: Store;
  readonly row: ExperimentRow;
  readonly resolved: ConstrainedExperiment;
  readonly scans: ScanSet;
  /** The crops that features are probed with; undefined where the experiment names no labelled scans. */
  readonly labelled: LabelledSet | undefined;
  /** The crops that candidates are scored by; undefined where the proxy task's metric is the score. */
  readonly outcomes: OutcomeSet | undefined;
  readonly workers: number;
  /** MiB that candidates may take together; undefined: most of what is free. */
  readonly memory: number | undefined;
  readonly candidates: number;
  /** Where the workers are, if not on this machine. */
  readonly fleet?: FleetChoice | undefined;
  /** Folder of event files for TensorBoard, if they are wanted. */
  readonly tensorboard?: string | undefined;
  readonly signal: AbortSignal | undefined;
  readonly report: Listener<SearchEvent>;
}

/** Announces a search; the number of candidates is the experiment's where nothing else is said. */
export function preparedEvent(
  { experiment }: Pick<PlannedExperiment, 'experiment'>,
  { metric, chance }: ScoreScale,
  where: Pick<PreparedEvent, 'choice' | 'workers' | 'database'> & Partial<Pick<PreparedEvent, 'candidates'>>,
): PreparedEvent {
  const { winners, candidates } = experiment;
  const repetitions = winners.candidates * winners.seeds;
  return { kind: 'prepared', candidates, metric, chance, repetitions, ...where };
}

/** What scores are, and what a model that knows nothing scores. */
export type ScoreScale = Pick<PreparedEvent, 'metric' | 'chance'>;

/** Of the objective, else of the proxy task. */
export function scoreScale(
  { plan }: Pick<PlannedExperiment, 'plan'>,
  objective: Pick<ObjectiveRecord, 'metric' | 'chance'> | undefined,
): ScoreScale {
  const { metric, chance } = objective ?? plan;
  return { metric, chance };
}

type PreparedEvent = Extract<SearchEvent, { kind: 'prepared' }>;

/** Searches until all candidates are finished or the signal is aborted. */
export async function runSearch(run: SearchRun): Promise<StudyEnd> {
  const { store, row, resolved, signal } = run;
  const report = reportedAsEventFiles(run);
  report({ kind: 'audit', status: auditStatus(resolved, run.scans, row.scans) });
  const pool = await openEvaluators(run);
  const scorer = createScorer(resolved);
  markSearched(store, row.id);
  try {
    const end = await runStudy({
      store,
      experiment: row,
      strategy: strategyOf(resolved, scorer),
      feasibility: resolved.feasibility,
      evaluators: pool,
      candidates: run.candidates,
      keepWeights: resolved.experiment.inherit ? ALL : resolved.experiment.keepWeights,
      inherit: resolved.experiment.inherit,
      ...auxiliaryPlanOf(resolved),
      ...(signal === undefined ? {} : { signal }),
      onEvent: report,
    });
    markSearched(store, null);
    if (end.completed) pool.finish?.();
    return end;
  } finally {
    scorer.close();
    await pool.close();
  }
}

interface RunEvaluators extends Evaluators {
  /** Told once nothing is left to be done. */
  finish?(): void;
}

/** Workers of other machines where the run names a queue, else the pool of this one. */
async function openEvaluators(run: SearchRun): Promise<RunEvaluators> {
  const { report, fleet } = run;
  const setup = workerSetup(run);
  if (fleet !== undefined) {
    const { memory } = run;
    const workers = await openFleet(setup, { ...run, choice: fleet });
    if (fleet.auditShare === 0) return workers;
    const audited = await auditedByThisMachine(workers, setup, { share: fleet.auditShare, memory, report });
    return Object.assign(audited, { finish: () => workers.finish() });
  }
  const groups = await groupsOf(setup, run);
  if (groups.length > 1) {
    const named = groups.map(({ name, workers: own }) => ({ name, workers: own }));
    report({ kind: 'device groups', groups: named });
  }
  return createPool(setup, { groups });
}

function workerSetup({ row, resolved, scans, labelled, outcomes, workers }: SearchRun): SharedSetup {
  const { experiment } = resolved;
  const cores = coreUse({ device: row.device, workers, threads: experiment.threads });
  return {
    experiment,
    engine: row.engine,
    device: row.device,
    threads: experiment.threads,
    code: resolved.code,
    isolation: isolationOf(experiment.isolation, row),
    ...cores,
    // A thread that makes batches reads scans of its own.
    scans: shareScans(scans, cores.prefetch ? 2 * workers : workers),
    ...(labelled === undefined ? {} : { labelled }),
    ...(outcomes === undefined ? {} : { outcomes }),
  };
}
