/**
 * Standardisation of features and covariates by the training rows, kept beside the weights, so that a model is whole.
 *
 * A column that is constant in training teaches nothing, and the weight that it meets stays as it was drawn. Its deviation is
 * set so high that it becomes 0 in all rows; features of an encoder that is trained may wake, and get a common deviation.
 */
import { meanOf } from '../../../core/statistics/descriptive.js';
import { sizeOf, tensor, type Tensor, type TensorMap } from '../../../core/tensor.js';
import type { Builder } from '../../../ir/builder.js';
import type { Value } from '../../../ir/graph.js';

export type Part = 'features' | 'covariates';

const nameOf = (part: Part, what: 'mean' | 'deviation'): string => `standardise.${part}.${what}`;

/** Deviations below this share of the mean's size are rounding. */
const ROUNDING = 1e-6;

/** Deviation that leaves nothing of a column. */
const SILENT = 1e30;

/** Mean and deviation `[F]` of each column of `[N, F]`, by the names of their parameters; `changing`: values will change. */
export function standardisation(part: Part, x: Tensor, changing = false): TensorMap {
  const { means, deviations } = momentsOf(x);
  const known = deviations.filter((deviation) => deviation > 0);
  const common = known.length === 0 ? 1 : meanOf([...known]);
  return {
    [nameOf(part, 'mean')]: tensor([means.length], means),
    [nameOf(part, 'deviation')]: tensor(
      [means.length],
      deviations.map((deviation) => (deviation > 0 ? deviation : changing ? common : SILENT)),
    ),
  };
}

/** Of each column of `[N, F]`; deviation 0 where it is constant. */
function momentsOf({ shape: [rows = 0, columns = 0], data }: Tensor) {
  const [means, deviations] = [new Float32Array(columns), new Float32Array(columns)];
  for (let column = 0; column < columns; column++) {
    let sum = 0;
    for (let row = 0; row < rows; row++) sum += data[row * columns + column] ?? 0;
    const mean = sum / rows;
    let squares = 0;
    for (let row = 0; row < rows; row++) squares += ((data[row * columns + column] ?? 0) - mean) ** 2;
    const deviation = Math.sqrt(squares / rows);
    means[column] = mean;
    deviations[column] = deviation > ROUNDING * Math.max(Math.abs(mean), 1e-6) ? deviation : 0;
  }
  return { means, deviations };
}

/** (x − mean) / deviation on the graph, `[N, F]` → `[N, F]`. */
export function standardise(builder: Builder, part: Part, x: Value): Value {
  const columns = x.shape[1] ?? 0;
  const held = (what: 'mean' | 'deviation', value: number): Value =>
    builder.parameter(
      nameOf(part, what),
      [columns],
      { kind: 'constant', value },
      {
        trainable: false,
        shared: true,
      },
    );
  return builder.div(builder.sub(x, held('mean', 0)), held('deviation', 1));
}

/** Mean and deviation of each column of a model's part; undefined where the model has no such part. */
export function standardisationOf(
  weights: TensorMap,
  part: Part,
): { readonly means: Float32Array; readonly deviations: Float32Array } | undefined {
  const [means, deviations] = [weights[nameOf(part, 'mean')], weights[nameOf(part, 'deviation')]];
  return means && deviations && { means: means.data, deviations: deviations.data };
}

/** Columns of a model's part; 0 where it has none. */
export function widthOf(weights: TensorMap, part: Part): number {
  return sizeOf(weights[nameOf(part, 'mean')]?.shape ?? [0]);
}
