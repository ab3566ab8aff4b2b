/**
 * Average precision: the area under the precision-recall curve as a sum of precisions, each weighted by the recall that it
 * gains, without interpolation (scikit-learn's `average_precision_score`; Davis and Goadrich, "The Relationship Between
 * Precision-Recall and ROC Curves", ICML 2006, on why not to interpolate). What a useless score gets is the share of
 * positives, not 0.5.
 */
import { refused, unitWeights, type Finding, type Statistic } from '../finding.js';
import { ascendingOrder } from '../order.js';
import { oneVersusRest } from './one-versus-rest.js';

/** Average precision of `scores` `[N]` for the rows of which `positive` `[N]` is 1; refused where there is none. */
export function averagePrecision(positive: ArrayLike<number>, scores: ArrayLike<number>): Finding {
  return averagePrecisionStatistic(positive, scores)(unitWeights(scores.length));
}

/** `averagePrecision` of weighted rows. */
function averagePrecisionStatistic(positive: ArrayLike<number>, scores: ArrayLike<number>): Statistic {
  const order = ascendingOrder(scores).reverse();
  return (weights) => {
    let [found, taken, sum] = [0, 0, 0];
    for (let i = 0; i < order.length;) {
      const score = scores[order[i] as number];
      let gained = 0;
      for (; i < order.length && scores[order[i] as number] === score; i++) {
        const row = order[i] as number;
        taken += weights[row] as number;
        if (positive[row] === 1) gained += weights[row] as number;
      }
      found += gained;
      if (gained > 0) sum += gained * (found / taken);
    }
    if (found === 0) return refused('no row is of the class');
    return { value: sum / found, counts: { positives: found, negatives: taken - found } };
  };
}

/** Average precision of probabilities `[N, K]`: of the second class of two, otherwise the mean over classes. */
export const classAveragePrecision = oneVersusRest(averagePrecisionStatistic);
