/**
 * What a study writes down, and how it takes up where another left off.
 */
import { canonicalJson } from '../core/json.js';
import type { Genome, Proposal, Result } from '../search/strategy.js';
import { artifactOf, collect, readArtifact, worthKeeping, writeArtifact } from '../store/artifacts.js';
import {
  findCandidate,
  insertCandidate,
  listCandidates,
  parentsOf,
  promotedOf,
  setRunning,
  type Candidate,
  type CandidateStatus,
} from '../store/candidates.js';
import { finishCandidate } from '../store/evaluations.js';
import type { ExperimentRow } from '../store/experiments.js';
import type { Store } from '../store/open.js';
import { objectiveValues, type Objective } from './objectives.js';
import type { Threshold } from './curve-stopping.js';
import type { Assessment, EvaluationOutcome, EvaluationRequest } from './outcome.js';

export interface Task {
  readonly id: number;
  readonly number: number;
  readonly genome: Genome;
  readonly rung: number;
  readonly params: number | null;
  readonly macs: number | null;
  /** Promoted from another candidate, not newly drawn. */
  readonly promoted: boolean;
}

/** A task with what it has to reach (curve-stopping.ts). */
export interface Due extends Task {
  readonly stopBelow: readonly Threshold[];
  /** Predicted work; null where unknown. */
  readonly cost: number | null;
}

export interface Log {
  /**
   * Candidates in the order of their numbers, as a run before this one left them; none is `running`. Numbers that were
   * not decided yet are not among them.
   */
  readonly candidates: readonly Candidate[];
  /** A candidate of the log as a task. */
  taskOf(candidate: Candidate): Task;
  /** Commits a decision; an infeasible one is finished with it. */
  propose(number: number, proposal: Proposal, assessment: Assessment): Task;
  /** The weights of the one that a candidate was mutated or promoted from, where they are kept. */
  parentOf(task: Task): EvaluationRequest['parent'];
  setRunning(task: Task, running: boolean): void;
  /** Commits what came of a candidate, with its weights where they are among the best. */
  finish(task: Task, outcome: EvaluationOutcome): Result;
}

export function openLog(
  store: Store,
  experiment: ExperimentRow,
  keepWeights: number,
  objectives: readonly Objective[],
): Log {
  const candidates = recover(store, experiment.id);
  const promotions = promotedOf(store, experiment.id);
  collect(store, experiment.id, keepWeights);

  const keptWeights = (task: Task, { score, weights }: EvaluationOutcome): string | null => {
    if (weights === undefined || score === null) return null;
    if (!worthKeeping(store, experiment.id, { ...task, score }, keepWeights)) return null;
    return writeArtifact(store, weights);
  };

  const finish = (task: Task, outcome: EvaluationOutcome): Result => {
    const { curves, probes, weights: _weights, inherited: start, ...measured } = outcome;
    const inherited = start === undefined ? null : canonicalJson(start);
    const artifact = keptWeights(task, outcome);
    finishCandidate(
      store,
      task.id,
      { ...measured, rung: task.rung, seed: experiment.seed, artifact, inherited },
      { curves, probes },
    );
    if (artifact !== null) collect(store, experiment.id, keepWeights);
    return resultFrom({ ...task, score: outcome.score }, statusOf(outcome), objectives);
  };

  return {
    candidates,
    finish,
    taskOf: ({ id, number, genome, rung, params, macs }) => {
      return { id, number, genome, rung, params, macs, promoted: promotions.has(id) };
    },
    parentOf: (task) => {
      const parent = parentsOf(store, task.id).find(({ role }) => role !== 'crossover');
      const candidate = parent === undefined ? undefined : findCandidate(store, experiment.id, parent.number);
      const hash = candidate === undefined ? undefined : artifactOf(store, candidate.id);
      if (candidate === undefined || hash === undefined) return undefined;
      return { number: candidate.number, weights: readArtifact(store, hash) };
    },
    setRunning: (task, running) => setRunning(store, task.id, running),
    propose: (number, proposal, { params, macs, latency = null, infeasible }) => {
      // As it will be read back, down to the order of keys: a resumed search must not see another genome.
      const genome = JSON.parse(canonicalJson(proposal.genome)) as Genome;
      return store.transaction(() => {
        const { rung = 0 } = proposal;
        const decided = { ...proposal, number, genome, rung, params, macs, latency };
        const id = insertCandidate(store, experiment.id, decided);
        const promoted = proposal.parents.some(({ role }) => role === 'promotion');
        const task = { id, number, genome, rung, params, macs, promoted };
        if (infeasible !== null) finish(task, unevaluated(experiment, infeasible));
        return task;
      });
    },
  };
}

/** The result that the strategy is told of a finished candidate; undefined while it is not finished. */
export function resultOf(candidate: Candidate, objectives: readonly Objective[]): Result | undefined {
  const { status } = candidate;
  return status === 'pending' || status === 'running' ? undefined : resultFrom(candidate, status, objectives);
}

type Measured = Pick<Candidate, 'number' | 'genome' | 'score' | 'params' | 'macs'>;

function resultFrom(candidate: Measured, status: Result['status'], objectives: readonly Objective[]): Result {
  const { number, genome, score } = candidate;
  const weighed = objectiveValues(candidate, objectives);
  return { number, genome, status, score, ...(weighed === undefined ? {} : { objectives: weighed }) };
}

/** A diverged candidate is done, with the worst score. */
export function statusOf({ status }: EvaluationOutcome): Exclude<CandidateStatus, 'pending' | 'running'> {
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
