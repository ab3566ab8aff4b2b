/**
 * How well a model knows that a scan is not of the kind that it was trained on: for each set of other scans, the probability
 * that one of them scores higher than a scan as in training, for each score that there is.
 *
 * Scores: the head's `uncertainty`; `1 - greatest probability` (Hendrycks and Gimpel, "A Baseline for Detecting Misclassified and
 * Out-of-Distribution Examples in Neural Networks", ICLR 2017); `distance of features` (`distance.ts`), whatever the head.
 */
import type { Key } from '../../core/random.js';
import { ascending, linearQuantile } from '../../core/statistics/quantiles.js';
import type { TensorMap } from '../../core/tensor.js';
import { separation, type Metric } from '../../metrics/index.js';

/** Scores by name, a number for each row; higher is more foreign. */
export type ForeignScores = Readonly<Record<string, readonly number[]>>;

export interface ScoredScans {
  readonly patients: readonly string[];
  readonly scores: ForeignScores;
}

export interface OodScore {
  readonly auroc: Metric;
  /** Medians of the score, in the scans as in training and in the others. */
  readonly inside: number;
  readonly outside: number;
}

export interface OodReport {
  /** Scans that stand for those as in training. */
  readonly inside: { readonly split: string; readonly n: number };
  /** By set and score. */
  readonly sets: Readonly<
    Record<string, { readonly n: number; readonly scores: Readonly<Record<string, OodScore>> }>
  >;
}

/** Scores that follow from what a head told of rows. */
export function scoresOf(predictions: TensorMap): ForeignScores {
  const { probabilities } = predictions;
  return {
    ...uncertaintyOf(predictions),
    ...(probabilities && { '1 - greatest probability': doubts(probabilities) }),
  };
}

/** The head's own, where it tells one. */
export function uncertaintyOf({ uncertainty }: TensorMap): ForeignScores {
  return uncertainty === undefined ? {} : { uncertainty: [...uncertainty.data] };
}

function doubts({ shape: [rows = 0, classes = 1], data }: NonNullable<TensorMap[string]>): number[] {
  return Array.from({ length: rows }, (_, row) => {
    return 1 - Math.max(...data.subarray(row * classes, (row + 1) * classes));
  });
}

/** `sets`: the other scans, by what they are. Scores that one side lacks are left out. */
export function oodReport(
  inside: ScoredScans & { readonly split: string },
  sets: Readonly<Record<string, ScoredScans>>,
  seed: Key,
): OodReport {
  const told = Object.entries(sets).map(([name, outside]) => {
    const names = Object.keys(inside.scores).filter((score) => outside.scores[score] !== undefined);
    const scores = names.map((score): [string, OodScore] => [
      score,
      scoreOf(sampleOf(inside, score), sampleOf(outside, score), [...seed, 'ood', name, score]),
    ]);
    return [name, { n: outside.patients.length, scores: Object.fromEntries(scores) }] as const;
  });
  return { inside: { split: inside.split, n: inside.patients.length }, sets: Object.fromEntries(told) };
}

type Sample = Parameters<typeof separation>[0];

const sampleOf = ({ scores, patients }: ScoredScans, score: string): Sample => ({
  scores: scores[score] ?? [],
  patients,
});

function scoreOf(inside: Sample, outside: Sample, seed: Key): OodScore {
  return {
    auroc: separation(outside, inside, { seed }),
    inside: median(inside.scores),
    outside: median(outside.scores),
  };
}

function median(values: readonly number[]): number {
  const sorted = ascending(values);
  return sorted.length === 0 ? 0 : linearQuantile(0.5, sorted.length, (rank) => sorted[rank] as number);
}
