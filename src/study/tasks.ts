/**
 * Evaluations that a study still has to do: candidates of the search, and auxiliary ones.
 */
import type { EvaluationJob, Genome, ProgramCost, Purpose, Threshold } from '../core/records.js';

/** A candidate that was decided. */
export interface SearchTask {
  readonly id: number;
  readonly number: number;
  readonly genome: Genome;
  readonly rung: number;
  readonly params: number | null;
  readonly macs: number | null;
  /** Promoted from another candidate, not newly drawn. */
  readonly promoted: boolean;
}

/** A decided candidate that can be evaluated now. */
export interface PendingTask extends SearchTask {
  readonly cost: ProgramCost;
  /** Scores that it has to reach (curve-stopping.ts). */
  readonly stopBelow: readonly Threshold[];
  /** Predicted length of its training, relative to other tasks'. */
  readonly work: number;
}

export interface AuxiliaryTask {
  readonly purpose: Exclude<Purpose, 'search'>;
  readonly id: number;
  readonly number: number;
  readonly genome: Genome;
  /** The highest, where the strategy has rungs. */
  readonly rung: number;
  readonly seed: number;
  /** Steps as a multiple of the full training's. */
  readonly share: number;
}

/** Parent's weights of a job. */
export type ParentWeights = NonNullable<EvaluationJob['parent']>;
