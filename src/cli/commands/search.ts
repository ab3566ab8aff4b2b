/**
 * `voxolve search EXPERIMENT.json --scans DIR --db FILE`: starts a search, or goes on with the same one.
 */
import { existsSync } from 'node:fs';
import { canonicalJson, isJsonRecord, type Json } from '../../core/json.js';
import { UserError } from '../../core/errors.js';
import { loadSpace } from '../../experiment/plugins/index.js';
import { resolveExperiment } from '../../experiment/resolve.js';
import { readExperiment } from '../../experiment/read.js';
import { tryOwn } from '../../experiment/try-own.js';
import { devices, Experiment } from '../../experiment/schema.js';
import { parseOrThrow } from '../../core/validate.js';
import {
  createExperiment,
  EmptyDatabase,
  extendExperiment,
  findExperiment,
  openStore,
  type ExperimentRow as Row,
  type NewExperiment,
  type Store,
} from '../../store/index.js';
import { resolve } from 'node:path';
import { processor } from '../../calibration/stored-calibration.js';
import { defineCommand } from '../command.js';
import { choiceToJson, chooseEngine, recordedReason } from '../../calibration/engine-choice.js';
import { noteRemarks } from '../../api/open-experiment.js';
import { jsonOption, note } from '../views/output.js';
import { runSearch, specOf, strategyOf, tryStrategy, workerCount } from '../../api/searching/run-search.js';
import { specToJson, type Spec } from '../../api/search-spec.js';
import { loadProbe } from '../../api/searching/probe-set.js';
import { latencyModelFor } from '../../api/latency-model.js';
import { noteLatency, storedLatencyModel } from '../../api/stored-latency.js';
import { loadScans, phantoms, scanFolder } from '../../api/scan-source.js';
import { withStart } from '../../api/searching/warm-start.js';
import {
  noteOtherProcessor,
  requireCodeOf,
  requireSameDecisions,
  requireSameScans,
} from '../../api/resume-guards.js';
import { showSummary } from '../views/summary.js';
import { version } from '../../core/version.js';
import { memoryAsked, workerOptions } from '../worker-options.js';

export const search = defineCommand({
  command: 'search <experiment>',
  describe: 'search architectures as an experiment file says',
  builder: (yargs) =>
    yargs
      .positional('experiment', { type: 'string', demandOption: true, describe: 'experiment file (JSON)' })
      .option('scans', {
        type: 'string',
        describe: 'folder of scans (default: the phantoms of the experiment)',
      })
      .option('manifest', {
        type: 'string',
        describe: 'table (CSV, TSV) that says which scan is whose: path, patient',
      })
      .option('probe', {
        type: 'string',
        describe: 'table of labelled scans to probe features with: path, patient, label or labels',
      })
      .option('db', { type: 'string', describe: 'database to write (default: NAME.db)' })
      .options(workerOptions)
      .option('engine', { choices: ['auto', 'onnx', 'tfjs'] as const, describe: 'overrides the experiment' })
      .option('device', {
        choices: devices,
        describe: 'overrides the experiment',
      })
      .option('latency-from', {
        type: 'string',
        describe: 'database whose latency model to take instead of measuring: for the same search elsewhere',
      })
      .option('seed', { type: 'number', describe: 'overrides the experiment' })
      .option('candidates', { type: 'number', describe: 'overrides the experiment' })
      .options(jsonOption),
  handler: async (args) => {
    const { engine, device, seed, candidates } = args;
    const overrides = Object.fromEntries(
      Object.entries({ engine, device, seed, candidates }).filter(([, value]) => value !== undefined),
    );
    const file = await readExperiment(args.experiment);
    const named = args.manifest === undefined ? {} : { manifest: resolve(args.manifest) };
    const probed =
      args.probe === undefined ? {} : { probe: { ...file.probe, manifest: resolve(args.probe) } };
    const asked = parseOrThrow(
      Experiment,
      { ...file, ...overrides, ...probed, scans: { ...file.scans, ...named } },
      'options over the experiment',
    );
    const experiment = await withStart(asked, await loadSpace(asked.space));
    const database = args.db ?? `${experiment.name}.db`;
    const { workers, remark } = workerCount(args.workers, experiment);
    const memory = memoryAsked(args.memory);
    const before = existsSync(database) ? recorded(database, experiment.name) : undefined;
    if (before !== undefined && args.latencyFrom !== undefined) {
      throw new UserError({
        subject: '--latency-from',
        problem: `experiment ${experiment.name} in ${database} has its own latency model already`,
        fix: 'leave it out, or give another --db',
      });
    }
    const choice =
      before === undefined
        ? await chooseEngine(experiment)
        : { engine: before.engine, device: before.device, reason: recordedReason(before) };
    const draft = await resolveExperiment(experiment, 1);
    // Refuses wrong options before anything is read or written.
    const { name: strategy } = strategyOf(draft);
    const source = args.scans === undefined ? phantoms : resolve(args.scans);
    const scans = await loadScans(await scanFolder(source, experiment, database), experiment, draft.plan);
    const unlimited = await resolveExperiment(experiment, scans.channels);
    tryOwn(unlimited, scans);
    const labelled = await loadProbe(experiment, unlimited.plan, scans.channels);
    const spec = specOf(unlimited, labelled);
    note(
      `engine: ${choice.engine} on ${choice.device} (${choice.reason}); ${workers} at a time; database ${database}`,
    );
    if (remark !== null) note(remark);
    const latency =
      before === undefined
        ? await latencyModelFor(unlimited, choice, args.latencyFrom)
        : storedLatencyModel(before, database);
    noteLatency(experiment, latency);
    const resolved = await resolveExperiment(experiment, scans.channels, latency);
    tryStrategy(resolved);

    const fresh = (): NewExperiment => ({
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
      metric: resolved.plan.metric,
      chance: resolved.plan.chance,
      processor: processor(),
      version,
    });
    // A new database comes into being with its experiment, so that whatever happens next can be resumed.
    const store = openStore(database, 'create', (created) => createExperiment(created, fresh(), new Date()));
    noteRemarks(store);
    try {
      const row = rowOf(store, spec, fresh);
      requireCodeOf(row, resolved);
      requireSameScans(row, scans.fingerprint, args.scans ?? 'the phantoms');
      requireSameDecisions(store, row, resolved);
      noteOtherProcessor(row);
      const total = Math.max(row.candidates, experiment.candidates);
      extendExperiment(store, row.id, total);
      const run = { store, row, resolved, scans, labelled, workers, memory, candidates: total };
      const end = await runSearch(run);
      showSummary(store, row, end, args.json);
    } finally {
      store.close();
    }
  },
});

/** The experiment as an existing database holds it, if it does. */
function recorded(database: string, name: string): Row | undefined {
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
function rowOf(store: Store, spec: Spec, fresh: () => NewExperiment): Row {
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

/**
 * The path of the first key that differs; null where none does. How many candidates are wanted is ignored, and so is the
 * code, which is compared by file.
 */
function differingKey(a: Json, b: Json, path = ''): string | null {
  if (['experiment.candidates', 'experiment.$schema', 'code', 'worst'].includes(path)) return null;
  if (!isJsonRecord(a) || !isJsonRecord(b)) return canonicalJson(a) === canonicalJson(b) ? null : path;
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const inner = differingKey(a[key] ?? null, b[key] ?? null, path === '' ? key : `${path}.${key}`);
    if (inner !== null) return inner;
  }
  return null;
}
