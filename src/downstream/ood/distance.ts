/**
 * Mahalanobis' distance of features to those that a model was trained on: how foreign a scan is to it, whatever its head says
 * of its own uncertainty.
 *
 * Sources: Lee et al., "A Simple Unified Framework for Detecting Out-of-Distribution Samples and Adversarial Attacks", NeurIPS
 * 2018, here with one mean for all classes; Ledoit and Wolf, "A well-conditioned estimator for large-dimensional covariance
 * matrices", Journal of Multivariate Analysis 2004, since there are often more features than scans.
 */
import { cholesky, forwardSolve } from '../../core/linear-algebra/cholesky.js';
import { dot } from '../../core/linear-algebra/vector.js';

export interface KnownFeatures {
  readonly mean: Float64Array;
  /** 1 / deviation of each feature; 0 for one that is constant over the training rows. */
  readonly scale: Float64Array;
  /** Of the covariance of standardised features. */
  readonly factor: readonly Float64Array[];
  /** Share of the identity in this covariance, in [0, 1]. */
  readonly shrinkage: number;
}

/** Mean and covariance of training features `[N][F]`. */
export function knownFeatures(rows: readonly Float64Array[]): KnownFeatures {
  const [n, width] = [rows.length, rows[0]?.length ?? 0];
  const mean = new Float64Array(width);
  const scale = new Float64Array(width);
  for (let j = 0; j < width; j++) {
    let [sum, squares] = [0, 0];
    for (const row of rows) sum += row[j] as number;
    mean[j] = sum / n;
    for (const row of rows) squares += ((row[j] as number) - (mean[j] as number)) ** 2;
    scale[j] = squares / n > 1e-12 * Math.max(1e-12, (mean[j] as number) ** 2) ? Math.sqrt(n / squares) : 0;
  }
  const centred = rows.map((row) => standardise(row, { mean, scale }));
  const { covariance, shrinkage } = shrunkCovariance(centred);
  return { mean, scale, factor: cholesky(covariance, { floor: 1e-9 }), shrinkage };
}

/** Squared distance of a row; about the number of features for rows like those known. */
export function squaredDistance(row: Float64Array, known: KnownFeatures): number {
  const z = whitened(row, known);
  return dot(z, z);
}

/** A row as its distance is measured: of rows like those known, without correlations and with deviations of 1. */
export function whitened(row: Float64Array, known: KnownFeatures): Float64Array {
  return forwardSolve(known.factor, standardise(row, known));
}

function standardise(
  row: Float64Array,
  { mean, scale }: Pick<KnownFeatures, 'mean' | 'scale'>,
): Float64Array {
  return row.map((value, j) => (value - (mean[j] as number)) * (scale[j] as number));
}

/** Ledoit and Wolf's covariance of rows whose mean is 0: between the sample's and a multiple of the identity. */
export function shrunkCovariance(rows: readonly Float64Array[]): {
  readonly covariance: Float64Array[];
  readonly shrinkage: number;
} {
  const [n, width] = [rows.length, rows[0]?.length ?? 0];
  const sample = Array.from({ length: width }, () => new Float64Array(width));
  for (const row of rows) {
    for (let i = 0; i < width; i++) {
      const [own, to] = [(row[i] as number) / n, sample[i] as Float64Array];
      if (own !== 0) for (let j = 0; j < width; j++) to[j] = (to[j] as number) + own * (row[j] as number);
    }
  }
  const trace = sample.reduce((sum, row, i) => sum + (row[i] as number), 0) / Math.max(1, width);
  const norm = sample.reduce((sum, row) => sum + dot(row, row), 0);
  const spread = norm - width * trace ** 2;
  const noise = rows.reduce((sum, row) => sum + dot(row, row) ** 2, 0) / n ** 2 - norm / n;
  const shrinkage = spread <= 0 ? 1 : Math.min(1, Math.max(0, noise / spread));
  const shrunk = (one: number, diagonal: boolean): number =>
    (1 - shrinkage) * one + (diagonal ? shrinkage * trace : 0);
  return { covariance: sample.map((row, i) => row.map((one, j) => shrunk(one, i === j))), shrinkage };
}
