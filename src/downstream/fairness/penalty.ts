/**
 * Gaps between groups as a differentiable part of a loss.
 *
 * A cell is the mean score of a class over rows of one group: over all, or among the rows of the class or the others, as the
 * criterion says. A gap is the greatest less the smallest cell over the groups; a penalty is the greatest gap. With
 * predictions of 0 and 1 it is the difference that fairness tables report. A group that is not in the batch, or has no such
 * row there, has no cell: it is left out of the greatest and the smallest alike, and counts neither as 0 nor as fair. Fewer
 * than two groups leave no gap: the penalty and its gradient are then 0.
 *
 * Sources: Hardt, Price and Srebro, "Equality of Opportunity in Supervised Learning", 2016 (criteria); Agarwal et al., "A
 * Reductions Approach to Fair Classification", 2018 (gaps as constraints).
 */
import type { Builder } from '../../ir/builder.js';
import type { Value } from '../../ir/graph.js';

/**
 * - `demographic-parity`: scores of the class are alike in all groups.
 * - `equal-opportunity`: they are alike among rows that are of the class.
 * - `equalised-odds`: they are alike among rows of the class, and among the others.
 *
 * The class is the second of two; of more, each in turn.
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
export function fairnessGap(
  b: Builder,
  criterion: FairnessCriterion,
  { probabilities, labels, groups }: PenaltyInputs,
): Value {
  const [rows = 0, classes = 0] = probabilities.shape;
  // Of two classes the second alone.
  const taken = (x: Value): Value => (classes === 2 ? b.slice(x, [0, 1], [rows, 2]) : x);
  const scores = taken(probabilities);
  const ofClass = taken(b.oneHot(labels, classes));
  const gaps = {
    'demographic-parity': () => [gapsAmong(b, scores, b.constant(scores.shape, [1]), groups)],
    'equal-opportunity': () => [gapsAmong(b, scores, ofClass, groups)],
    'equalised-odds': () => [
      gapsAmong(b, scores, ofClass, groups),
      gapsAmong(b, scores, b.sub(b.scalar(1), ofClass), groups),
    ],
  }[criterion]();
  return b.reduceMax(b.concat(gaps, 0), [0]);
}

/** Gaps `[K]` over groups of the mean scores `[N, K]` of the rows that `counted` `[N, K]` holds a 1 for. */
function gapsAmong(b: Builder, scores: Value, counted: Value, groups: Value): Value {
  const sums = b.matmul(groups, b.mul(scores, counted), { a: true });
  const counts = b.matmul(groups, counted, { a: true });
  const means = b.div(sums, b.maximum(counts, b.scalar(1)));
  const there = b.greaterEqual(counts, b.scalar(0.5));
  const greatest = b.reduceMax(b.where(there, means, b.scalar(ABSENT)), [0]);
  const smallest = b.neg(b.reduceMax(b.where(there, b.neg(means), b.scalar(ABSENT)), [0]));
  const comparable = b.greaterEqual(b.reduceSum(b.toFloat(there), [0]), b.scalar(1.5));
  return b.where(comparable, b.sub(greatest, smallest), b.scalar(0));
}
