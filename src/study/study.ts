/**
 * The study: ask, evaluate, tell.
 *
 * Every decision is committed before it is acted on, every outcome when it arrives. So a study can end at any
 * instant, by any death; another run replays the log, evaluates again what was under way, and goes on to the
 * same end. Results depend neither on how many evaluations run at once nor on their order (replay.ts).
 *
 * Decisions are made as soon as they can be, so that long trainings start early (pending-queue.ts). Auxiliary evaluations
 * fill the gaps, and follow at the end (auxiliary.ts).
 */
import type { Feasibility, Genome } from '../core/records.js';
import type { Strategy } from '../search/strategy.js';
import type { ExperimentRow } from '../store/experiments.js';
import { storageFailure } from '../store/failure.js';
import type { Store } from '../store/open.js';
import type { Evaluators } from '../workers/evaluators.js';
import { isProbed, type AuxiliaryPlan } from './auxiliary.js';
import { AuxiliaryQueue } from './auxiliary-queue.js';
import type { CurveRule } from './curve-stopping.js';
import type { Best, StudyEvent } from './events.js';
import type { Objective } from './objectives.js';
import { runConcurrently } from './run-concurrently.js';
import { SearchQueue } from './search-queue.js';
import type { AuxiliaryTask, PendingTask } from './tasks.js';

export interface StudyPlan {
  readonly store: Store;
  readonly experiment: ExperimentRow;
  /** Fresh: it has been told nothing. */
  readonly strategy: Strategy;
  /** Cost and feasibility of a genome before anything runs; a pure function. */
  readonly feasibility: (genome: Genome) => Feasibility;
  /** Left open at the end. A capacity above the lookahead is of no use. */
  readonly evaluators: Omit<Evaluators, 'close'>;
  /** Total number of candidates, those already in the log included. */
  readonly candidates: number;
  /** Number of the best candidates whose weights are stored. */
  readonly keepWeights: number;
  /** True if children start from their parent's weights; then `keepWeights` must keep all. */
  readonly inherit?: boolean;
  /** Objectives of the search; absent: the score alone. */
  readonly objectives?: readonly Objective[];
  /** Evaluations besides those that the strategy is told of; absent: none. */
  readonly auxiliary?: AuxiliaryPlan;
  /** When training ends because a learning curve falls behind; absent: never. */
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
    return await new Study(plan).run();
  } catch (error) {
    throw storageFailure(plan.store.path, error);
  }
}

class Study {
  private readonly search: SearchQueue;
  private readonly auxiliary: AuxiliaryQueue;
  private readonly failed = new AbortController();
  private readonly signal: AbortSignal;

  constructor(private readonly plan: StudyPlan) {
    const { strategy, objectives = ['score'], inherit = false, auxiliary = {}, onEvent = () => {} } = plan;
    const { signal } = this.failed;
    this.signal = plan.signal === undefined ? signal : AbortSignal.any([signal, plan.signal]);
    const { rungs } = strategy;
    this.auxiliary = new AuxiliaryQueue({ ...plan, auxiliary, rungs, onEvent });
    this.search = new SearchQueue({
      ...plan,
      parallel: plan.evaluators.capacity,
      inherit,
      objectives,
      stopping: plan.stopping,
      onEvent,
      onFinished: (task, result) => this.auxiliary.candidateFinished(task, result),
    });
    const { finished, best, size } = this.search;
    onEvent({ kind: 'replayed', finished, again: size, best });
  }

  async run(): Promise<StudyEnd> {
    await runConcurrently(
      this.plan.evaluators.capacity,
      () => this.next(),
      (task) => ('purpose' in task ? this.evaluateAuxiliary(task) : this.evaluateCandidate(task)),
      () => this.failed.abort(),
    );
    const { search, auxiliary } = this;
    const { finished, best } = search;
    return { completed: search.complete && auxiliary.complete, finished, best };
  }

  /** The task that starts next; undefined where that depends on results still under way. */
  private next(): PendingTask | AuxiliaryTask | undefined {
    if (this.signal.aborted) return undefined;
    const { search, auxiliary } = this;
    search.propose();
    if (search.complete) auxiliary.chooseWinners();
    const onlyFillsGaps = search.size > 0 && auxiliary.size <= this.plan.evaluators.capacity;
    return (onlyFillsGaps ? undefined : auxiliary.take()) ?? search.take();
  }

  private async evaluateCandidate(task: PendingTask): Promise<void> {
    const { plan, search, signal } = this;
    const probe = isProbed(plan.auxiliary ?? {}, plan.experiment.seed, task.number);
    try {
      const outcome = await plan.evaluators.evaluate(search.start(task, probe), signal);
      search.finish(task, outcome);
    } catch (error) {
      search.abandon(task);
      if (!signal.aborted) throw error;
    }
  }

  private async evaluateAuxiliary(task: AuxiliaryTask): Promise<void> {
    const { plan, auxiliary, signal } = this;
    try {
      const outcome = await plan.evaluators.evaluate(auxiliary.start(task), signal);
      auxiliary.finish(task, outcome);
    } catch (error) {
      auxiliary.abandon(task);
      if (!signal.aborted) throw error;
    }
  }
}
