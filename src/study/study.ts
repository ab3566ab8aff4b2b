/**
 * The study: ask, evaluate, tell.
 *
 * Every decision is committed before it is acted on, every outcome when it arrives. So a study can end at any
 * instant, by any death; another run replays the log, evaluates again what was under way, and goes on to the
 * same end. Results depend neither on how many evaluations run at once nor on their order (replay.ts).
 */
import type { Genome, Result, Strategy } from '../search/strategy.js';
import type { Experiment } from '../store/experiments.js';
import { storageFailure } from '../store/failure.js';
import type { Store } from '../store/open.js';
import { bestOf, type Best, type StudyEvent } from './events.js';
import { inLanes } from './lanes.js';
import { openLog, resultOf, type Task } from './log.js';
import type { Objective } from './objectives.js';
import type { Assessment, Evaluate } from './outcome.js';
import { replay } from './replay.js';

export interface StudyPlan {
  readonly store: Store;
  readonly experiment: Experiment;
  /** Fresh: it has been told nothing. */
  readonly strategy: Strategy;
  /** Cost and feasibility of a genome before anything runs; a pure function. */
  readonly assess: (genome: Genome) => Assessment;
  readonly evaluate: Evaluate;
  /** How many candidates there shall be, those already in the log included. */
  readonly candidates: number;
  /** Evaluations at once; more than the lookahead is of no use. */
  readonly parallel: number;
  /** Of how many of the best candidates the weights are kept. */
  readonly keepWeights: number;
  /** Whether children start from their parent's weights; then `keepWeights` must keep all. */
  readonly inherit?: boolean;
  /** What the search weighs; absent: the score alone. */
  readonly objectives?: readonly Objective[];
  /** Aborted: nothing new starts, and what runs is left for the next run. */
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: StudyEvent) => void;
}

export interface StudyEnd {
  /** False where the signal ended it before all candidates were finished. */
  readonly completed: boolean;
  readonly finished: number;
  readonly best: Best | null;
}

/** Throws a `UserError` where the database cannot be written any more; what was committed stays. */
export async function runStudy(plan: StudyPlan): Promise<StudyEnd> {
  try {
    return await run(plan);
  } catch (error) {
    throw storageFailure(plan.store.path, error);
  }
}

async function run(plan: StudyPlan): Promise<StudyEnd> {
  const { experiment, onEvent, objectives = ['score'] } = plan;
  const log = openLog(plan.store, experiment, plan.keepWeights, objectives);
  const order = replay(plan.strategy, experiment.seed, experiment.lookahead);
  const failed = new AbortController();
  const signal = plan.signal === undefined ? failed.signal : AbortSignal.any([failed.signal, plan.signal]);
  const wanted = Math.max(plan.candidates, log.candidates.length);
  let best: Best | null = null;
  let finished = 0;

  const account = (result: Result, { rung }: { readonly rung: number }): void => {
    order.finished(result);
    best = bestOf(best, { ...result, rung });
    finished++;
  };
  const report = (task: Task, result: Result, error: string | null, seconds: number): void => {
    account(result, task);
    const { number, status, score } = result;
    onEvent?.({ kind: 'finished', number, status, score, error, seconds, best, finished });
  };

  const again: Task[] = [];
  for (const candidate of log.candidates) {
    const result = resultOf(candidate, objectives);
    if (result === undefined) again.push(candidate);
    else account(result, candidate);
  }
  again.reverse();
  onEvent?.({ kind: 'replayed', finished, again: again.length, best });

  /** The next candidate to be evaluated; undefined where that depends on results still under way. */
  let proposed = log.candidates.length;
  const next = (): Task | undefined => {
    if (signal.aborted) return undefined;
    const left = again.pop();
    if (left !== undefined) return left;
    while (proposed < wanted && order.canAsk(proposed)) {
      const number = proposed++;
      const proposal = order.ask(number);
      const assessment = plan.assess(proposal.genome);
      const task = log.propose(number, proposal, assessment);
      onEvent?.({ kind: 'proposed', number, genome: task.genome });
      if (assessment.infeasible === null) return task;
      const { genome } = task;
      report(task, { number, genome, status: 'infeasible', score: null }, assessment.infeasible, 0);
    }
    return undefined;
  };

  const evaluate = async (task: Task): Promise<void> => {
    const { number, genome, rung } = task;
    const share = plan.strategy.rungs?.[rung] ?? 1;
    log.setRunning(task, true);
    onEvent?.({ kind: 'started', number });
    try {
      const parent = plan.inherit === true ? log.parentOf(task) : undefined;
      const request = { number, genome, rung, share, seed: experiment.seed };
      const outcome = await plan.evaluate(parent === undefined ? request : { ...request, parent }, signal);
      report(task, log.finish(task, outcome), outcome.error, outcome.seconds);
    } catch (error) {
      log.setRunning(task, false);
      if (!signal.aborted) throw error;
    }
  };

  await inLanes(plan.parallel, next, evaluate, () => failed.abort());
  return { completed: finished === wanted, finished, best };
}
