/**
 * What is still to be evaluated beside the search, by the log, and the choice of winners written into it.
 */
import type { Genome } from '../search/strategy.js';
import type { Candidate } from '../store/candidates.js';
import { auxiliaryEvaluations, insertEvaluation, type Purpose } from '../store/evaluations.js';
import type { ExperimentRow } from '../store/experiments.js';
import { collect, writeArtifact } from '../store/artifacts.js';
import type { Store } from '../store/open.js';
import { insertRound, roundsOf } from '../store/winners.js';
import { chooseWinners, trustSeed, winnerSeeds, type AuxiliaryPlan } from './auxiliary.js';
import type { EvaluationOutcome } from './outcome.js';

export interface AuxiliaryTask {
  readonly purpose: Exclude<Purpose, 'search'>;
  readonly id: number;
  readonly number: number;
  readonly genome: Genome;
  /** The highest, where the strategy has rungs. */
  readonly rung: number;
  readonly seed: number;
  /** Steps as a multiple of the full training's. */
  readonly share: number;
}

type Known = Pick<Candidate, 'id' | 'number' | 'genome'>;

export interface AuxiliaryLog {
  /** The full evaluation of a trusted candidate; undefined where it is in the log already. */
  trustTask(candidate: Known): AuxiliaryTask | undefined;
  /** Chooses winners among all candidates, commits the choice, and lists what is still to be evaluated. */
  winnerTasks(candidates: readonly Candidate[]): readonly AuxiliaryTask[];
  finish(task: AuxiliaryTask, outcome: EvaluationOutcome): void;
}

export function openAuxiliaryLog(
  store: Store,
  experiment: ExperimentRow,
  plan: AuxiliaryPlan,
  { rungs, keepWeights }: { readonly rungs: readonly number[] | undefined; readonly keepWeights: number },
): AuxiliaryLog {
  const key = (purpose: Purpose, number: number, seed: number): string => `${purpose} ${number} ${seed}`;
  const known = new Set(
    auxiliaryEvaluations(store, experiment.id).map(({ purpose, number, seed }) => key(purpose, number, seed)),
  );
  const rung = (rungs?.length ?? 1) - 1;
  const task = (
    purpose: AuxiliaryTask['purpose'],
    { id, number, genome }: Known,
    seed: number,
    share: number,
  ): AuxiliaryTask | undefined =>
    known.has(key(purpose, number, seed)) ? undefined : { purpose, id, number, genome, rung, seed, share };
  return {
    trustTask: (candidate) =>
      plan.trust === undefined
        ? undefined
        : task('trust', candidate, trustSeed(experiment.seed), plan.trust.longer),
    winnerTasks: (candidates) => {
      const { winners } = plan;
      if (winners === undefined || candidates.length === 0) return [];
      const numbers = chooseWinners(candidates, winners.candidates);
      const latest = roundsOf(store, experiment.id).at(-1);
      if (latest?.chosenFrom !== candidates.length) {
        insertRound(store, experiment.id, { chosenFrom: candidates.length, candidates: numbers });
      }
      return numbers.flatMap((number) =>
        winnerSeeds(experiment.seed, winners).flatMap((seed) => {
          const candidate = candidates[number];
          const due = candidate && task('winner', candidate, seed, winners.longer);
          return due === undefined ? [] : [due];
        }),
      );
    },
    finish: ({ purpose, id, rung: own, seed }, outcome) => {
      const { curves, probes, weights, inherited: _none, ...measured } = outcome;
      const artifact = purpose === 'winner' && weights !== undefined ? writeArtifact(store, weights) : null;
      insertEvaluation(
        store,
        id,
        { ...measured, purpose, rung: own, seed, artifact, inherited: null },
        { curves, probes },
      );
      if (artifact !== null) collect(store, experiment.id, keepWeights);
    },
  };
}
