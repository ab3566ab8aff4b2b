/**
 * Scores of which number, mean and squared deviations are asked, without keeping them: exact sums, so that neither the order in
 * which candidates finish nor a mean far from zero changes a bit.
 */
import { ExactSum } from '../../../core/statistics/exact-sum.js';

export class ScoreSums {
  count = 0;
  private readonly scores = new ExactSum();
  private readonly squares = new ExactSum();

  add(score: number): void {
    this.count++;
    this.scores.add(score);
    this.squares.addProduct(score, score);
  }

  /** 0 of none. */
  get mean(): number {
    return this.scores.value / Math.max(1, this.count);
  }

  /** Sum of the scores less `shift` each. */
  above(shift: number): number {
    const sum = new ExactSum();
    this.addAbove(sum, shift);
    return sum.value;
  }

  /** Sum of the squares of the scores less `shift` each. */
  squaresAbove(shift: number): number {
    // Σ (y − s)² = Σ y² − s Σ y − s Σ (y − s)
    const above = new ExactSum();
    this.addAbove(above, shift);
    const sum = new ExactSum();
    sum.addScaled(1, this.squares);
    sum.addScaled(-shift, this.scores);
    sum.addScaled(-shift, above);
    return sum.value;
  }

  private addAbove(sum: ExactSum, shift: number): void {
    sum.addScaled(1, this.scores);
    sum.addProduct(-shift, this.count);
  }
}
