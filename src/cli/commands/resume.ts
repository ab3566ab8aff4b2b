/**
 * `voxolve resume DB`: goes on with a search that was interrupted, or extends a finished one.
 */
import { resolve } from 'node:path';
import { UserError } from '../../core/errors.js';
import { parseOrThrow } from '../../core/validate.js';
import { resolveExperiment } from '../../experiment/resolve.js';
import { tryOwn } from '../../experiment/try-own.js';
import { Experiment } from '../../experiment/schema.js';
import { chooseExperiment, extendExperiment, openStore } from '../../store/index.js';
import { defineCommand } from '../command.js';
import { chooseEngine, recordedReason } from '../../calibration/engine-choice.js';
import { noteRemarks } from '../../api/open-experiment.js';
import { jsonOption, note } from '../views/output.js';
import { runSearch, workerCount } from '../../api/searching/run-search.js';
import { specFromJson } from '../../api/search-spec.js';
import type { LabelledSet } from '../../probes/labelled-set.js';
import type { TaskPlan } from '../../tasks/task.js';
import { loadProbe } from '../../api/searching/probe-set.js';
import {
  noteOtherProcessor,
  requireCodeOf,
  requireSameDecisions,
  requireSameScans,
} from '../../api/resume-guards.js';
import { loadScans, scanFolder } from '../../api/scan-source.js';
import { noteLatency, storedLatencyModel } from '../../api/stored-latency.js';
import { showSummary } from '../views/summary.js';
import { memoryAsked, workerOptions } from '../worker-options.js';

export const resume = defineCommand({
  command: 'resume <db>',
  describe: 'continue a search, or extend it with --candidates',
  builder: (yargs) =>
    yargs
      .positional('db', { type: 'string', demandOption: true, describe: 'database of the search' })
      .option('experiment', { type: 'string', describe: 'name, where the database holds several' })
      .option('candidates', { type: 'number', describe: 'new total number of candidates' })
      .option('scans', { type: 'string', describe: 'where the scans lie now, if they were moved' })
      .option('probe', { type: 'string', describe: 'where the table of labelled scans lies now' })
      .options(workerOptions)
      .options(jsonOption),
  handler: async (args) => {
    const store = openStore(args.db, 'write');
    noteRemarks(store);
    try {
      const row = chooseExperiment(store, args.experiment);
      const { experiment: stored, labelled: recordedLabels } = specFromJson(row.spec);
      const experiment = parseOrThrow(Experiment, stored, `experiment ${row.name} in ${args.db}`);
      const total = wanted(args.candidates, row.candidates);
      const { workers, remark } = workerCount(args.workers, experiment);
      const memory = memoryAsked(args.memory);
      await chooseEngine({
        engine: row.engine as Experiment['engine'],
        device: row.device as Experiment['device'],
      });
      const draft = await resolveExperiment(experiment, 1);
      requireCodeOf(row, draft);
      const source = args.scans === undefined ? row.scans : resolve(args.scans);
      const folder = await scanFolder(source, experiment, args.db);
      const scans = await loadScans(folder, experiment, draft.plan);
      requireSameScans(row, scans.fingerprint, folder);
      const latency = storedLatencyModel(row, args.db);
      const resolved = await resolveExperiment(experiment, scans.channels, latency);
      tryOwn(resolved, scans);
      requireSameDecisions(store, row, resolved);
      const labelled = await labelledAgain(
        experiment,
        resolved.plan,
        scans.channels,
        args.probe,
        recordedLabels,
      );
      note(
        `engine: ${row.engine} on ${row.device} (${recordedReason(row)}); ${workers} at a time; database ${args.db}`,
      );
      if (remark !== null) note(remark);
      noteLatency(experiment, latency);
      noteOtherProcessor(row);
      extendExperiment(store, row.id, total);
      const run = { store, row, resolved, scans, labelled, workers, memory, candidates: total };
      const end = await runSearch(run);
      showSummary(store, row, end, args.json);
    } finally {
      store.close();
    }
  },
});

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
  channels: number,
  moved: string | undefined,
  before: string | undefined,
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
  const labelled = await loadProbe({ ...experiment, probe: { ...probe, manifest } }, plan, channels);
  if (labelled?.fingerprint === before) return labelled;
  throw new UserError({
    subject: manifest,
    problem: 'the labelled scans are not those that the search began with',
    fix: 'restore them, or start a new search with another --db',
  });
}
