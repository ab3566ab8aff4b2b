/**
 * Gaps between groups as a differentiable part of a loss.
 *
 * A cell is the mean score of one class over the rows of one group, within a true class where the criterion says so. A gap is
 * the greatest less the smallest cell over the groups; a penalty is the greatest gap. With predictions of 0 and 1 it is the
 * difference that fairness tables report. A group that is not in the batch, or has no row of a true class there, has no
 * cell: it is left out of the greatest and the smallest alike, and counts neither as 0 nor as fair. Fewer than two groups
 * leave no gap: the penalty and its gradient are then 0.
 *
 * Sources: Hardt, Price and Srebro, "Equality of Opportunity in Supervised Learning", 2016 (criteria); Agarwal et al., "A
 * Reductions Approach to Fair Classification", 2018 (gaps as constraints).
 */
import type { Builder } from '../../ir/builder.js';
import type { Value } from '../../ir/graph.js';

/**
 * - `demographic-parity`: scores are alike in all groups.
 * - `equal-opportunity`: scores of a class are alike among rows that are of it: of two classes the second, else of each.
 * - `equalised-odds`: scores of each class are alike within each true class.
 */
export type FairnessCriterion = 'demographic-parity' | 'equal-opportunity' | 'equalised-odds';

export interface PenaltyInputs {
  /** Probabilities of the classes `[N, K]`. */
  readonly probabilities: Value;
  /** The true classes `[N]`, i64. */
  readonly labels: Value;
  /** One-hot groups `[N, G]`, f32; a row whose group is unknown is all zeros. */
  readonly groups: Value;
}

/** Stands for an absent cell in the greatest and the smallest; gaps that it takes part in are set to 0. */
const ABSENT = -1e9;

/** The greatest gap of a criterion: a scalar, never NaN. */
export function fairnessGap(b: Builder, criterion: FairnessCriterion, inputs: PenaltyInputs): Value {
  const gaps = gapsOf(b, criterion, inputs);
  return b.reduceMax(gaps, [0]);
}

/** All gaps of a criterion, in one axis. */
function gapsOf(b: Builder, criterion: FairnessCriterion, inputs: PenaltyInputs): Value {
  const { probabilities, labels, groups } = inputs;
  const [rows = 0, classes = 0] = probabilities.shape;
  const count = groups.shape[1] ?? 0;
  if (criterion === 'demographic-parity') return gapsAmong(b, probabilities, groups, [count, 1]);
  // [N, G · K]: the group and the true class of each row as one.
  const within = b.reshape(
    b.mul(b.reshape(groups, [rows, count, 1]), b.reshape(b.oneHot(labels, classes), [rows, 1, classes])),
    [rows, count * classes],
  );
  const gaps = gapsAmong(b, probabilities, within, [count, classes]);
  if (criterion === 'equalised-odds') return gaps;
  // Of [true class, scored class] only what stands where both are one; of two classes only the second.
  const counted = Array.from({ length: classes * classes }, (_, i) => {
    const [truth, scored] = [Math.floor(i / classes), i % classes];
    return truth === scored && (classes > 2 || truth === 1) ? 1 : 0;
  });
  return b.mul(gaps, b.constant([classes * classes], counted));
}

/** Gaps over groups of the mean scores `[N, K]`, for each of `[groups, truths]` cells of rows, row-major: `[truths · K]`. */
function gapsAmong(
  b: Builder,
  scores: Value,
  cells: Value,
  [groups, truths]: readonly [number, number],
): Value {
  const classes = scores.shape[1] ?? 0;
  const sums = b.matmul(cells, scores, { a: true });
  const counts = b.reshape(b.reduceSum(cells, [0]), [groups * truths, 1]);
  const means = b.reshape(b.div(sums, b.maximum(counts, b.scalar(1))), [groups, truths * classes]);
  const spread = b.broadcastTo(counts, [groups * truths, classes]);
  const there = b.greaterEqual(b.reshape(spread, [groups, truths * classes]), b.scalar(0.5));
  const greatest = b.reduceMax(b.where(there, means, b.scalar(ABSENT)), [0]);
  const smallest = b.neg(b.reduceMax(b.where(there, b.neg(means), b.scalar(ABSENT)), [0]));
  const comparable = b.greaterEqual(b.reduceSum(b.toFloat(there), [0]), b.scalar(1.5));
  return b.where(comparable, b.sub(greatest, smallest), b.scalar(0));
}
