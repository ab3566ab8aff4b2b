/**
 * The cumulative baseline hazard of a model of proportional hazards, and survival from it.
 *
 * Source: Breslow, discussion of Cox, "Regression models and life-tables", JRSS B 1972.
 */
import { present } from '../../../core/errors.js';
import { meanOf } from '../../../core/statistics/descriptive.js';
import { tensor, type TensorMap } from '../../../core/tensor.js';
import type { HeadConstants } from '../../head.js';
import type { TimeTargets } from '../../targets.js';
import { notRising } from './survival.js';

/** The hazard at each time of an event, ascending: events over the sum of the hazards of all rows at risk. */
export function hazardSteps(
  { times, events }: TimeTargets,
  hazards: readonly number[],
): readonly { readonly time: number; readonly hazard: number }[] {
  const latestFirst = [...times.keys()].sort((a, c) => (times[c] ?? 0) - (times[a] ?? 0));
  const steps: { readonly time: number; readonly hazard: number }[] = [];
  let atRisk = 0;
  for (let next = 0; next < latestFirst.length;) {
    const time = times[latestFirst[next] ?? 0] ?? 0;
    let deaths = 0;
    for (; next < latestFirst.length && times[latestFirst[next] ?? 0] === time; next++) {
      const row = latestFirst[next] ?? 0;
      atRisk += hazards[row] ?? 0;
      deaths += events[row] ?? 0;
    }
    if (deaths > 0) steps.push({ time, hazard: deaths / atRisk });
  }
  return steps.reverse();
}

/**
 * `baseline`: the cumulative hazard at each of `times` of a row whose log hazard is `centre`, the mean of the training rows.
 * `risk`: log hazards `[N]`.
 */
export function breslowBaseline(
  risk: ArrayLike<number>,
  targets: TimeTargets,
  times: readonly number[],
): HeadConstants {
  const centre = meanOf(risk);
  const hazards = targets.times.map((_, row) => Math.exp((risk[row] ?? 0) - centre));
  const steps = hazardSteps(targets, hazards);
  let [hazard, step] = [0, 0];
  const baseline = times.map((time) => {
    for (; (steps[step]?.time ?? Infinity) <= time; step++) hazard += steps[step]?.hazard ?? 0;
    return hazard;
  });
  return { baseline, centre: [centre] };
}

/** Adds `survival` `[N, T]` to predictions that hold a log hazard, `risk` `[N]`. */
export function withSurvival(predictions: TensorMap, constants: HeadConstants): TensorMap {
  const risk = present(predictions['risk'], 'risk').data;
  const baseline = present(constants['baseline'], 'baseline');
  const [centre = 0] = present(constants['centre'], 'centre');
  const data = Float32Array.from({ length: risk.length * baseline.length }, (_, place) => {
    const [row, k] = [Math.floor(place / baseline.length), place % baseline.length];
    return Math.exp(-(baseline[k] ?? 0) * Math.exp((risk[row] ?? 0) - centre));
  });
  return notRising({ ...predictions, survival: tensor([risk.length, baseline.length], data) });
}
