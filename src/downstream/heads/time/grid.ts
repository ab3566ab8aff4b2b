/**
 * Points in time: where an axis of time is cut into intervals, and at which times survival is told.
 *
 * Source: Kvamme and Borgan, "Continuous and discrete-time survival prediction with neural networks", Lifetime Data Analysis
 * 2021, section 3.5: quantiles of the Kaplan-Meier curve, so that the drop in survival is the same in each interval.
 */
import { UserError } from '../../../core/errors.js';
import { ascending } from '../../../core/statistics/quantiles.js';
import type { TimeTargets } from '../../targets.js';

export type GridKind = 'quantiles' | 'equidistant';

/** `count` times above 0, or fewer where events have fewer distinct times; ascending, the last one the last event. */
export function timeGrid(targets: TimeTargets, count: number, kind: GridKind): readonly number[] {
  const curve = kaplanMeier(targets);
  const last = curve.at(-1);
  if (last === undefined || last.time === 0) {
    throw new UserError({
      subject: 'times to an event',
      problem: last === undefined ? 'no row has an event' : 'all events are at time 0',
      fix: 'add rows with a later event',
    });
  }
  const shares = Array.from({ length: count }, (_, k) => (k + 1) / count);
  if (kind === 'equidistant') return shares.map((share) => (share === 1 ? last.time : share * last.time));
  const chosen = shares.map((share) => {
    // Rounding must not let the last quantile miss the last drop.
    const level = 1 - share * (1 - last.survival) + 1e-12;
    return (curve.find(({ survival }) => survival <= level) ?? last).time;
  });
  return [...new Set(chosen)].filter((time) => time > 0);
}

/** Times at which survival is told of a cohort: `points` quantiles of its events, or fewer where they have fewer times. */
export function survivalTimes(targets: TimeTargets, points = 50): readonly number[] {
  return timeGrid(targets, points, 'quantiles');
}

/** Hazard of each interval between the cuts by the Kaplan-Meier curve, kept off 0 and 1, where logits are infinite. */
export function trainingHazards(targets: TimeTargets, cuts: readonly number[]): readonly number[] {
  const curve = kaplanMeier(targets);
  const survivalAt = (time: number): number => curve.findLast((step) => step.time <= time)?.survival ?? 1;
  return cuts.map((cut, k) => {
    const before = k === 0 ? 1 : survivalAt(cuts[k - 1] ?? 0);
    return Math.min(0.95, Math.max(0.01, 1 - survivalAt(cut) / before));
  });
}

/** Survival after each time of an event (Kaplan and Meier 1958), ascending. */
export function kaplanMeier({
  times,
  events,
}: TimeTargets): readonly { readonly time: number; readonly survival: number }[] {
  const sorted = ascending(times);
  const deaths = new Map<number, number>();
  times.forEach((time, row) => {
    if (events[row] === 1) deaths.set(time, (deaths.get(time) ?? 0) + 1);
  });
  let survival = 1;
  let before = 0;
  return ascending([...deaths.keys()]).map((time) => {
    while (before < sorted.length && (sorted[before] ?? Infinity) < time) before += 1;
    survival *= 1 - (deaths.get(time) ?? 0) / (sorted.length - before);
    return { time, survival };
  });
}
