/**
 * Auxiliary evaluations that are still to be done, by the log, and the choice of winners written into it.
 */
import { present } from '../core/errors.js';
import type { EvaluationJob, EvaluationOutcome, Feasibility, Genome, Purpose } from '../core/records.js';
import type { Result } from '../search/strategy.js';
import { collect, writeArtifact } from '../store/artifacts.js';
import { listCandidates, type Candidate } from '../store/candidates.js';
import { auxiliaryEvaluations, insertEvaluation } from '../store/evaluations.js';
import type { ExperimentRow } from '../store/experiments.js';
import type { Store } from '../store/open.js';
import { insertRound, roundsOf } from '../store/winners.js';
import { chooseWinners, isTrusted, trustSeed, winnerSeeds, type AuxiliaryPlan } from './auxiliary.js';
import type { StudyEvent } from './events.js';
import type { AuxiliaryTask, SearchTask } from './tasks.js';

interface Setting {
  readonly store: Store;
  readonly experiment: ExperimentRow;
  readonly auxiliary: AuxiliaryPlan;
  readonly rungs: readonly number[] | undefined;
  readonly keepWeights: number;
  readonly feasibility: (genome: Genome) => Feasibility;
  readonly onEvent: (event: StudyEvent) => void;
}

type Known = Pick<Candidate, 'id' | 'number' | 'genome'>;

const keyOf = (purpose: Purpose, number: number, seed: number): string => `${purpose} ${number} ${seed}`;

export class AuxiliaryQueue {
  private readonly tasks: AuxiliaryTask[] = [];
  /** Keys of the evaluations that the log holds. */
  private readonly done: ReadonlySet<string>;
  private winnersChosen = false;

  constructor(private readonly setting: Setting) {
    const { store, experiment } = setting;
    this.done = new Set(
      auxiliaryEvaluations(store, experiment.id).map(({ purpose, number, seed }) =>
        keyOf(purpose, number, seed),
      ),
    );
  }

  get size(): number {
    return this.tasks.length;
  }

  /** True once winners were chosen and nothing is left to evaluate. */
  get complete(): boolean {
    return this.winnersChosen && this.tasks.length === 0;
  }

  /** Adds the full evaluation of a finished candidate where the trust meter asks for it. */
  candidateFinished(task: SearchTask, { status }: Result): void {
    const { auxiliary, experiment, rungs } = this.setting;
    const { trust } = auxiliary;
    if (trust === undefined || status !== 'done' || !isTrusted(trust, experiment.seed, task, rungs)) return;
    this.add('trust', task, trustSeed(experiment.seed), trust.longer);
  }

  /** Chooses winners among all candidates, once, commits the choice and adds their repetitions. */
  chooseWinners(): void {
    if (this.winnersChosen) return;
    this.winnersChosen = true;
    const { store, experiment, auxiliary, onEvent } = this.setting;
    const { winners } = auxiliary;
    const candidates = listCandidates(store, experiment.id);
    if (winners === undefined || candidates.length === 0) return;
    const numbers = chooseWinners(candidates, winners.candidates);
    if (roundsOf(store, experiment.id).at(-1)?.chosenFrom !== candidates.length) {
      insertRound(store, experiment.id, { chosenFrom: candidates.length, candidates: numbers });
    }
    const before = this.tasks.length;
    for (const number of numbers) {
      const candidate = present(candidates[number], `candidate ${number}`);
      for (const seed of winnerSeeds(experiment.seed, winners)) {
        this.add('winner', candidate, seed, winners.longer);
      }
    }
    const added = this.tasks.slice(before);
    if (added.length === 0) return;
    onEvent({
      kind: 'winners',
      numbers: [...new Set(added.map(({ number }) => number))],
      left: added.length,
    });
  }

  take(): AuxiliaryTask | undefined {
    return this.tasks.shift();
  }

  /** The job of a task that starts now. */
  start({ id: _id, ...task }: AuxiliaryTask): EvaluationJob {
    const { feasibility, onEvent } = this.setting;
    const { number, purpose, genome } = task;
    onEvent({ kind: 'auxiliary started', number, purpose });
    const cost = present(
      feasibility(genome).cost,
      `the cost of candidate ${number}, which was trained before`,
    );
    return { ...task, cost, probe: true };
  }

  /** Puts back a task that was started and has no outcome. */
  abandon(task: AuxiliaryTask): void {
    this.tasks.push(task);
  }

  finish({ purpose, id, number, rung, seed }: AuxiliaryTask, outcome: EvaluationOutcome): void {
    const { store, experiment, keepWeights, onEvent } = this.setting;
    const { curves, probes, weights, inherited: _none, ...measured } = outcome;
    const artifact = purpose === 'winner' && weights !== undefined ? writeArtifact(store, weights) : null;
    const record = { ...measured, purpose, rung, seed, artifact, inherited: null };
    insertEvaluation(store, id, record, { curves, probes });
    if (artifact !== null) collect(store, experiment.id, keepWeights);
    const { status, score, error, seconds } = outcome;
    onEvent({ kind: 'auxiliary finished', number, purpose, status, score, error, seconds });
  }

  private add(
    purpose: AuxiliaryTask['purpose'],
    { id, number, genome }: Known,
    seed: number,
    share: number,
  ): void {
    if (this.done.has(keyOf(purpose, number, seed))) return;
    const rung = (this.setting.rungs?.length ?? 1) - 1;
    this.tasks.push({ purpose, id, number, genome, rung, seed, share });
  }
}
