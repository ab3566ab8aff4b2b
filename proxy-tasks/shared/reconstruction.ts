/**
 * Loss and metric of tasks that ask for voxels back.
 *
 * The metric is the share of variance explained where voxels were lost: 1 − Σ (ŷ − y)² / Σ y². Targets have mean 0
 * (`patch.ts`), so whoever knows nothing and answers with the mean scores 0. It is limited to −1 from below,
 * the score of a diverged candidate.
 */
import type { Builder } from '../../src/ir/builder.js';
import type { Value } from '../../src/ir/graph.js';

export const explainedRange = { metric: 'explained', chance: 0, worst: -1 } as const;

/** Loss and metric; all values are `[B, C, D, H, W]`. `lost`: 1 where the metric counts; `counted`: 1 where the loss does. */
export function reconstruction(
  builder: Builder,
  drawn: Value,
  target: Value,
  lost: Value,
  counted: Value | null,
) {
  const all = [0, 1, 2, 3, 4];
  const square = builder.square(builder.sub(drawn, target));
  const over = (mask: Value, value: Value): Value => builder.reduceSum(builder.mul(mask, value), all);
  const tiny = builder.scalar(1e-6);
  const ratio = builder.div(over(lost, square), builder.add(over(lost, builder.square(target)), tiny));
  const explained = builder.maximum(builder.sub(builder.scalar(1), ratio), builder.scalar(-1));
  const loss =
    counted === null
      ? builder.reduceMean(square, all)
      : builder.div(over(counted, square), builder.add(builder.reduceSum(counted, all), tiny));
  return { loss, metrics: { explained }, answer: drawn };
}
