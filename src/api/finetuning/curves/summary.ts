/**
 * Label-efficiency curves as figures: the metric of each model, means over repeats and folds, and how much the pretrained
 * encoder is ahead of each other arm where both learned from the same patients.
 */
import { meanOf } from '../../../core/statistics/descriptive.js';
import { version } from '../../../core/version.js';
import { correctedDifference, type Metric, type PairedScore } from '../../../metrics/index.js';
import type { Arm, CurvePoint } from './plan.js';

export interface CurveScore extends Pick<
  CurvePoint,
  'arm' | 'labels' | 'repeat' | 'fold' | 'trained' | 'available'
> {
  /** Rows that were answered for. */
  readonly tested: number;
  /** Null where the rows do not identify it. */
  readonly value: number | null;
  readonly refused?: string;
}

/** Mean over repeats and folds. */
export interface CurveMean extends Pick<CurvePoint, 'arm' | 'labels'> {
  readonly mean: number | null;
  /** Mean number of patients that were learned from. */
  readonly patients: number;
  /** Scores that the mean is of. */
  readonly n: number;
}

export interface CurveDifference extends Pick<CurvePoint, 'labels'> {
  /** The score of the first minus that of the second. */
  readonly first: Arm;
  readonly second: Arm;
  readonly difference: Metric;
}

/** The content of `curves.json`. */
export interface LabelCurves {
  readonly version: string;
  readonly task: string;
  readonly metric: string;
  readonly repeats: number;
  readonly folds: number;
  readonly scores: readonly CurveScore[];
  readonly means: readonly CurveMean[];
  /** With intervals by Nadeau and Bengio, since folds share training rows. */
  readonly differences: readonly CurveDifference[];
}

export function labelCurves(
  known: Pick<LabelCurves, 'task' | 'metric' | 'repeats' | 'folds'>,
  scores: readonly CurveScore[],
): LabelCurves {
  const arms = [...new Set(scores.map(({ arm }) => arm))];
  const sizes = [...new Set(scores.map(({ labels }) => labels))];
  const of = (arm: Arm, labels: number | 'all'): readonly CurveScore[] =>
    scores.filter((score) => score.arm === arm && score.labels === labels);
  const [first, ...others] = arms;
  return {
    version,
    ...known,
    scores,
    means: sizes.flatMap((labels) => arms.map((arm) => meanScore(arm, labels, of(arm, labels)))),
    differences:
      first === undefined
        ? []
        : sizes.flatMap((labels) =>
            others.map((second) => ({
              labels,
              first,
              second,
              difference: correctedDifference(pairs(of(first, labels), of(second, labels))),
            })),
          ),
  };
}

function meanScore(arm: Arm, labels: number | 'all', scores: readonly CurveScore[]): CurveMean {
  const values = scores.flatMap(({ value }) => (value === null ? [] : [value]));
  return {
    arm,
    labels,
    mean: values.length === 0 ? null : meanOf(values),
    patients: meanOf(scores.map(({ trained }) => trained)),
    n: values.length,
  };
}

/**
 * Scores of the same repeat and fold; pairs of which one is not identified are left out. What folds share is their training
 * side, of which models of few labels learned from a small part: so the side counts as training rows, not the part.
 */
function pairs(first: readonly CurveScore[], second: readonly CurveScore[]): readonly PairedScore[] {
  return first.flatMap(({ repeat, fold, value, available, tested }) => {
    const other = second.find((score) => score.repeat === repeat && score.fold === fold);
    if (value === null || other === undefined || other.value === null) return [];
    return [{ first: value, second: other.value, trained: available, tested }];
  });
}
