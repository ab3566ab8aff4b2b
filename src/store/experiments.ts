/**
 * The table `experiments`: what is searched, with what, on what. One row a search.
 */
import { UserError } from '../core/errors.js';
import { canonicalJson, type Json } from '../core/json.js';
import type { Store } from './open.js';

export interface NewExperiment {
  readonly name: string;
  /** The experiment as validated, defaults included. */
  readonly spec: Json;
  readonly seed: number;
  readonly strategy: string;
  readonly space: string;
  readonly task: string;
  readonly lookahead: number;
  /** Number of candidates that are wanted. */
  readonly candidates: number;
  readonly engine: string;
  readonly device: string;
  /** The folder of scans as given. */
  readonly scans: string;
  readonly scansFingerprint: string;
  readonly metric: string;
  /** The metric of a model that knows nothing. */
  readonly chance: number;
  readonly version: string;
  /** Why this engine and device: the reason, and what was measured. Null in databases from before it was recorded. */
  readonly engineChoice?: Json | null;
  /** Model by which the limit on latency is judged; null where there is no such limit. */
  readonly latencyModel?: Json | null;
  /** Name of the processor on which it begins. Null in databases from before it was recorded. */
  readonly processor?: string | null;
}

export interface ExperimentRow extends NewExperiment {
  readonly id: number;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
}

/** Throws where the name is taken. */
export function createExperiment(store: Store, experiment: NewExperiment, createdAt: Date): ExperimentRow {
  return store.transaction(() => {
    if (findExperiment(store, experiment.name) !== undefined) {
      throw new UserError({
        subject: store.path,
        problem: `already holds an experiment named ${experiment.name}`,
        fix: 'continue it with voxolve resume, or give another database or name',
      });
    }
    const { engineChoice = null, latencyModel = null, processor = null } = experiment;
    const row = {
      ...experiment,
      spec: canonicalJson(experiment.spec),
      engineChoice: engineChoice === null ? null : canonicalJson(engineChoice),
      latencyModel: latencyModel === null ? null : canonicalJson(latencyModel),
      processor,
      createdAt: createdAt.toISOString(),
    };
    const { lastInsertRowid } = store
      .statement(
        `INSERT INTO experiments (name, spec, seed, strategy, space, task, lookahead, candidates, engine, device,
           scans, scans_fingerprint, metric, chance, created_at, voxolve_version, engine_choice,
           latency_model, processor)
         VALUES (@name, @spec, @seed, @strategy, @space, @task, @lookahead, @candidates, @engine, @device,
           @scans, @scansFingerprint, @metric, @chance, @createdAt, @version, @engineChoice,
           @latencyModel, @processor)`,
      )
      .run(row);
    return {
      ...experiment,
      engineChoice,
      latencyModel,
      processor,
      id: Number(lastInsertRowid),
      createdAt: row.createdAt,
    };
  });
}

const SELECT = `
  SELECT id, name, spec, seed, strategy, space, task, lookahead, candidates, engine, device, scans,
    scans_fingerprint AS scansFingerprint, metric, chance, created_at AS createdAt, voxolve_version AS version,
    engine_choice AS engineChoice, latency_model AS latencyModel, processor
  FROM experiments`;

type Row = Omit<ExperimentRow, 'spec' | 'engineChoice' | 'latencyModel'> & {
  readonly spec: string;
  readonly engineChoice: string | null;
  readonly latencyModel: string | null;
};

export function listExperiments(store: Store): readonly ExperimentRow[] {
  return (store.statement(`${SELECT} ORDER BY id`).all() as Row[]).map(experimentOf);
}

export function findExperiment(store: Store, name: string): ExperimentRow | undefined {
  const row = store.statement(`${SELECT} WHERE name = ?`).get(name) as Row | undefined;
  return row === undefined ? undefined : experimentOf(row);
}

/** The experiment of that name; without a name the only one there is. */
export function chooseExperiment(store: Store, name?: string): ExperimentRow {
  const all = listExperiments(store);
  const [only] = name === undefined ? all : all.filter((experiment) => experiment.name === name);
  if (only !== undefined && (name !== undefined || all.length === 1)) return only;
  if (all.length === 0) {
    throw new UserError({
      subject: store.path,
      problem:
        'holds no experiment: it was copied without its -wal file, or its search ended before it began',
      fix: 'copy that file along with it, or run voxolve search with it again',
    });
  }
  const names = all.map((experiment) => experiment.name).join(', ');
  throw new UserError({
    subject: store.path,
    problem: name === undefined ? `holds ${all.length} experiments` : `holds no experiment named ${name}`,
    fix: `choose one with --experiment: ${names}`,
  });
}

/** Sets how many candidates are wanted; it never shrinks. */
export function extendExperiment(store: Store, id: number, candidates: number): void {
  store.statement('UPDATE experiments SET candidates = max(candidates, ?) WHERE id = ?').run(candidates, id);
}

function experimentOf(row: Row): ExperimentRow {
  const optional = (text: string | null): Json => (text === null ? null : (JSON.parse(text) as Json));
  return {
    ...row,
    spec: JSON.parse(row.spec) as Json,
    engineChoice: optional(row.engineChoice),
    latencyModel: optional(row.latencyModel),
  };
}
