/**
 * Rules by which training ends before its last step. They see curves over steps and nothing else, so that they decide the
 * same on every machine.
 */
import type { Threshold } from '../core/records.js';
import { meanOf } from '../core/statistics/descriptive.js';
import type { TrainingOptions } from './options.js';

/** True if training at `step` has fallen behind: its best score so far is below what is demanded there. */
export function fellBehind(
  demanded: readonly Threshold[] | undefined,
  step: number,
  scores: readonly number[],
): boolean {
  const threshold = demanded?.find((one) => one.step === step);
  return threshold !== undefined && Math.max(...scores) < threshold.score;
}

/**
 * `diverged`: the mean training loss since the last validation is `divergence` times that before the first one.
 * `saturated`: the score has not improved for `patience` validations.
 */
export type Verdict = 'go on' | 'diverged' | 'saturated';

/**
 * Asked after every validation but the last.
 *
 * @param losses training loss of each step so far
 * @param scores the task's metric at each validation so far
 */
export function verdict(
  { evaluateEvery, earlyStopping }: Pick<TrainingOptions, 'evaluateEvery' | 'earlyStopping'>,
  losses: readonly number[],
  scores: readonly number[],
): Verdict {
  if (evaluateEvery === undefined || earlyStopping === undefined) return 'go on';
  const { patience, divergence } = earlyStopping;
  if (divergence !== undefined) {
    const latest = meanOf(losses.slice(-evaluateEvery));
    if (latest > divergence * meanOf(losses.slice(0, evaluateEvery))) return 'diverged';
  }
  if (patience !== undefined && scores.length > patience) {
    const before = Math.max(...scores.slice(0, -patience));
    if (scores.slice(-patience).every((score) => score <= before)) return 'saturated';
  }
  return 'go on';
}
