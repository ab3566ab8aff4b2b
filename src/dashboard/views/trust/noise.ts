/**
 * Noise between trainings of the same genome, pooled over genomes: squared deviations from each genome's own mean, and the degrees
 * of freedom that they have.
 */
import { squaredDeviations } from '../../../core/statistics/descriptive.js';
import { studentQuantile } from '../../../core/statistics/students-t.js';

export interface Pooled {
  readonly squares: number;
  readonly freedom: number;
}

/** Of the scores of each genome; a genome that was trained once adds nothing. */
export function pooledOf(groups: readonly (readonly number[])[]): Pooled {
  return {
    squares: groups.reduce((sum, own) => sum + squaredDeviations(own), 0),
    freedom: groups.reduce((sum, { length }) => sum + Math.max(0, length - 1), 0),
  };
}

/** Standard deviation within genomes; null where none was trained twice. */
export function noiseOf({ squares, freedom }: Pooled): number | null {
  return freedom === 0 ? null : Math.sqrt(squares / freedom);
}

/**
 * Half the width of the 95 % interval of a difference of two single scores, by Student's t with the pooled noise; null where no
 * genome was trained twice.
 */
export function gainMarginOf(pooled: Pooled): number | null {
  const noise = noiseOf(pooled);
  return noise === null ? null : studentQuantile(pooled.freedom) * Math.SQRT2 * noise;
}

/**
 * Of two sets of repetitions the one with more degrees of freedom: a single pair gives an interval that says nothing, and
 * repetitions that are all equal say that seeds were not varied.
 */
export const moreRepeated = (search: Pooled, winners: Pooled): Pooled =>
  winners.freedom > search.freedom && winners.squares !== 0 ? winners : search;
