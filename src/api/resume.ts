/**
 * Goes on with a search that was interrupted, or extends a finished one.
 */
import { resolve } from 'node:path';
import { recordedReason } from '../calibration/choice-record.js';
import { chooseEngine } from '../calibration/engine-choice.js';
import { UserError } from '../core/errors.js';
import { parseOrThrow } from '../core/validate.js';
import { resolveExperiment } from '../experiment/resolve.js';
import { Experiment } from '../experiment/schema.js';
import { tryOwn } from '../experiment/try-own.js';
import { requireFolderOf } from '../interop/tensorboard/folder.js';
import type { LabelledSet } from '../probes/labelled-set.js';
import { chooseExperiment, extendExperiment, openStore } from '../store/index.js';
import type { TaskPlan } from '../tasks/task.js';
import type { Listener, RunOptions, SearchEvent } from './events.js';
import { reportRemarks } from './open-experiment.js';
import {
  reportOtherProcessor,
  requireCodeOf,
  requireSameDecisions,
  requireSameScans,
} from './resume-guards.js';
import { readScans, scanFolder } from './scan-source.js';
import { fleetChoice, type FleetOptions } from './fleet/open-fleet.js';
import type { SearchOutcome } from './search.js';
import { specFromJson } from './search-spec.js';
import { loadObjectiveAgain, withObjectiveOf } from './searching/objective/load-again.js';
import { loadProbe } from './searching/probe-set.js';
import { preparedEvent, runSearch } from './searching/run-search.js';
import { latencyLimitOf, storedLatencyModel } from './searching/stored-latency.js';
import { checkedMemory, countOfFleet, workerCount } from './searching/worker-count.js';

export interface ResumeOptions extends RunOptions<SearchEvent>, FleetOptions {
  /** SQLite file of the search. */
  readonly database: string;
  /** Name, where the database holds several experiments. */
  readonly experiment?: string | undefined;
  /** New total number of candidates. */
  readonly candidates?: number | undefined;
  /** Folder of the scans, if they were moved. */
  readonly scans?: string | undefined;
  /** Table of labelled scans, if it was moved. */
  readonly probe?: string | undefined;
  /** Table of the outcomes that candidates are scored by, if it was moved. */
  readonly outcomes?: string | undefined;
  /** Candidates trained at once. */
  readonly workers?: number | undefined;
  /** MiB that candidates may take together; absent: four fifths of what is free. */
  readonly memory?: number | undefined;
  /** Folder to keep event files for TensorBoard in while the search runs. */
  readonly tensorboard?: string | undefined;
}

/**
 * Goes on until all candidates are finished or `signal` is aborted, on the engine and device of the search's beginning.
 *
 * Rejects with the signal's reason if it is aborted before the search goes on. Throws `UserError` if it would be another
 * search: other scans, edited code, decisions that do not follow.
 */
export async function resume(options: ResumeOptions): Promise<SearchOutcome> {
  const { database, signal } = options;
  const report: Listener<SearchEvent> = options.onEvent ?? (() => undefined);
  const store = openStore(database, 'write');
  reportRemarks(store, report);
  try {
    const row = chooseExperiment(store, options.experiment);
    const { tensorboard } = options;
    if (tensorboard !== undefined) requireFolderOf(row, tensorboard);
    const { experiment: stored, labelled: recordedLabels, objective: recorded } = specFromJson(row.spec);
    const parsed = parseOrThrow(Experiment, stored, `experiment ${row.name} in ${database}`);
    const experiment = withObjectiveOf(parsed, options.outcomes, recorded);
    const total = wanted(options.candidates, row.candidates);
    const fleet = fleetChoice(options);
    const workers =
      fleet === undefined
        ? workerCount(options.workers, experiment)
        : countOfFleet(options.workers, experiment);
    const memory = checkedMemory(options.memory);
    const { engine, device } = row;
    if (fleet === undefined)
      await chooseEngine({ engine: engine as Experiment['engine'], device: device as Experiment['device'] });
    const loaded = await resolveExperiment(experiment);
    requireCodeOf(row, loaded);
    const source = options.scans === undefined ? row.scans : resolve(options.scans);
    const folder = await scanFolder(source, experiment, database);
    const read = await readScans(folder, experiment, loaded.planFor(1).plan, report);
    const { set: scans } = read;
    signal?.throwIfAborted();
    requireSameScans(row, scans.fingerprint, folder);
    const latency = storedLatencyModel(row, database);
    const resolved = loaded.planFor(scans.channels).constrainBy(latency);
    tryOwn(resolved, scans);
    requireSameDecisions(store, row, resolved, report);
    const labels = { moved: options.probe, before: recordedLabels };
    const labelled = await labelledAgain(experiment, resolved.plan, labels, {
      channels: scans.channels,
      report,
    });
    const objective = await loadObjectiveAgain(resolved, read, recorded, report);
    const outcomes = objective?.outcomes;
    const choice = { engine, device, reason: recordedReason(row) };
    report(preparedEvent(resolved, row, { choice, workers, database, candidates: total }));
    const limit = latencyLimitOf(experiment.constraints.latency, latency);
    if (limit !== null) report({ kind: 'latency model', ...limit });
    reportOtherProcessor(row, report);
    extendExperiment(store, row.id, total);
    const run = { store, row, resolved, scans, labelled, outcomes, memory, fleet, report, signal };
    const end = await runSearch({ ...run, candidates: total, workers: workers.workers, tensorboard });
    return { completed: end.completed, database, experiment: row.name };
  } finally {
    store.close();
  }
}

function wanted(asked: number | undefined, before: number): number {
  if (asked === undefined) return before;
  if (Number.isInteger(asked) && asked >= before) return asked;
  throw new UserError({
    subject: '--candidates',
    problem: `must be an integer of at least ${before}, the number asked for so far; got ${asked}`,
    fix: 'give a larger number, or leave it out',
  });
}

/** The labelled crops that the search began with, if it has any. */
async function labelledAgain(
  experiment: Experiment,
  plan: TaskPlan,
  { moved, before }: { readonly moved: string | undefined; readonly before: string | undefined },
  { channels, report }: { readonly channels: number; readonly report: Listener<SearchEvent> },
): Promise<LabelledSet | undefined> {
  const { probe } = experiment;
  if (probe === undefined) {
    if (moved === undefined) return undefined;
    throw new UserError({
      subject: '--probe',
      problem: 'the search began without labelled scans',
      fix: 'leave it out, or start a new search with --probe and another --db',
    });
  }
  const manifest = moved === undefined ? probe.manifest : resolve(moved);
  const labelled = await loadProbe({ ...experiment, probe: { ...probe, manifest } }, plan, channels, report);
  if (labelled?.fingerprint === before) return labelled;
  throw new UserError({
    subject: manifest,
    problem: 'the labelled scans are not those that the search began with',
    fix: 'restore them, or start a new search with another --db',
  });
}
