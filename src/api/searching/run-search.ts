/**
 * Runs an experiment's search in a database, from its start or from wherever it was left: what `search` and
 * `resume` share. Everything is checked before the database is touched.
 */
import { availableParallelism } from 'node:os';
import { UserError } from '../../core/errors.js';
import { rngOf } from '../../core/random.js';
import type { ResolvedExperiment } from '../../experiment/resolve.js';
import type { Experiment } from '../../experiment/schema.js';
import type { LabelledSet } from '../../probes/labelled-set.js';
import { shareScans } from '../../scans/sampling/scan-set-transfer.js';
import type { ScanSet } from '../../scans/sampling/scan-set.js';
import { constrained } from '../../search/constrained.js';
import { genomeSpace } from '../../search/space.js';
import { createStrategy } from '../../search/strategies/index.js';
import { told, type GenomeSpace, type Strategy } from '../../search/strategy.js';
import { markSearched, type ExperimentRow as ExperimentRow, type Store } from '../../store/index.js';
import { runStudy, type StudyEnd, type StudyEvent, type StudyPlan } from '../../study/index.js';
import { findGpus } from '../../workers/gpus.js';
import { deviceGroupsOf, type DeviceGroup } from '../../workers/device-groups.js';
import { memoryBudget } from '../../workers/memory-budget.js';
import { prefetchPays } from '../../workers/prefetch-policy.js';
import { createPool, type SharedSetup } from '../../workers/pool.js';
import { createScorer } from '../../workers/zero-cost/scorer.js';
import type { Isolation } from '../../workers/job.js';
import { auditRemark } from '../audit-record.js';
import { Progress } from '../../cli/views/progress.js';
import { plural } from '../../cli/views/format.js';
import type { Spec } from '../search-spec.js';
import { note } from '../../cli/views/output.js';

export function specOf(
  { experiment, code, channels, plan }: ResolvedExperiment,
  labelled?: LabelledSet,
): Spec {
  return {
    experiment,
    code,
    channels,
    worst: plan.worst,
    ...(labelled === undefined ? {} : { labelled: labelled.fingerprint }),
  };
}

/** The strategy of an experiment over its space, told nothing yet. What it proposes keeps the constraints. */
export function strategyOf(resolved: ResolvedExperiment): Strategy {
  const { strategy } = resolved.experiment;
  const reference = typeof strategy === 'string' ? { name: strategy, options: {} } : strategy;
  return createStrategy(reference, proposableSpace(resolved), {
    lookahead: resolved.experiment.lookahead,
    zeroCost: createScorer(resolved),
    own: {
      members: resolved.strategies,
      problem: (genome) => resolved.space.gene.problems(genome, [])[0] ?? null,
    },
  });
}

/** Throws a `UserError` where a strategy of the user's own cannot decide on the first candidate. */
export function tryStrategy(resolved: ResolvedExperiment): void {
  if (Object.keys(resolved.strategies).length === 0) return;
  told(strategyOf(resolved)).ask(0, rngOf(resolved.experiment.seed, 'try'));
}

/** The experiment's space without the genomes that break its constraints. */
export function proposableSpace(resolved: ResolvedExperiment): GenomeSpace {
  return constrained(genomeSpace(resolved.space), (genome) => {
    const assessment = resolved.feasibility(genome);
    return assessment.feasible ? null : assessment.reason;
  });
}

/** What an experiment evaluates besides what its strategy is told, and when it ends trainings. */
export function auxiliaryPlanOf({
  experiment,
  plan,
}: ResolvedExperiment): Required<Pick<StudyPlan, 'auxiliary' | 'objectives' | 'stopping'>> {
  const { trust, winners, probe, curveStopping, objectives } = experiment;
  return {
    objectives,
    auxiliary: {
      trust: trust.share > 0 ? trust : undefined,
      winners: winners.candidates > 0 ? winners : undefined,
      probeShare: probe?.share,
    },
    stopping:
      curveStopping === undefined ? undefined : { ...curveStopping, curve: `validation/${plan.metric}` },
  };
}

/** More candidates than any search has: the weights of all are kept, since any may become a parent. */
const ALL = 1e9;

export interface SearchRun {
  readonly store: Store;
  readonly row: ExperimentRow;
  readonly resolved: ResolvedExperiment;
  readonly scans: ScanSet;
  /** What features are probed with; undefined where the experiment names no labelled scans. */
  readonly labelled: LabelledSet | undefined;
  readonly workers: number;
  /** MiB that candidates may take together; absent: most of what is free. */
  readonly memory?: number | undefined;
  readonly candidates: number;
}

/** Searches until all candidates are finished or the user interrupts. */
export async function runSearch(run: SearchRun): Promise<StudyEnd> {
  const { store, row, resolved } = run;
  note(auditRemark(resolved, run.scans, row.scans));
  const setup = workerSetup(run);
  const groups = await deviceGroupsOfRun(run, setup);
  const pool = createPool(setup, { groups });
  const interrupt = new AbortController();
  let progress: Progress | undefined;
  const onSignal = (): void => {
    if (interrupt.signal.aborted) process.exit(130);
    progress?.remark('stopping; the search can be resumed (press Ctrl-C again to leave at once)');
    interrupt.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  const onEvent = (event: StudyEvent): void => {
    if (event.kind === 'replayed') progress = progressOf(run, event);
    if (event.kind === 'started') progress?.started(event.number);
    if (event.kind === 'finished') progress?.finished({ ...event, error: event.error ?? undefined });
    if (event.kind === 'winners') progress?.winners(event.numbers, event.left);
    if (event.kind === 'auxiliary started') progress?.startedAuxiliary(event.number, event.purpose);
    if (event.kind === 'auxiliary finished') progress?.finishedAuxiliary(event);
  };
  markSearched(store, row.id);
  try {
    const end = await runStudy({
      store,
      experiment: row,
      strategy: strategyOf(resolved),
      feasibility: (genome) => resolved.feasibility(genome),
      evaluators: pool,
      candidates: run.candidates,
      keepWeights: resolved.experiment.inherit ? ALL : resolved.experiment.keepWeights,
      inherit: resolved.experiment.inherit,
      ...auxiliaryPlanOf(resolved),
      signal: interrupt.signal,
      onEvent,
    });
    markSearched(store, null);
    return end;
  } finally {
    progress?.close();
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
    await pool.close();
  }
}

/** Where the workers stand; said where there is more than one place. */
async function deviceGroupsOfRun(
  { workers, memory }: SearchRun,
  setup: SharedSetup,
): Promise<readonly DeviceGroup[]> {
  const { engine, device, isolation } = setup;
  const groups = deviceGroupsOf({
    engine,
    device,
    workers,
    processes: isolation === 'process',
    memory: memoryBudget(workers, memory),
    gpus: device === 'cuda' || device === 'gpu' ? await findGpus() : [],
  });
  if (groups.length > 1)
    note(groups.map((group) => `${group.name}: ${plural(group.workers, 'worker')}`).join(', '));
  return groups;
}

function workerSetup({ row, resolved, scans, labelled, workers }: SearchRun): SharedSetup {
  const { experiment } = resolved;
  const prefetch = prefetchPays({ device: row.device, workers, threads: experiment.threads });
  return {
    experiment,
    engine: row.engine,
    device: row.device,
    threads: experiment.threads,
    code: resolved.code,
    isolation: isolationOf(experiment.isolation, row),
    prefetch,
    // A thread that makes batches reads scans of its own.
    scans: shareScans(scans, prefetch ? 2 * workers : workers),
    ...(labelled === undefined ? {} : { labelled }),
  };
}

/**
 * On a GPU a worker needs a process of its own: two sessions in one process abort it. So does TensorFlow, which reads
 * its settings from the environment, once (docs/decisions.md).
 */
function isolationOf(
  asked: Experiment['isolation'],
  { engine, device }: Pick<ExperimentRow, 'engine' | 'device'>,
): Isolation {
  if (asked !== 'auto') return asked;
  return (engine === 'onnx' && device === 'cpu') || device === 'js' ? 'thread' : 'process';
}

function progressOf(
  { resolved, workers, candidates }: SearchRun,
  { finished, again, best }: Extract<StudyEvent, { kind: 'replayed' }>,
): Progress {
  if (finished > 0 || again > 0) {
    note(
      `continuing: ${finished} of ${plural(candidates, 'candidate')} finished, ${again} to evaluate again`,
    );
  }
  const { chance, metric } = resolved.plan;
  const { winners } = resolved.experiment;
  return new Progress({
    total: candidates,
    done: finished,
    workers,
    again: winners.candidates * winners.seeds,
    chance,
    metric,
    best,
  });
}

export interface WorkerCount {
  readonly workers: number;
  /** What the user should know of it, to be said once nothing else is refused. */
  readonly remark: string | null;
}

/** How many workers to run: as asked, else as many as the cores carry and the lookahead keeps busy. */
export function workerCount(
  asked: number | undefined,
  { lookahead, threads }: Pick<Experiment, 'lookahead' | 'threads'>,
  cores = availableParallelism(),
): WorkerCount {
  const carried = Math.max(1, Math.floor(cores / threads));
  const workers = asked ?? Math.max(1, Math.min(carried, Math.floor(lookahead / 2)));
  if (!Number.isInteger(workers) || workers < 1) {
    throw new UserError({
      subject: '--workers',
      problem: `must be a positive integer, got ${workers}`,
      fix: 'use 1 or more',
    });
  }
  if (workers > lookahead) {
    const remark = `using ${lookahead} workers instead of ${workers}: the experiment's lookahead is ${lookahead}`;
    return { workers: lookahead, remark };
  }
  if (asked !== undefined || workers === carried) return { workers, remark: null };
  const remark =
    `${plural(workers, 'worker')} on ${cores} cores: the experiment's lookahead of ${lookahead} keeps no more busy ` +
    `(a new search with a "lookahead" of ${2 * carried} uses all)`;
  return { workers, remark };
}
