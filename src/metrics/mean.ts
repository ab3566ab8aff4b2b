/**
 * Means of weighted rows.
 */
import { refused, type Statistic } from './finding.js';

/** The mean of one value for each row `[N]`. */
export function meanStatistic(values: ArrayLike<number>): Statistic {
  return (weights) => {
    let [sum, all] = [0, 0];
    for (let row = 0; row < values.length; row++) {
      sum += (weights[row] as number) * (values[row] as number);
      all += weights[row] as number;
    }
    return all === 0 ? refused('there is no row') : { value: sum / all };
  };
}
