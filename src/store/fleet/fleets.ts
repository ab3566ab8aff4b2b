/**
 * The tables `fleets` and `fleet_workers`: what ties a search to its queue, and the workers that were seen.
 */
import { randomUUID } from 'node:crypto';
import type { EvaluationJob } from '../../core/records.js';
import type { Evaluation } from '../evaluations.js';
import type { Store } from '../open.js';

/** A worker as it was last seen. */
export interface SeenWorkerRow {
  readonly name: string;
  /** Class of its processor; null where it never told. */
  readonly class: string | null;
  readonly slots: number;
  /** Numbers of the candidates that it works on. */
  readonly candidates: readonly number[];
}

/** Id of an experiment's search among those of all databases; made when it is first asked for. */
export function fleetOf(store: Store, experiment: number): string {
  store
    .statement('INSERT INTO fleets (experiment, search, class) VALUES (?, ?, NULL) ON CONFLICT DO NOTHING')
    .run(experiment, randomUUID());
  return store.statement('SELECT search FROM fleets WHERE experiment = ?').pluck().get(experiment) as string;
}

/** The same of an experiment that ran on a queue before; undefined where it never did. */
export function knownFleetOf(store: Store, experiment: number): string | undefined {
  return store.statement('SELECT search FROM fleets WHERE experiment = ?').pluck().get(experiment) as
    string | undefined;
}

/** The class of processors that a search belongs to; null where it has none yet. */
export function classOfFleet(store: Store, experiment: number): string | null {
  const found = store.statement('SELECT class FROM fleets WHERE experiment = ?').pluck().get(experiment);
  return (found as string | null | undefined) ?? null;
}

export function setFleetClass(store: Store, experiment: number, name: string): void {
  store.statement('UPDATE fleets SET class = ? WHERE experiment = ?').run(name, experiment);
}

/** Records the workers that are there now; the others of an experiment work on nothing any more. */
export function setSeenWorkers(store: Store, experiment: number, workers: readonly SeenWorkerRow[]): void {
  store.transaction(() => {
    store.statement(`UPDATE fleet_workers SET candidates = '[]' WHERE experiment = ?`).run(experiment);
    const upsert = store.statement(
      `INSERT INTO fleet_workers (experiment, name, class, slots, candidates) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET class = excluded.class, slots = excluded.slots, candidates = excluded.candidates`,
    );
    for (const { name, class: processor, slots, candidates } of workers)
      upsert.run(experiment, name, processor, slots, JSON.stringify(candidates));
  });
}

/** All workers that were ever seen, by name. */
export function seenWorkers(store: Store, experiment: number): readonly SeenWorkerRow[] {
  const rows = store
    .statement('SELECT name, class, slots, candidates FROM fleet_workers WHERE experiment = ? ORDER BY name')
    .all(experiment) as (Omit<SeenWorkerRow, 'candidates'> & { readonly candidates: string })[];
  return rows.map((row) => ({ ...row, candidates: JSON.parse(row.candidates) as number[] }));
}

/** An evaluation by what tells it from all others of its search; undefined where it is not committed. */
export function committedEvaluation(
  store: Store,
  experiment: number,
  { number, purpose, rung, seed }: Pick<EvaluationJob, 'number' | 'purpose' | 'rung' | 'seed'>,
): Pick<Evaluation, 'status' | 'score' | 'steps' | 'artifact'> | undefined {
  return store
    .statement(
      `SELECT evaluations.status, evaluations.score, steps, artifact
       FROM evaluations JOIN candidates ON candidates.id = candidate
       WHERE experiment = ? AND number = ? AND purpose = ? AND evaluations.rung = ? AND evaluations.seed = ?`,
    )
    .get(experiment, number, purpose, rung, seed) as
    Pick<Evaluation, 'status' | 'score' | 'steps' | 'artifact'> | undefined;
}
