/**
 * The study: ask, evaluate, tell.
 *
 * Every decision is committed before it is acted on, every outcome when it arrives. So a study can end at any
 * instant, by any death; another run replays the log, evaluates again what was under way, and goes on to the
 * same end. Results depend neither on how many evaluations run at once nor on their order (replay.ts).
 *
 * Decisions are made as soon as they can be, so that long trainings start early (waiting.ts), but no more than the
 * lookahead are open at a time: decided and not finished. Auxiliary evaluations fill the gaps, and follow at the
 * end (auxiliary.ts).
 */
import { UserError } from '../core/errors.js';
import type { Genome, Result, Strategy } from '../search/strategy.js';
import { listCandidates, type Candidate } from '../store/candidates.js';
import type { ExperimentRow } from '../store/experiments.js';
import { storageFailure } from '../store/failure.js';
import type { Store } from '../store/open.js';
import { isProbed, isTrusted, type AuxiliaryPlan } from './auxiliary.js';
import { openAuxiliaryLog, type AuxiliaryTask } from './auxiliary-log.js';
import type { CurveRule } from './curve-stopping.js';
import { curveWatch } from './curve-watch.js';
import { bestOf, type Best, type StudyEvent } from './events.js';
import { runConcurrently } from './run-concurrently.js';
import { openLog, resultOf, type Due, type Task } from './log.js';
import type { Objective } from './objectives.js';
import type { Assessment, Evaluate } from './outcome.js';
import { asked, missingFrom, replay, type Replay } from './replay.js';
import { PendingQueue } from './pending-queue.js';

export interface StudyPlan {
  readonly store: Store;
  readonly experiment: ExperimentRow;
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
  /** What is evaluated besides what the strategy is told; absent: nothing. */
  readonly auxiliary?: AuxiliaryPlan;
  /** Whether training ends where a learning curve falls behind; absent: it does not. */
  readonly stopping?: CurveRule | undefined;
  /** Aborted: nothing new starts, and what runs is left for the next run. */
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: StudyEvent) => void;
}

export interface StudyEnd {
  /** False where the signal ended it before all was evaluated. */
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
  const { store, experiment, strategy, onEvent, objectives = ['score'], auxiliary: planned = {} } = plan;
  const { id: experimentId, seed, lookahead } = experiment;
  const log = openLog(store, experiment, plan.keepWeights, objectives);
  const order = replay(asked(strategy, plan.stopping), seed, lookahead);
  const watch = curveWatch(store, experiment, plan.stopping);
  const { rungs } = strategy;
  const auxiliaryLog = openAuxiliaryLog(store, experiment, planned, { rungs, keepWeights: plan.keepWeights });
  const failed = new AbortController();
  const signal = plan.signal === undefined ? failed.signal : AbortSignal.any([failed.signal, plan.signal]);
  const wanted = Math.max(plan.candidates, 1 + (log.candidates.at(-1)?.number ?? -1));
  const waiting = new PendingQueue<Due>(plan.parallel);
  const auxiliary: AuxiliaryTask[] = [];
  let best: Best | null = null;
  let finished = 0;

  const account = (task: Task, result: Result): void => {
    order.finished(result);
    best = bestOf(best, { ...result, rung: task.rung });
    finished++;
    if (planned.trust === undefined || result.status !== 'done') return;
    const due = isTrusted(planned.trust, seed, task, rungs) ? auxiliaryLog.trustTask(task) : undefined;
    if (due !== undefined) auxiliary.push(due);
  };
  const report = (task: Task, result: Result, error: string | null, seconds: number): void => {
    account(task, result);
    const { number, status, score } = result;
    onEvent?.({ kind: 'finished', number, status, score, error, seconds, best, finished });
  };
  const enqueue = (task: Task): void => {
    const { number, rung, macs } = task;
    const cost = macs === null ? null : macs * (rungs?.[rung] ?? 1);
    waiting.add({ ...task, stopBelow: watch.thresholdsOf(number, rung), cost });
  };

  for (const candidate of log.candidates) {
    const task = log.taskOf(candidate);
    const result = resultOf(candidate, objectives);
    if (result === undefined) enqueue(task);
    else account(task, result);
    order.decided(candidate.number);
  }
  requireWhole(store, order, log.candidates);
  onEvent?.({ kind: 'replayed', finished, again: waiting.size, best });

  let decided = log.candidates.length;
  const proposeAll = (): void => {
    while (decided - finished < lookahead) {
      const number = order.next(wanted);
      if (number === undefined) return;
      decided++;
      const proposal = order.ask(number);
      const assessment = plan.assess(proposal.genome);
      const task = log.propose(number, proposal, assessment);
      onEvent?.({ kind: 'proposed', number, genome: task.genome });
      if (assessment.infeasible === null) {
        enqueue(task);
        continue;
      }
      watch.finished(task, null);
      const { genome } = task;
      report(task, { number, genome, status: 'infeasible', score: null }, assessment.infeasible, 0);
    }
  };
  let chosen = false;
  const chooseWinners = (): void => {
    if (chosen || finished < wanted) return;
    chosen = true;
    const due = auxiliaryLog.winnerTasks(listCandidates(store, experimentId));
    auxiliary.push(...due);
    const numbers = [...new Set(due.map(({ number }) => number))];
    if (due.length > 0) onEvent?.({ kind: 'winners', numbers, left: due.length });
  };
  /** What is to be evaluated next; undefined where that depends on results still under way. */
  const next = (): Due | AuxiliaryTask | undefined => {
    if (signal.aborted) return undefined;
    proposeAll();
    chooseWinners();
    const gapsOnly = waiting.size > 0 && auxiliary.length <= plan.parallel;
    return (gapsOnly ? undefined : auxiliary.shift()) ?? waiting.take();
  };

  const evaluateOwn = async (task: Due): Promise<void> => {
    const { number, genome, rung, stopBelow } = task;
    log.setRunning(task, true);
    onEvent?.({ kind: 'started', number });
    try {
      const parent = plan.inherit === true ? log.parentOf(task) : undefined;
      const outcome = await plan.evaluate(
        {
          number,
          genome,
          rung,
          share: rungs?.[rung] ?? 1,
          seed,
          purpose: 'search',
          probe: isProbed(planned, seed, number),
          ...(stopBelow.length === 0 ? {} : { stopBelow }),
          ...(parent === undefined ? {} : { parent }),
        },
        signal,
      );
      watch.finished(task, outcome);
      report(task, log.finish(task, outcome), outcome.error, outcome.seconds);
    } catch (error) {
      log.setRunning(task, false);
      if (!signal.aborted) throw error;
    }
  };
  const evaluateAuxiliary = async (task: AuxiliaryTask): Promise<void> => {
    const { id: _id, ...request } = task;
    const { number, purpose } = task;
    onEvent?.({ kind: 'auxiliary started', number, purpose });
    try {
      const outcome = await plan.evaluate({ ...request, probe: true }, signal);
      auxiliaryLog.finish(task, outcome);
      const { status, score, error, seconds } = outcome;
      onEvent?.({ kind: 'auxiliary finished', number, purpose, status, score, error, seconds });
    } catch (error) {
      auxiliary.push(task);
      if (!signal.aborted) throw error;
    }
  };

  const evaluate = (task: Due | AuxiliaryTask): Promise<void> =>
    'purpose' in task ? evaluateAuxiliary(task) : evaluateOwn(task);
  await runConcurrently(plan.parallel, next, evaluate, () => failed.abort());
  return { completed: finished === wanted && chosen && auxiliary.length === 0, finished, best };
}

function requireWhole({ path }: Store, order: Replay, candidates: readonly Candidate[]): void {
  const missing = missingFrom(
    order,
    candidates.map(({ number }) => number),
  );
  if (missing === undefined) return;
  throw new UserError({
    subject: path,
    problem: `candidate ${missing} is missing from its log`,
    fix: 'restore the database from a copy; voxolve verify lists what is wrong',
  });
}
