/**
 * The learning curves that the rule of curve-stopping.ts compares, from the log and as they arrive.
 */
import type { EvaluationOutcome, Threshold } from '../core/records.js';
import { listCandidates } from '../store/candidates.js';
import { curveOfAll } from '../store/evaluations.js';
import type { ExperimentRow } from '../store/experiments.js';
import type { Store } from '../store/open.js';
import { CurveStopping, type CurveRule, type ScoreCurve } from './curve-stopping.js';

interface Finished {
  readonly number: number;
  readonly rung: number;
}

export interface CurveWatch {
  /** Scores that a candidate has to reach. Numbers must be asked in ascending order. */
  thresholdsOf(number: number, rung: number): readonly Threshold[];
  /** Null where it was not trained. */
  finished(candidate: Finished, outcome: Pick<EvaluationOutcome, 'status' | 'curves'> | null): void;
}

export function curveWatch(store: Store, experiment: ExperimentRow, rule: CurveRule | undefined): CurveWatch {
  if (rule === undefined) return { thresholdsOf: () => [], finished: () => undefined };
  const stopping = new CurveStopping(rule, experiment.lookahead);
  const curves = curvesOfLog(store, experiment, rule.curve);
  for (const { number, status } of listCandidates(store, experiment.id)) {
    if (status !== 'pending' && status !== 'running') stopping.finished(number, curves.get(number) ?? null);
  }
  return {
    thresholdsOf: (number, rung) => stopping.thresholdsOf(number, rung),
    finished: ({ number, rung }, outcome) => {
      const line = outcome?.curves.find(({ name }) => name === rule.curve);
      const usable = outcome?.status === 'done' && line !== undefined;
      stopping.finished(
        number,
        usable
          ? { rung, points: line.steps.map((step, i) => ({ step, value: line.values[i] ?? NaN })) }
          : null,
      );
    },
  };
}

/** By number, the curve of each candidate that has it and is done. */
export function curvesOfLog(
  store: Store,
  experiment: ExperimentRow,
  name: string,
): ReadonlyMap<number, ScoreCurve> {
  const rungs = new Map(listCandidates(store, experiment.id).map(({ number, rung }) => [number, rung]));
  const found = new Map<number, { rung: number; points: { step: number; value: number }[] }>();
  for (const { number, step, value } of curveOfAll(store, experiment.id, name)) {
    const curve = found.get(number) ?? { rung: rungs.get(number) ?? 0, points: [] };
    found.set(number, curve);
    if (value !== null) curve.points.push({ step, value });
  }
  return found;
}
