/**
 * What heads of proportional hazards share: a log hazard without a bias, which no comparison of rows could tell, and survival
 * by Breslow's baseline.
 */
import { present } from '../../../core/errors.js';
import type { Builder } from '../../../ir/builder.js';
import type { Value } from '../../../ir/graph.js';
import type { HeadPlan } from '../../head.js';
import { perceptron } from '../../layers.js';
import type { TimeTargets } from '../../targets.js';
import { breslowBaseline, withSurvival } from './baseline.js';

/** Log hazards `[N]` of features `[N, F]`. */
export function logHazard(b: Builder, features: Value, hidden: number): Value {
  return b.reshape(perceptron(b, features, hidden, 1, { bias: false }), [-1]);
}

/** The parts of a plan in which such heads do not differ; survival is told at `times`. */
export function proportional(
  hidden: number,
  times: readonly number[],
): Pick<
  HeadPlan<TimeTargets>,
  'predict' | 'metric' | 'chance' | 'comparesRows' | 'times' | 'settle' | 'complete'
> {
  return {
    predict: (b, features) => ({ risk: logHazard(b, features, hidden) }),
    metric: 'concordance',
    chance: 0.5,
    comparesRows: true,
    times,
    settle: (predictions, targets) =>
      breslowBaseline(present(predictions['risk'], 'risk').data, targets, times),
    complete: withSurvival,
  };
}
