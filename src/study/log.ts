/**
 * The study's log of decisions and outcomes, and how it goes on where another run ended.
 */
import { canonicalJson } from '../core/json.js';
import type { CandidateStatus, EvaluationOutcome, Feasibility, Genome } from '../core/records.js';
import type { Proposal, Result } from '../search/strategy.js';
import { artifactOf, collect, readArtifact, worthKeeping, writeArtifact } from '../store/artifacts.js';
import {
  findCandidate,
  insertCandidate,
  listCandidates,
  parentsOf,
  promotedOf,
  setRunning,
  type Candidate,
} from '../store/candidates.js';
import { finishCandidate } from '../store/evaluations.js';
import type { ExperimentRow } from '../store/experiments.js';
import type { Store } from '../store/open.js';
import {
  objectiveValues,
  withWorstGroups,
  worstGroupOf,
  type Objective,
  type Weighed,
} from './objectives.js';
import type { ParentWeights, SearchTask } from './tasks.js';

/** A candidate with the worst group's metric, where the search weighs that. */
export type WeighedCandidate = Candidate & Pick<Weighed, 'worstGroup'>;

export interface Log {
  /**
   * Candidates in the order of their numbers, as a run before this one left them; none is `running`. Numbers that were
   * not decided yet are not among them.
   */
  readonly candidates: readonly WeighedCandidate[];
  /** A candidate of the log as a task. */
  taskOf(candidate: Candidate): SearchTask;
  /** Commits a decision; an infeasible one is finished with it. */
  propose(number: number, proposal: Proposal, feasibility: Feasibility): SearchTask;
  /** Weights of the candidate that this one was mutated or promoted from; undefined where none are stored. */
  parentOf(task: SearchTask): ParentWeights | undefined;
  setRunning(task: SearchTask, running: boolean): void;
  /** Commits the outcome of a candidate, with its weights where they are among the best. */
  finish(task: SearchTask, outcome: EvaluationOutcome): Result;
  /** Commits that a candidate cannot be evaluated. */
  refuse(task: SearchTask, reason: string): Result;
}

export function openLog(
  store: Store,
  experiment: ExperimentRow,
  keepWeights: number,
  objectives: readonly Objective[],
): Log {
  const candidates = withWorstGroups(store, experiment.id, recover(store, experiment.id), objectives);
  const promotions = promotedOf(store, experiment.id);
  collect(store, experiment.id, keepWeights);

  const storedWeights = (task: SearchTask, { score, weights }: EvaluationOutcome): string | null => {
    if (weights === undefined || score === null) return null;
    if (!worthKeeping(store, experiment.id, { ...task, score }, keepWeights)) return null;
    return writeArtifact(store, weights);
  };

  const finish = (task: SearchTask, outcome: EvaluationOutcome): Result => {
    const { curves, probes, weights: _weights, inherited: start, ...measured } = outcome;
    const inherited = start === undefined ? null : canonicalJson({ ...start });
    const artifact = storedWeights(task, outcome);
    finishCandidate(
      store,
      task.id,
      { ...measured, rung: task.rung, seed: experiment.seed, artifact, inherited },
      { curves, probes },
    );
    if (artifact !== null) collect(store, experiment.id, keepWeights);
    const weighed = { ...task, score: outcome.score, worstGroup: worstGroupOf(probes) };
    return resultFrom(weighed, statusOf(outcome), objectives);
  };
  const refuse = (task: SearchTask, reason: string): Result => finish(task, unevaluated(experiment, reason));

  return {
    candidates,
    finish,
    refuse,
    taskOf: ({ id, number, genome, rung, params, macs }) => {
      return { id, number, genome, rung, params, macs, promoted: promotions.has(id) };
    },
    parentOf: (task) => parentOf(store, experiment, task),
    setRunning: (task, running) => setRunning(store, task.id, running),
    propose: (number, proposal, feasibility) => {
      // As it will be read back, down to the order of keys: a resumed search must not see another genome.
      const genome = JSON.parse(canonicalJson(proposal.genome)) as Genome;
      const { params = null, macs = null } = feasibility.cost ?? {};
      const { latency = null } = feasibility;
      return store.transaction(() => {
        const { rung = 0 } = proposal;
        const decided = { ...proposal, number, genome, rung, params, macs, latency };
        const id = insertCandidate(store, experiment.id, decided);
        const promoted = proposal.parents.some(({ role }) => role === 'promotion');
        const task = { id, number, genome, rung, params, macs, promoted };
        if (!feasibility.feasible) refuse(task, feasibility.reason);
        return task;
      });
    },
  };
}

function parentOf(store: Store, experiment: ExperimentRow, task: SearchTask): ParentWeights | undefined {
  const parent = parentsOf(store, task.id).find(({ role }) => role !== 'crossover');
  const candidate = parent === undefined ? undefined : findCandidate(store, experiment.id, parent.number);
  const hash = candidate === undefined ? undefined : artifactOf(store, candidate.id);
  if (candidate === undefined || hash === undefined) return undefined;
  return { number: candidate.number, weights: readArtifact(store, hash) };
}

/** The result that the strategy is told of a finished candidate; undefined while it is not finished. */
export function resultOf(candidate: WeighedCandidate, objectives: readonly Objective[]): Result | undefined {
  const { status } = candidate;
  return status === 'pending' || status === 'running' ? undefined : resultFrom(candidate, status, objectives);
}

type Measured = Pick<Candidate, 'number' | 'genome'> & Weighed;

function resultFrom(candidate: Measured, status: Result['status'], objectives: readonly Objective[]): Result {
  const { number, genome, score } = candidate;
  const weighed = objectiveValues(candidate, objectives);
  return { number, genome, status, score, ...(weighed === undefined ? {} : { objectives: weighed }) };
}

/** A diverged candidate is done, with the worst score. */
function statusOf({ status }: EvaluationOutcome): Exclude<CandidateStatus, 'pending' | 'running'> {
  return status === 'diverged' ? 'done' : status;
}

function recover(store: Store, experiment: number): readonly Candidate[] {
  const candidates = listCandidates(store, experiment);
  return store.transaction(() =>
    candidates.map((candidate) => {
      if (candidate.status !== 'running') return candidate;
      setRunning(store, candidate.id, false);
      return { ...candidate, status: 'pending' };
    }),
  );
}

function unevaluated({ engine, device }: ExperimentRow, reason: string): EvaluationOutcome {
  return {
    status: 'infeasible',
    score: null,
    steps: 0,
    engine,
    device,
    seconds: 0,
    error: reason,
    attempts: 0,
    curves: [],
  };
}
