/**
 * How familiar a row is to a model: 1 for one like those that it learned from, towards 0 for one unlike them.
 *
 * The measure is Mahalanobis' distance (`distance.ts`: Lee et al. 2018, with the covariance of Ledoit and Wolf 2004), judged by the
 * distances that training rows have when their patient is left out (`left-out.ts`): with z the deviations of the logarithm of the
 * squared distance from its mean there, the familiarity is exp(−z² / 2) for rows that are farther than that, and 1 for the others.
 * It stands in the place of the density by a flow in Charpentier, Zügner and Günnemann, "Posterior Network", NeurIPS 2020,
 * section 3, and needs no other scans and no constant to choose.
 */
import { forwardSolve } from '../../core/linear-algebra/cholesky.js';
import { meanOf, squaredDeviations } from '../../core/statistics/descriptive.js';
import { tensor, type Tensor, type TensorMap } from '../../core/tensor.js';
import type { Builder } from '../../ir/builder.js';
import type { Value } from '../../ir/graph.js';
import { knownFeatures, type KnownFeatures } from './distance.js';
import { leftOutDistances } from './left-out.js';

const [MEAN, WHITENING, LEVEL] = ['head.known.mean', 'head.known.whitening', 'head.known.level'] as const;

/** Mean squares below this are those of rows without features that vary. */
const LEAST = 1e-12;

/** Patients below whose number nothing is said of distances. */
const FEWEST = 3;

/** Of `[N, F]`: `[N, 1]`. All rows are familiar until weights are known by `measureFamiliarity`. */
export function familiarity(b: Builder, features: Value): Value {
  const columns = features.shape[1] ?? 0;
  const held = (name: string, shape: readonly number[]): Value =>
    b.parameter(name, shape, { kind: 'constant', value: 0 }, { trainable: false, shared: true });
  const z = b.linear(b.sub(features, held(MEAN, [columns])), held(WHITENING, [columns, columns]));
  const square = b.reduceMean(b.square(z), [1], true);
  // Mean of the logarithms, and 1 over their deviation.
  const [mean, scale] = [0, 1].map((at) => b.slice(held(LEVEL, [2]), [at], [at + 1]));
  const far = b.mul(b.sub(b.log(b.maximum(square, b.scalar(LEAST))), mean as Value), scale as Value);
  return b.exp(b.mul(b.square(b.relu(far)), b.scalar(-0.5)));
}

/** The weights of `familiarity`, of what it read of training rows `[N, F]`; `owners`: the patient of each. */
export function measureFamiliarity(
  { shape: [count = 0, columns = 0], data }: Tensor,
  owners: readonly (string | number)[],
): TensorMap {
  const few = new Set(owners).size < FEWEST;
  const rows = Array.from({ length: count }, (_, row) =>
    Float64Array.from(data.subarray(row * columns, (row + 1) * columns)),
  );
  const known = knownFeatures(rows);
  const logs = [...leftOutDistances(rows, owners, known)].map((square) =>
    Math.log(Math.max(LEAST, square / columns)),
  );
  // Of few rows the deviation is uncertain: it is at least about that of a normal distribution.
  const deviation = Math.sqrt(Math.max(squaredDeviations(logs) / count, 2 / columns));
  const level = few ? [0, 0] : [meanOf(logs), 1 / deviation];
  return {
    [MEAN]: tensor([columns], Float32Array.from(known.mean)),
    [WHITENING]: tensor([columns, columns], whitening(known)),
    [LEVEL]: tensor([2], Float32Array.from(level)),
  };
}

/** The matrix W `[F, F]` by which W · (x − mean) has neither correlations nor deviations other than 1. */
function whitening({ factor, scale }: KnownFeatures): Float32Array {
  const width = scale.length;
  const units = new Float64Array(width * width);
  scale.forEach((one, i) => (units[i * width + i] = one));
  return Float32Array.from(forwardSolve(factor, units, width));
}
