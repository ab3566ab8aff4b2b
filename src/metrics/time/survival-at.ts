/**
 * Survival at any time from curves that are known at some.
 */
import { stepAt } from './kaplan-meier.js';

/** Probabilities to be without the event. */
export interface SurvivalCurves {
  /** Ascending. */
  readonly times: readonly number[];
  /** For each row, a probability at each time. */
  readonly curves: readonly (readonly number[])[];
}

/**
 * Between known times: `linear`, which is a constant density of events (Kvamme and Borgan, "Continuous and Discrete-Time Survival
 * Prediction with Neural Networks", Lifetime Data Analysis 2021), from 1 at time 0; or `step`, the value at the last known time,
 * 1 before the first, as for a baseline of Cox's model that is known at all events. After the last known time its value stays.
 */
export type Interpolation = 'linear' | 'step';

/** Survival of rows at a time: a function of the row. */
export function survivalAt(
  { times, curves }: SurvivalCurves,
  time: number,
  interpolation: Interpolation = 'linear',
): (row: number) => number {
  const step = stepAt(times, time);
  const known = (row: number, k: number): number => (k < 0 ? 1 : (curves[row]?.[k] as number));
  if (interpolation === 'step' || step === times.length - 1) return (row) => known(row, step);
  const before = step < 0 ? 0 : (times[step] as number);
  const after = times[step + 1] as number;
  const way = after > before ? (time - before) / (after - before) : 0;
  return (row) => known(row, step) * (1 - way) + known(row, step + 1) * way;
}
