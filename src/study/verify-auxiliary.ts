/**
 * Verification of everything but the decisions on candidates: trainings ended by their curves, full evaluations
 * for the trust meter, the choice of winners and their repetitions.
 */
import type { Json } from '../core/json.js';
import type { Candidate } from '../store/candidates.js';
import { promotedOf } from '../store/candidates.js';
import { auxiliaryEvaluations, type Evaluation } from '../store/evaluations.js';
import type { ExperimentRow } from '../store/experiments.js';
import type { Store } from '../store/open.js';
import { roundsOf } from '../store/winners.js';
import { chooseWinners, isTrusted, trustSeed, winnerSeeds, type AuxiliaryPlan } from './auxiliary.js';
import { CurveStopping, stopOf, type CurveRule } from './curve-stopping.js';
import { curvesOfLog } from './curve-watch.js';

/** Takes note of what was found where it differs from what was expected. */
export type Compare = (what: string, expected: Json, found: Json) => void;

/** Compares where a candidate's training ended with where its curve falls behind. Numbers must ascend. */
export function curveCheck(
  store: Store,
  experiment: ExperimentRow,
  rule: CurveRule | undefined,
): (candidate: Candidate, evaluation: Evaluation | undefined, compare: Compare) => void {
  if (rule === undefined) return () => undefined;
  const stopping = new CurveStopping(rule, experiment.lookahead);
  const curves = curvesOfLog(store, experiment, rule.curve);
  return ({ number, rung }, evaluation, compare) => {
    const thresholds = stopping.thresholdsOf(number, rung);
    if (evaluation === undefined) return;
    const curve = curves.get(number) ?? null;
    stopping.finished(number, curve);
    if (evaluation.status !== 'done' || curve === null) return;
    const byCurve = evaluation.ended === 'curve';
    // The last step of a training that was not ended is never asked about.
    const stop = stopOf(thresholds, curve, byCurve ? Infinity : evaluation.steps);
    compare('steps', stop ?? 'not ended by its curve', byCurve ? evaluation.steps : 'not ended by its curve');
  };
}

interface Decided {
  readonly candidates: readonly Candidate[];
  readonly plan: AuxiliaryPlan;
  readonly rungs: readonly number[] | undefined;
}

/** Compares each auxiliary evaluation with those that the log asks for. Missing ones are still to come. */
export function compareAuxiliary(
  store: Store,
  experiment: ExperimentRow,
  { candidates, plan, rungs }: Decided,
  comparison: (candidate: number) => Compare,
): void {
  const rounds = roundsOf(store, experiment.id);
  for (const { chosenFrom, candidates: chosen } of rounds) {
    const expected = chooseWinners(candidates.slice(0, chosenFrom), plan.winners?.candidates ?? 0);
    const first = chosen.find((number, place) => expected[place] !== number) ?? chosen[0] ?? 0;
    comparison(first)('winners', expected, chosen);
  }
  const promotions = promotedOf(store, experiment.id);
  const byNumber = new Map(candidates.map((candidate) => [candidate.number, candidate]));
  const winners = new Set(rounds.flatMap(({ candidates: chosen }) => chosen));
  const seeds = plan.winners === undefined ? [] : winnerSeeds(experiment.seed, plan.winners);
  for (const { number, purpose, seed } of auxiliaryEvaluations(store, experiment.id)) {
    const candidate = byNumber.get(number);
    const compare = comparison(number);
    if (purpose === 'winner') {
      const due = winners.has(number) ? seeds : [];
      if (!due.includes(seed)) compare('winners', due, seed);
      continue;
    }
    const task = candidate && { number, rung: candidate.rung, promoted: promotions.has(candidate.id) };
    const due =
      task !== undefined &&
      plan.trust !== undefined &&
      isTrusted(plan.trust, experiment.seed, task, rungs) &&
      candidate?.status === 'done';
    compare('trust', due ? trustSeed(experiment.seed) : 'none', seed);
  }
}
