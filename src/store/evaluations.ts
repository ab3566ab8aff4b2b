/**
 * The tables `evaluations`, `curves` and `probes`: outcomes of evaluations.
 */
import type {
  Curve,
  Ended,
  EvaluationOutcome,
  EvaluationStatus,
  ProbeValue,
  Purpose,
} from '../core/records.js';
import type { Store } from './open.js';

/** An outcome as it is committed: its weights are a file, what it inherited is JSON. */
export interface EvaluationRecord extends Omit<
  EvaluationOutcome,
  'curves' | 'probes' | 'weights' | 'inherited' | 'ended' | 'peakBytes' | 'processorClass' | 'worker'
> {
  /** Absent: `search`. */
  readonly purpose?: Purpose;
  /** Reason why training ended before its last step; null where it did not. */
  readonly ended?: Ended | null;
  /** The fidelity: 0 is the lowest. */
  readonly rung: number;
  readonly seed: number;
  /** Bytes by which training grew its process at most; null where that could not be told. */
  readonly peakBytes?: number | null;
  /** Class of the worker's processor; null where this machine computed it. */
  readonly processorClass?: string | null;
  /** Name of the worker; null where this machine computed it. */
  readonly worker?: string | null;
  /** Content hash of the weights file; null where none is stored. */
  readonly artifact: string | null;
  /** JSON of whose weights it started from and where each tensor's values came from; null: freshly drawn. */
  readonly inherited: string | null;
}

export interface Evaluation extends Required<EvaluationRecord> {
  readonly id: number;
  /** ISO 8601, UTC: when its outcome was committed; null in databases from before that was kept. */
  readonly finishedAt: string | null;
}

/** Recorded with an evaluation. */
export interface Measured {
  readonly curves: readonly Curve[];
  readonly probes?: readonly ProbeValue[] | undefined;
}

/**
 * Commits an evaluation of the search, what was measured and with them the candidate's status and score: `done` where
 * there is a score (a diverged candidate has the worst), else `failed` or `infeasible`.
 */
export function finishCandidate(
  store: Store,
  candidate: number,
  evaluation: EvaluationRecord,
  measured: Measured,
): void {
  const { status, score } = evaluation;
  store.transaction(() => {
    insertEvaluation(store, candidate, evaluation, measured);
    store
      .statement('UPDATE candidates SET status = ?, score = ? WHERE id = ?')
      .run(isScored(status) ? 'done' : status, score, candidate);
  });
}

/** Commits an evaluation alone: the candidate stays as it is. */
export function insertEvaluation(
  store: Store,
  candidate: number,
  evaluation: EvaluationRecord,
  { curves, probes = [] }: Measured,
): void {
  const { status, score } = evaluation;
  if (isScored(status) !== (score !== null && Number.isFinite(score))) {
    throw new Error(`an evaluation that is ${status} cannot have the score ${score}`);
  }
  store.transaction(() => {
    const { lastInsertRowid } = store
      .statement(
        `INSERT INTO evaluations
           (candidate, purpose, rung, seed, steps, status, score, engine, device, seconds, error, attempts, artifact,
            inherited, ended, peak_bytes, processor_class, worker, finished_at)
         VALUES (@candidate, @purpose, @rung, @seed, @steps, @status, @score, @engine, @device, @seconds, @error,
           @attempts, @artifact, @inherited, @ended, @peakBytes, @processorClass, @worker,
           strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))`,
      )
      .run({
        purpose: 'search',
        ended: null,
        peakBytes: null,
        processorClass: null,
        worker: null,
        ...evaluation,
        candidate,
      });
    const id = Number(lastInsertRowid);
    insertCurves(store, id, curves);
    const insert = store.statement(
      'INSERT INTO probes (evaluation, name, value, low, high) VALUES (?, ?, ?, ?, ?)',
    );
    for (const { name, value, low, high } of probes) {
      insert.run(id, name, finite(value), finite(low), finite(high));
    }
  });
}

function isScored(status: EvaluationStatus): boolean {
  return status === 'done' || status === 'diverged';
}

function finite(value: number | null | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}

function insertCurves(store: Store, evaluation: number, curves: readonly Curve[]): void {
  const insert = store.statement('INSERT INTO curves (evaluation, step, name, value) VALUES (?, ?, ?, ?)');
  for (const { name, steps, values } of curves) {
    steps.forEach((step, i) => {
      insert.run(evaluation, step, name, finite(values[i]));
    });
  }
}

/** Evaluations of a candidate in the search, or for another purpose. */
export function evaluationsOf(
  store: Store,
  candidate: number,
  purpose: Purpose = 'search',
): readonly Evaluation[] {
  return store
    .statement(
      `SELECT id, purpose, rung, seed, steps, status, score, engine, device, seconds, error, attempts, artifact,
         inherited, ended, peak_bytes AS peakBytes, processor_class AS processorClass, worker, finished_at AS finishedAt
       FROM evaluations WHERE candidate = ? AND purpose = ? ORDER BY rung, seed`,
    )
    .all(candidate, purpose) as Evaluation[];
}

/** Curves of an evaluation, by name; null where a value was not a number. */
export function curvesOf(
  store: Store,
  evaluation: number,
): readonly {
  readonly name: string;
  readonly steps: readonly number[];
  readonly values: readonly (number | null)[];
}[] {
  const rows = store
    .statement('SELECT name, step, value FROM curves WHERE evaluation = ? ORDER BY name, step')
    .all(evaluation) as { name: string; step: number; value: number | null }[];
  const curves = new Map<string, { name: string; steps: number[]; values: (number | null)[] }>();
  for (const { name, step, value } of rows) {
    const curve = curves.get(name) ?? { name, steps: [], values: [] };
    curves.set(name, curve);
    curve.steps.push(step);
    curve.values.push(value);
  }
  return [...curves.values()];
}

/** What probes found in the features of an evaluation, by name. */
export function probesOf(
  store: Store,
  evaluation: number,
): readonly {
  readonly name: string;
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
}[] {
  return store
    .statement('SELECT name, value, low, high FROM probes WHERE evaluation = ? ORDER BY name')
    .all(evaluation) as ReturnType<typeof probesOf>;
}

/** An auxiliary evaluation, by its candidate's number. */
export interface AuxiliaryEvaluation {
  readonly id: number;
  readonly number: number;
  readonly purpose: Exclude<Purpose, 'search'>;
  readonly rung: number;
  readonly seed: number;
  readonly steps: number;
  readonly status: EvaluationStatus;
  readonly score: number | null;
}

export function auxiliaryEvaluations(store: Store, experiment: number): readonly AuxiliaryEvaluation[] {
  return store
    .statement(
      `SELECT evaluations.id, number, purpose, evaluations.rung, evaluations.seed, steps, evaluations.status,
         evaluations.score
       FROM evaluations JOIN candidates ON candidates.id = candidate
       WHERE purpose <> 'search' AND experiment = ? ORDER BY number, evaluations.seed`,
    )
    .all(experiment) as AuxiliaryEvaluation[];
}

/** One curve of every candidate of the search that has it and is done, in the order of numbers and steps. */
export function curveOfAll(
  store: Store,
  experiment: number,
  name: string,
): readonly { readonly number: number; readonly step: number; readonly value: number | null }[] {
  return store
    .statement(
      `SELECT number, step, value FROM candidates
       JOIN evaluations ON candidate = candidates.id AND purpose = 'search' AND evaluations.status = 'done'
       JOIN curves ON evaluation = evaluations.id AND name = ?
       WHERE experiment = ? ORDER BY number, step`,
    )
    .all(name, experiment) as { number: number; step: number; value: number | null }[];
}

/** A figure of the probes of every candidate of the search that has it, by number. */
export function probedValues(
  store: Store,
  experiment: number,
  name: string,
): ReadonlyMap<number, number | null> {
  const rows = store
    .statement(
      `SELECT number, value FROM candidates
       JOIN evaluations ON candidate = candidates.id AND purpose = 'search'
       JOIN probes ON evaluation = evaluations.id AND name = ?
       WHERE experiment = ? ORDER BY number`,
    )
    .all(name, experiment) as { number: number; value: number | null }[];
  return new Map(rows.map(({ number, value }) => [number, value]));
}
