/**
 * Coverage against risk: the error that is left when only the rows that a model is most certain of are answered.
 *
 * Sources: El-Yaniv and Wiener, "On the Foundations of Noise-free Selective Classification", JMLR 2010; the area under the curve and
 * what is left of it beyond the best possible order (excess) are those of Geifman, Uziel and El-Yaniv, "Bias-Reduced Uncertainty
 * Estimation for Deep Neural Classifiers", ICLR 2019.
 */
import { refused, type Finding } from '../finding.js';
import { ascendingOrder } from '../order.js';

export interface RiskCoverage {
  /** Share of rows that are answered: from the most certain row, or rows of equal certainty, to all. */
  readonly coverage: readonly number[];
  /** Mean error of the rows that are answered. */
  readonly risk: readonly number[];
}

/**
 * Risk by coverage of rows with an `uncertainty` and an `error` `[N]` each: 0 or 1 of a decision, or any loss of at least 0. Rows of
 * equal uncertainty are answered together.
 */
export function riskCoverage(uncertainty: ArrayLike<number>, errors: ArrayLike<number>): RiskCoverage {
  const order = ascendingOrder(uncertainty);
  const [coverage, risk]: [number[], number[]] = [[], []];
  let sum = 0;
  for (let i = 0; i < order.length; i++) {
    sum += errors[order[i] as number] as number;
    const isLast = i + 1 === order.length;
    if (!isLast && uncertainty[order[i + 1] as number] === uncertainty[order[i] as number]) continue;
    coverage.push((i + 1) / order.length);
    risk.push(sum / (i + 1));
  }
  return { coverage, risk };
}

/**
 * Area under risk by coverage: the mean over n of the mean error of the n most certain rows, where rows of equal uncertainty count with
 * their mean error. Lower is better. Details: `excess`, the area less that of rows ordered by their error, 0 at best; and `at_random`,
 * what an uncertainty that tells nothing gets. Refused of no rows.
 */
export function areaUnderRiskCoverage(uncertainty: ArrayLike<number>, errors: ArrayLike<number>): Finding {
  const n = uncertainty.length;
  if (n === 0) return refused('there is no row');
  const value = areaOf(uncertainty, errors);
  const atRandom = Array.from(errors).reduce((sum, error) => sum + error, 0) / n;
  return { value, details: { excess: value - areaOf(errors, errors), at_random: atRandom } };
}

function areaOf(uncertainty: ArrayLike<number>, errors: ArrayLike<number>): number {
  const order = ascendingOrder(uncertainty);
  let [area, before] = [0, 0];
  for (let from = 0; from < order.length;) {
    let to = from;
    let own = 0;
    const level = uncertainty[order[from] as number];
    while (to < order.length && uncertainty[order[to] as number] === level) {
      own += errors[order[to++] as number] as number;
    }
    const mean = own / (to - from);
    for (let i = from; i < to; i++) area += (before + mean * (i + 1 - from)) / (i + 1);
    before += own;
    from = to;
  }
  return area / order.length;
}
