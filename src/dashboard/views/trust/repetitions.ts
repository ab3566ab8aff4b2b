/**
 * Genomes that a search trained more than once in the same way, kept: at the highest rung reached, from fresh weights. Trainings that
 * diverged are left out.
 */
import { squaredDeviations } from '../../../core/statistics/descriptive.js';
import { ExactSum } from '../../../core/statistics/exact-sum.js';
import { trainedTuples, type Store } from '../../../store/index.js';
import { Growth } from '../kept/growth.js';
import { keeping } from '../kept/keep.js';
import type { Pooled } from './noise.js';

/** A training's candidate and its score. */
type Trained = readonly [number: number, score: number];

class Repetitions {
  private readonly growth: Growth;
  private rung = -1;
  /** By the genome's hash, in ascending order of numbers: most genomes are trained once. */
  private readonly trained = new Map<string, readonly Trained[]>();
  /** Exact, so that the order in which candidates finish changes no bit. */
  private squares = new ExactSum();
  private freedom = 0;

  constructor(experiment: number) {
    this.growth = new Growth(experiment);
  }

  advance(store: Store): boolean {
    return this.growth.advance(store, trainedTuples, ([number, status, rung, genome, score]) => {
      if (status !== 'done' || rung < this.rung) return;
      if (rung > this.rung) this.begin(rung);
      if (score !== null) this.add(genome, [number, score]);
    });
  }

  get pooled(): Pooled {
    return { squares: this.squares.value, freedom: this.freedom };
  }

  private add(genome: string, one: Trained): void {
    const before = this.trained.get(genome);
    const now = before === undefined ? [one] : [...before, one].sort(([a], [b]) => a - b);
    this.trained.set(genome, now);
    if (before === undefined) return;
    this.freedom++;
    this.squares.add(-squaresOf(before));
    this.squares.add(squaresOf(now));
  }

  /** Lower rungs do not count any more. */
  private begin(rung: number): void {
    this.rung = rung;
    this.trained.clear();
    this.squares = new ExactSum();
    this.freedom = 0;
  }
}

const squaresOf = (trained: readonly Trained[]): number =>
  squaredDeviations(trained.map(([, score]) => score));

/** As they are in the database now. */
export const repetitionsOf = keeping(({ id }) => new Repetitions(id));
