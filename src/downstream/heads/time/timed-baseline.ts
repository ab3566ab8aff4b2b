/**
 * The baseline hazard of log hazards that depend on time, and survival from both.
 *
 * Source: Kvamme, Borgan and Scheel, JMLR 2019, section 3.4 (equation 12); times are rounded up to those of the table of log
 * hazards, risk sets are of the times as they are.
 */
import { present } from '../../../core/errors.js';
import { meanOf, sumOf } from '../../../core/statistics/descriptive.js';
import { tensor, type Tensor, type TensorMap } from '../../../core/tensor.js';
import type { HeadConstants } from '../../head.js';
import type { TimeTargets } from '../../targets.js';
import { hazardSteps } from './baseline.js';
import { lostShare, notRising } from './survival.js';

/** `baseline`: the hazard of each interval up to each of `times`, of a row whose log hazard there is `centre`. */
export function timedBaseline(
  { data }: Tensor,
  targets: TimeTargets,
  times: readonly number[],
): HeadConstants {
  const columnAt = (k: number): number[] => targets.times.map((_, row) => data[row * times.length + k] ?? 0);
  const centre = times.map((_, k) => meanOf(columnAt(k)));
  const baseline = times.map((end, k) => {
    const start = times[k - 1] ?? -1;
    const hazards = columnAt(k).map((one) => Math.exp(one - (centre[k] ?? 0)));
    const inside = hazardSteps(targets, hazards).filter(({ time }) => time > start && time <= end);
    return sumOf(inside.map(({ hazard }) => hazard));
  });
  return { baseline, centre };
}

/** Adds `survival` `[N, T]`, and `risk` `[N]`, to predictions that hold `log_hazard` `[N, T]`. */
export function withTimedSurvival(
  predictions: TensorMap,
  constants: HeadConstants,
  times: readonly number[],
): TensorMap {
  const { shape, data } = present(predictions['log_hazard'], 'log_hazard');
  const baseline = present(constants['baseline'], 'baseline');
  const centre = present(constants['centre'], 'centre');
  const columns = times.length;
  const survival = new Float32Array(data.length);
  let hazard = 0;
  data.forEach((one, place) => {
    const k = place % columns;
    const added = (baseline[k] ?? 0) * Math.exp(one - (centre[k] ?? 0));
    hazard = k === 0 ? added : hazard + added;
    survival[place] = Math.exp(-hazard);
  });
  const curves = notRising({ survival: tensor(shape, survival) });
  return { ...predictions, ...curves, risk: lostShare(present(curves['survival'], 'survival'), times) };
}
