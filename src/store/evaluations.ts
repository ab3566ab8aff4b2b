/**
 * The tables `evaluations` and `curves`: what came of training a candidate.
 */
import type { Store } from './open.js';

export type EvaluationStatus = 'done' | 'diverged' | 'failed' | 'infeasible';

/** One line of a plot: values of `name` at training steps. */
export interface Curve {
  readonly name: string;
  readonly steps: readonly number[];
  readonly values: ArrayLike<number>;
}

export interface EvaluationRecord {
  /** The fidelity: 0 is the lowest. */
  readonly rung: number;
  readonly seed: number;
  /** Training steps taken. */
  readonly steps: number;
  readonly status: EvaluationStatus;
  /** To be maximised; finite where done or diverged, null otherwise. */
  readonly score: number | null;
  readonly engine: string;
  readonly device: string;
  readonly seconds: number;
  /** Why there is no score, or what went wrong. */
  readonly error: string | null;
  readonly attempts: number;
  /** Content hash of the weights file; null where none is kept. */
  readonly artifact: string | null;
  /** JSON of whose weights it started from and where each tensor's values came from; null: freshly drawn. */
  readonly inherited: string | null;
}

export interface Evaluation extends EvaluationRecord {
  readonly id: number;
}

/**
 * Commits an evaluation, its curves and with them the candidate's status and score: `done` where there is a
 * score (a diverged candidate has the worst), else `failed` or `infeasible`.
 */
export function finishCandidate(
  store: Store,
  candidate: number,
  evaluation: EvaluationRecord,
  curves: readonly Curve[],
): void {
  const { status, score } = evaluation;
  const scored = status === 'done' || status === 'diverged';
  if (scored !== (score !== null && Number.isFinite(score))) {
    throw new Error(`an evaluation that is ${status} cannot have the score ${score}`);
  }
  store.transaction(() => {
    const { lastInsertRowid } = store
      .statement(
        `INSERT INTO evaluations
           (candidate, rung, seed, steps, status, score, engine, device, seconds, error, attempts, artifact,
            inherited)
         VALUES (@candidate, @rung, @seed, @steps, @status, @score, @engine, @device, @seconds, @error, @attempts,
           @artifact, @inherited)`,
      )
      .run({ ...evaluation, candidate });
    insertCurves(store, Number(lastInsertRowid), curves);
    store
      .statement('UPDATE candidates SET status = ?, score = ? WHERE id = ?')
      .run(scored ? 'done' : status, score, candidate);
  });
}

function insertCurves(store: Store, evaluation: number, curves: readonly Curve[]): void {
  const insert = store.statement('INSERT INTO curves (evaluation, step, name, value) VALUES (?, ?, ?, ?)');
  for (const { name, steps, values } of curves) {
    steps.forEach((step, i) => {
      const value = values[i];
      insert.run(evaluation, step, name, value === undefined || !Number.isFinite(value) ? null : value);
    });
  }
}

export function evaluationsOf(store: Store, candidate: number): readonly Evaluation[] {
  return store
    .statement(
      `SELECT id, rung, seed, steps, status, score, engine, device, seconds, error, attempts, artifact,
         inherited
       FROM evaluations WHERE candidate = ? ORDER BY rung, seed`,
    )
    .all(candidate) as Evaluation[];
}

export interface CurvePoint {
  readonly step: number;
  readonly name: string;
  readonly value: number | null;
}

export function curvesOf(store: Store, evaluation: number): readonly CurvePoint[] {
  return store
    .statement('SELECT step, name, value FROM curves WHERE evaluation = ? ORDER BY name, step')
    .all(evaluation) as CurvePoint[];
}
