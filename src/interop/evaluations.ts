/**
 * Evaluations with all that was measured, as other tools are told of them: one evaluation is one run there.
 */
import type { Curve, EvaluationStatus, ProbeValue, Purpose } from '../core/records.js';
import { bestCandidates, type ExperimentRow, type Store } from '../store/index.js';

export interface LoggedEvaluation {
  readonly id: number;
  /** Number of its candidate. */
  readonly number: number;
  readonly purpose: Purpose;
  readonly rung: number;
  readonly seed: number;
  readonly steps: number;
  readonly status: EvaluationStatus;
  readonly score: number | null;
  readonly engine: string;
  readonly device: string;
  readonly seconds: number;
  readonly error: string | null;
  /** ISO 8601, UTC; null in databases from before it was recorded. */
  readonly finishedAt: string | null;
  readonly params: number | null;
  readonly macs: number | null;
  /** Canonical JSON. */
  readonly genome: string;
}

const SELECT = `
  SELECT evaluations.id, number, purpose, evaluations.rung, evaluations.seed, steps, evaluations.status,
    evaluations.score, engine, device, seconds, error, finished_at AS finishedAt,
    params, macs, genome
  FROM evaluations JOIN candidates ON candidates.id = candidate
  WHERE experiment = ?`;

/** Evaluations with an id above `after`, in the order in which they were committed. */
export function evaluationsAfter(
  store: Store,
  experiment: number,
  after: number,
): readonly LoggedEvaluation[] {
  return store
    .statement(`${SELECT} AND evaluations.id > ? ORDER BY evaluations.id`)
    .all(experiment, after) as LoggedEvaluation[];
}

/** All evaluations of the `count` candidates with the highest scores, the best first. */
export function evaluationsOfBest(
  store: Store,
  { id }: ExperimentRow,
  count: number,
): readonly LoggedEvaluation[] {
  return bestCandidates(store, id, count).flatMap(
    ({ number }) =>
      store
        .statement(`${SELECT} AND number = ? ORDER BY evaluations.id`)
        .all(id, number) as LoggedEvaluation[],
  );
}

/** Curves of an evaluation by name; values that were no numbers are left out. */
export function curvesOf(store: Store, evaluation: number): readonly Curve[] {
  const rows = store
    .statement(
      'SELECT name, step, value FROM curves WHERE evaluation = ? AND value IS NOT NULL ORDER BY name, step',
    )
    .all(evaluation) as { readonly name: string; readonly step: number; readonly value: number }[];
  const curves = new Map<string, { name: string; steps: number[]; values: number[] }>();
  for (const { name, step, value } of rows) {
    const curve = curves.get(name) ?? { name, steps: [], values: [] };
    curve.steps.push(step);
    curve.values.push(value);
    curves.set(name, curve);
  }
  return [...curves.values()];
}

/** Figures of the probes of an evaluation, by name. */
export function probesOf(store: Store, evaluation: number): readonly ProbeValue[] {
  return store
    .statement(
      'SELECT name, value, low, high FROM probes WHERE evaluation = ? AND value IS NOT NULL ORDER BY name',
    )
    .all(evaluation) as ProbeValue[];
}

/** Name of an evaluation that is unique within its candidate: `search`, `winner-rung0-seed7`. */
export function evaluationName({ purpose, rung, seed }: LoggedEvaluation): string {
  return purpose === 'search' ? purpose : `${purpose}-rung${rung}-seed${seed}`;
}

/** Number of a candidate in names that sort as numbers do. */
export function paddedNumber(number: number): string {
  return String(number).padStart(6, '0');
}

/**
 * Seconds since the epoch at which a training step is shown: its steps are spread evenly over the seconds before it was finished. In
 * databases from before that was recorded, each evaluation is laid to the start of its search.
 */
export function shownTime(
  row: ExperimentRow,
  { seconds, steps, finishedAt }: Pick<LoggedEvaluation, 'seconds' | 'steps' | 'finishedAt'>,
  step: number,
): number {
  const finished = Date.parse(finishedAt ?? '') / 1000;
  const begun = Number.isNaN(finished) ? startOf(row) : finished - seconds;
  return begun + (steps > 0 ? (seconds * Math.min(step, steps)) / steps : seconds);
}

/** Seconds since the epoch at which the search was created. */
export function startOf({ createdAt }: ExperimentRow): number {
  const start = Date.parse(createdAt);
  return Number.isNaN(start) ? 0 : start / 1000;
}
