/**
 * Starts a search of architectures as an experiment says, or goes on with the same one.
 */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { choiceToJson, recordedReason } from '../calibration/choice-record.js';
import { chooseEngine, type EngineChoice } from '../calibration/engine-choice.js';
import { processor } from '../calibration/stored-calibration.js';
import { UserError } from '../core/errors.js';
import { canonicalJson, isJsonRecord, type Json } from '../core/json.js';
import { version } from '../core/version.js';
import { loadSpace } from '../experiment/plugins/index.js';
import {
  resolveExperiment,
  type ConstrainedExperiment,
  type PlannedExperiment,
} from '../experiment/resolve.js';
import type { Experiment } from '../experiment/schema.js';
import { tryOwn } from '../experiment/try-own.js';
import { requireFolderOf } from '../interop/tensorboard/folder.js';
import type { LatencyModel } from '../pretrain/latency.js';
import type { LabelledSet } from '../probes/labelled-set.js';
import type { ScanSet } from '../scans/sampling/scan-set.js';
import {
  createExperiment,
  EmptyDatabase,
  extendExperiment,
  findExperiment,
  openStore,
  type ExperimentRow,
  type NewExperiment,
  type Store,
} from '../store/index.js';
import {
  readAsked,
  withOutcomes,
  withOverrides,
  type AskedExperiment,
  type ExperimentOverrides,
} from './asked-experiment.js';
import type { Listener, RunOptions, SearchEvent } from './events.js';
import { reportRemarks } from './open-experiment.js';
import {
  reportOtherProcessor,
  requireCodeOf,
  requireSameDecisions,
  requireSameScans,
} from './resume-guards.js';
import { readScans, scanFolder, sourceOf } from './scan-source.js';
import { specToJson, type SearchSpec } from './search-spec.js';
import { fleetChoice, type FleetChoice, type FleetOptions } from './fleet/open-fleet.js';
import { latencyModelFor } from './searching/latency-model.js';
import { loadObjective, type LoadedObjective } from './searching/objective/load-objective.js';
import { loadProbe } from './searching/probe-set.js';
import { preparedEvent, runSearch, scoreScale, type ScoreScale } from './searching/run-search.js';
import { latencyLimitOf, storedLatencyModel } from './searching/stored-latency.js';
import { specOf, strategyOf, tryStrategy } from './searching/study-plan.js';
import { withStart } from './searching/warm-start.js';
import { createScorer } from '../workers/zero-cost/scorer.js';
import { checkedMemory, countOfFleet, workerCount } from './searching/worker-count.js';

export interface SearchOptions extends ExperimentOverrides, RunOptions<SearchEvent>, FleetOptions {
  readonly experiment: AskedExperiment;
  /** Folder of scans; absent: the phantoms that the experiment describes. */
  readonly scans?: string | undefined;
  /** Table (CSV, TSV) that says which scan is whose. */
  readonly manifest?: string | undefined;
  /** Table of labelled scans to probe features with. */
  readonly probe?: string | undefined;
  /** Table of the outcomes that candidates are scored by, in place of the one that the experiment's objective names. */
  readonly outcomes?: string | undefined;
  /** SQLite file to write; absent: the experiment's name with `.db`. */
  readonly database?: string | undefined;
  /** Candidates trained at once. */
  readonly workers?: number | undefined;
  /** MiB that candidates may take together; absent: four fifths of what is free. */
  readonly memory?: number | undefined;
  /** Total number of candidates, in place of the experiment's. */
  readonly candidates?: number | undefined;
  /** Database whose latency model to take instead of measuring: for the same search elsewhere. */
  readonly latencyFrom?: string | undefined;
  /** Folder to keep event files for TensorBoard in while the search runs. */
  readonly tensorboard?: string | undefined;
}

export interface SearchOutcome {
  /** False if the signal ended the search before all candidates were finished; `resume` goes on. */
  readonly completed: boolean;
  readonly database: string;
  /** Name of the experiment in the database. */
  readonly experiment: string;
}

/** A search about to begin or to go on, with everything checked that can be checked before the database is written. */
interface ReadySearch {
  readonly experiment: Experiment;
  readonly resolved: ConstrainedExperiment;
  readonly scans: ScanSet;
  readonly labelled: LabelledSet | undefined;
  readonly objective: LoadedObjective | undefined;
  readonly spec: SearchSpec;
  readonly choice: EngineChoice;
  readonly latency: LatencyModel | undefined;
  readonly strategy: string;
  /** The scans as the database records them. */
  readonly source: string;
}

/**
 * Searches until all candidates are finished or `signal` is aborted. The database then holds the lineage: the same for
 * any number of workers, interrupted or not.
 *
 * Rejects with the signal's reason if it is aborted before the database is written. Throws `UserError` for an invalid
 * experiment, unusable scans, and a database that holds another search of that name.
 */
export async function search(options: SearchOptions): Promise<SearchOutcome> {
  const report: Listener<SearchEvent> = options.onEvent ?? (() => undefined);
  options.signal?.throwIfAborted();
  const experiment = await askedFor(options);
  const database = options.database ?? `${experiment.name}.db`;
  const fleet = fleetChoice(options);
  const workers =
    fleet === undefined
      ? workerCount(options.workers, experiment)
      : countOfFleet(options.workers, experiment);
  const memory = checkedMemory(options.memory);
  const before = existsSync(database) ? recorded(database, experiment.name) : undefined;
  refuseSecondLatencyModel(options, before, database);
  if (options.tensorboard !== undefined) requireFolderOf(before, options.tensorboard);
  const choice =
    before === undefined
      ? await engineFor(experiment, fleet)
      : { engine: before.engine, device: before.device, reason: recordedReason(before) };
  const ready = await makeReady(options, { experiment, database, before, choice }, (resolved, scale) => {
    const candidates = Math.max(before?.candidates ?? 0, experiment.candidates);
    report(preparedEvent(resolved, scale, { choice, workers, database, candidates }));
  });
  options.signal?.throwIfAborted();
  const { resolved, scans, labelled, objective, spec } = ready;
  const fresh = (): NewExperiment => newExperiment(ready);
  // A new database comes into being with its experiment, so that whatever happens next can be resumed.
  const store = openStore(database, 'create', (created) => createExperiment(created, fresh(), new Date()));
  reportRemarks(store, report);
  try {
    const row = rowOf(store, spec, fresh);
    requireCodeOf(row, resolved);
    requireSameScans(row, scans.fingerprint, options.scans ?? 'the phantoms');
    requireSameDecisions(store, row, resolved, report);
    reportOtherProcessor(row, report);
    const total = Math.max(row.candidates, experiment.candidates);
    const { signal, tensorboard } = options;
    extendExperiment(store, row.id, total);
    const outcomes = objective?.outcomes;
    const run = { store, row, resolved, scans, labelled, outcomes, memory, fleet, candidates: total, report };
    const end = await runSearch({ ...run, workers: workers.workers, tensorboard, signal });
    return { completed: end.completed, database, experiment: row.name };
  } finally {
    store.close();
  }
}

/** An engine and device that are named need not run here where other machines compute. */
async function engineFor(experiment: Experiment, fleet: FleetChoice | undefined): Promise<EngineChoice> {
  const { engine, device } = experiment;
  const named = engine !== 'auto' && device !== 'auto';
  if (fleet !== undefined && named) return { engine, device, reason: 'as asked' };
  return chooseEngine(experiment, experiment);
}

/** The experiment with everything that the options say. */
async function askedFor(options: SearchOptions): Promise<Experiment> {
  const { engine, device, seed, candidates, manifest, probe, outcomes } = options;
  const file = withOutcomes(await readAsked(options.experiment), outcomes);
  const asked = withOverrides(file, {
    engine,
    device,
    seed,
    candidates,
    ...(probe === undefined ? {} : { probe: { ...file.probe, manifest: resolve(probe) } }),
    scans: { ...file.scans, ...(manifest === undefined ? {} : { manifest: resolve(manifest) }) },
  });
  return withStart(asked, await loadSpace(asked.space));
}

/** Reads scans and labels, measures latency where that is limited, and tries the user's own code. */
async function makeReady(
  options: SearchOptions,
  {
    experiment,
    database,
    before,
    choice,
  }: {
    readonly experiment: Experiment;
    readonly database: string;
    readonly before: ExperimentRow | undefined;
    readonly choice: EngineChoice;
  },
  onRead: (planned: PlannedExperiment, scale: ScoreScale) => void,
): Promise<ReadySearch> {
  const report: Listener<SearchEvent> = options.onEvent ?? (() => undefined);
  const loaded = await resolveExperiment(experiment);
  const draft = loaded.planFor(1);
  // Refuses wrong options before anything is read or written.
  const { name: strategy } = strategyOf(draft.constrainBy(undefined), createScorer(draft));
  const source = sourceOf(options.scans);
  const folder = await scanFolder(source, experiment, database);
  const read = await readScans(folder, experiment, draft.plan, report);
  const { set: scans } = read;
  options.signal?.throwIfAborted();
  const planned = loaded.planFor(scans.channels);
  tryOwn(planned, scans);
  const labelled = await loadProbe(experiment, planned.plan, scans.channels, report);
  const objective = await loadObjective(planned, read, report);
  onRead(planned, scoreScale(planned, objective?.record));
  const latency =
    before === undefined
      ? await latencyModelFor(planned, choice, { from: options.latencyFrom, report })
      : storedLatencyModel(before, database);
  const limit = latencyLimitOf(experiment.constraints.latency, latency);
  if (limit !== null) report({ kind: 'latency model', ...limit });
  const resolved = planned.constrainBy(latency);
  tryStrategy(resolved);
  const spec = specOf(planned, labelled, objective?.record);
  return { experiment, resolved, scans, labelled, objective, spec, choice, latency, strategy, source };
}

function refuseSecondLatencyModel(
  { latencyFrom }: SearchOptions,
  before: ExperimentRow | undefined,
  database: string,
): void {
  if (before === undefined || latencyFrom === undefined) return;
  throw new UserError({
    subject: '--latency-from',
    problem: `experiment ${before.name} in ${database} has its own latency model already`,
    fix: 'leave it out, or give another --db',
  });
}

function newExperiment({
  experiment,
  resolved,
  scans,
  objective,
  spec,
  choice,
  latency,
  strategy,
  source,
}: ReadySearch): NewExperiment {
  return {
    name: experiment.name,
    spec: specToJson(spec),
    seed: experiment.seed,
    strategy,
    space: resolved.space.name,
    task: resolved.task.name,
    lookahead: experiment.lookahead,
    candidates: experiment.candidates,
    engine: choice.engine,
    device: choice.device,
    engineChoice: choiceToJson(choice),
    latencyModel: latency ?? null,
    scans: source,
    scansFingerprint: scans.fingerprint,
    ...scoreScale(resolved, objective?.record),
    processor: processor(),
    version,
  };
}

/** The experiment as an existing database holds it, if it does. */
function recorded(database: string, name: string): ExperimentRow | undefined {
  try {
    const store = openStore(database, 'read');
    try {
      return findExperiment(store, name);
    } finally {
      store.close();
    }
  } catch (error) {
    if (error instanceof EmptyDatabase) return undefined;
    throw error;
  }
}

/** The experiment of that name in the database if it is the same search, a new one if there is none. */
function rowOf(store: Store, spec: SearchSpec, fresh: () => NewExperiment): ExperimentRow {
  const known = findExperiment(store, spec.experiment.name);
  if (known === undefined) return createExperiment(store, fresh(), new Date());
  const difference = differingKey(known.spec, specToJson(spec));
  if (difference === null) return known;
  throw new UserError({
    subject: store.path,
    problem: `holds another experiment named ${known.name}: "${difference}" differs`,
    fix: 'use another --db, or another name in the experiment file',
  });
}

/** Keys that may differ: how many candidates are wanted; the code and the table of outcomes, whose contents are compared. */
const FREE = [
  'experiment.candidates',
  'experiment.$schema',
  'experiment.objective.manifest',
  'code',
  'worst',
];

/** The path of the first key that differs; null if none does. */
function differingKey(a: Json, b: Json, path = ''): string | null {
  if (FREE.includes(path)) return null;
  if (!isJsonRecord(a) || !isJsonRecord(b)) return canonicalJson(a) === canonicalJson(b) ? null : path;
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const inner = differingKey(a[key] ?? null, b[key] ?? null, path === '' ? key : `${path}.${key}`);
    if (inner !== null) return inner;
  }
  return null;
}
