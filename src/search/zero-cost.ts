/**
 * The contract of zero-cost scores, which a strategy asks for in the middle of a decision (strategies/prescreen.ts).
 */
import type { Genome } from '../core/records.js';

/** The score that the others have to beat. */
export const BASELINE = 'params';

export interface ZeroCostScores {
  /** Names of the scores, `params` among them. */
  readonly names: readonly string[];
  /**
   * Score of a genome without training; higher promises more. Contract:
   * - It depends on name and genome (and the experiment) alone and is the same on every machine, since decisions rest on it.
   * - It is synchronous, as decisions are.
   * - It throws a `UserError` where the user must put something right.
   */
  score(name: string, genome: Genome): number;
}

/** A source of scores that holds something to be freed. */
export interface ZeroCostScorer extends ZeroCostScores {
  /** May be called twice; nothing is asked afterwards. */
  close(): void;
}
