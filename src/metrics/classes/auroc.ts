/**
 * Area under the receiver operating characteristic: the probability that a row of the class scores higher than one of the
 * others, ties counted a half (Hanley and McNeil, "The Meaning and Use of the Area under a ROC Curve", Radiology 1982).
 */
import { refused, unitWeights, type Finding, type Statistic } from '../finding.js';
import { ascendingOrder } from '../order.js';
import { oneVersusRest } from './one-versus-rest.js';

/**
 * Area under the curve of `scores` `[N]` for the rows of which `positive` `[N]` is 1, the others being 0; higher scores mean
 * 1. Refused where all rows are of one class.
 */
export function auroc(positive: ArrayLike<number>, scores: ArrayLike<number>): Finding {
  return aurocStatistic(positive, scores)(unitWeights(scores.length));
}

/** `auroc` of weighted rows. */
export function aurocStatistic(positive: ArrayLike<number>, scores: ArrayLike<number>): Statistic {
  const order = ascendingOrder(scores);
  return (weights) => {
    let [below, hits, positives] = [0, 0, 0];
    for (let i = 0; i < order.length;) {
      const score = scores[order[i] as number];
      let [tiedPositives, tiedNegatives] = [0, 0];
      for (; i < order.length && scores[order[i] as number] === score; i++) {
        const row = order[i] as number;
        if (positive[row] === 1) tiedPositives += weights[row] as number;
        else tiedNegatives += weights[row] as number;
      }
      hits += tiedPositives * (below + tiedNegatives / 2);
      below += tiedNegatives;
      positives += tiedPositives;
    }
    if (positives === 0) return refused('no row is of the class');
    if (below === 0) return refused('all rows are of the class');
    return { value: hits / (positives * below), counts: { positives, negatives: below } };
  };
}

/**
 * Area under the curve of probabilities `[N, K]` of classes: of the second class where there are two, otherwise the mean over
 * classes, each against all others (Provost and Domingos 2000, without weights by frequency).
 */
export const classAuroc = oneVersusRest(aurocStatistic);
