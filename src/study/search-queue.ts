/**
 * The candidates of a search: decides on them as soon as that is possible, hands out those that can be evaluated, takes
 * their outcomes.
 *
 * No more than the lookahead are decided and not finished at a time.
 */
import { UserError } from '../core/errors.js';
import type { EvaluationJob, EvaluationOutcome, Feasibility, Genome } from '../core/records.js';
import type { Result, Strategy } from '../search/strategy.js';
import type { Candidate } from '../store/candidates.js';
import type { ExperimentRow } from '../store/experiments.js';
import type { Store } from '../store/open.js';
import type { CurveRule } from './curve-stopping.js';
import { curveWatch, type CurveWatch } from './curve-watch.js';
import { bestOf, type Best, type StudyEvent } from './events.js';
import { openLog, resultOf, type Log, type WeighedCandidate } from './log.js';
import type { Objective } from './objectives.js';
import { PendingQueue } from './pending-queue.js';
import { missingFrom, replay, strategyOfStudy, type Replay } from './replay.js';
import type { PendingTask, SearchTask } from './tasks.js';

export interface SearchPlan {
  readonly store: Store;
  readonly experiment: ExperimentRow;
  readonly strategy: Strategy;
  readonly feasibility: (genome: Genome) => Feasibility;
  readonly candidates: number;
  /** Evaluations at once. */
  readonly parallel: number;
  readonly keepWeights: number;
  readonly inherit: boolean;
  readonly objectives: readonly Objective[];
  readonly stopping: CurveRule | undefined;
  readonly onEvent: (event: StudyEvent) => void;
  /** Hears of every finished candidate, those of earlier runs included. */
  readonly onFinished: (task: SearchTask, result: Result) => void;
}

export class SearchQueue {
  private readonly log: Log;
  private readonly order: Replay;
  private readonly watch: CurveWatch;
  private readonly pending: PendingQueue<PendingTask>;
  /** Candidates that there shall be. */
  private readonly wanted: number;
  private decided: number;
  finished = 0;
  best: Best | null = null;

  /** Takes up the log of earlier runs. */
  constructor(private readonly plan: SearchPlan) {
    const { store, experiment, keepWeights, objectives, strategy, stopping } = plan;
    this.log = openLog(store, experiment, keepWeights, objectives);
    this.order = replay(strategyOfStudy(strategy, stopping), experiment.seed, experiment.lookahead);
    this.watch = curveWatch(store, experiment, stopping);
    this.pending = new PendingQueue(plan.parallel);
    const { candidates } = this.log;
    this.wanted = Math.max(plan.candidates, 1 + (candidates.at(-1)?.number ?? -1));
    this.decided = candidates.length;
    for (const candidate of candidates) this.takeUp(candidate);
    requireWhole(store, this.order, candidates);
  }

  /** Candidates that are decided and can be evaluated. */
  get size(): number {
    return this.pending.size;
  }

  get complete(): boolean {
    return this.finished >= this.wanted;
  }

  /** Decides on all candidates that can be decided now. */
  propose(): void {
    const { experiment, feasibility, onEvent } = this.plan;
    while (this.decided - this.finished < experiment.lookahead) {
      const number = this.order.next(this.wanted);
      if (number === undefined) return;
      this.decided++;
      const proposal = this.order.ask(number);
      const found = feasibility(proposal.genome);
      const task = this.log.propose(number, proposal, found);
      onEvent({ kind: 'proposed', number, genome: task.genome });
      if (found.feasible) this.enqueue(task, found);
      else this.refused(task, found.reason);
    }
  }

  take(): PendingTask | undefined {
    return this.pending.take();
  }

  /** The job of a task that starts now. `probe`: whether its features are to be probed. */
  start(task: PendingTask, probe: boolean): EvaluationJob {
    const { experiment, inherit, strategy, onEvent } = this.plan;
    this.log.setRunning(task, true);
    onEvent({ kind: 'started', number: task.number });
    const { number, genome, rung, cost, stopBelow } = task;
    const parent = inherit ? this.log.parentOf(task) : undefined;
    return {
      number,
      genome,
      cost,
      rung,
      share: strategy.rungs?.[rung] ?? 1,
      seed: experiment.seed,
      purpose: 'search',
      probe,
      ...(stopBelow.length === 0 ? {} : { stopBelow }),
      ...(parent === undefined ? {} : { parent }),
    };
  }

  /** Leaves a task that was started to the next run. */
  abandon(task: PendingTask): void {
    this.log.setRunning(task, false);
  }

  finish(task: PendingTask, outcome: EvaluationOutcome): void {
    this.watch.finished(task, outcome);
    this.report(task, this.log.finish(task, outcome), outcome.error, outcome.seconds);
  }

  private takeUp(candidate: WeighedCandidate): void {
    const task = this.log.taskOf(candidate);
    const result = resultOf(candidate, this.plan.objectives);
    this.order.decided(candidate.number);
    if (result !== undefined) {
      this.account(task, result);
      return;
    }
    const found = this.plan.feasibility(task.genome);
    if (found.feasible) this.enqueue(task, found);
    else {
      this.log.refuse(task, found.reason);
      this.refused(task, found.reason);
    }
  }

  private enqueue(task: SearchTask, { cost }: Extract<Feasibility, { feasible: true }>): void {
    const { number, rung } = task;
    const work = cost.macs * (this.plan.strategy.rungs?.[rung] ?? 1);
    this.pending.add({ ...task, cost, stopBelow: this.watch.thresholdsOf(number, rung), work });
  }

  private refused(task: SearchTask, reason: string): void {
    this.watch.finished(task, null);
    const { number, genome } = task;
    this.report(task, { number, genome, status: 'infeasible', score: null }, reason, 0);
  }

  private account(task: SearchTask, result: Result): void {
    this.order.finished(result);
    this.best = bestOf(this.best, { ...result, rung: task.rung });
    this.finished++;
    this.plan.onFinished(task, result);
  }

  private report(task: SearchTask, result: Result, error: string | null, seconds: number): void {
    this.account(task, result);
    const { number, status, score } = result;
    const { best, finished } = this;
    this.plan.onEvent({ kind: 'finished', number, status, score, error, seconds, best, finished });
  }
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
