/**
 * Errors of predicted numbers, in the unit of the values, and the share of their variance that is explained.
 */
import { refused, type Statistic } from '../finding.js';
import { meanStatistic } from '../mean.js';
import type { ValueOutcome } from '../outcome-table.js';

/** Mean absolute error. */
export function meanAbsoluteError({ values, predictions }: ValueOutcome): Statistic {
  return meanStatistic(values.map((value, row) => Math.abs((predictions[row] as number) - value)));
}

/** Root of the mean squared error. */
export function rootMeanSquaredError({ values, predictions }: ValueOutcome): Statistic {
  const mean = meanStatistic(values.map((value, row) => ((predictions[row] as number) - value) ** 2));
  return (weights) => {
    const finding = mean(weights);
    return 'value' in finding ? { value: Math.sqrt(finding.value) } : finding;
  };
}

/**
 * Coefficient of determination, 1 − Σ(y − ŷ)² / Σ(y − ȳ)²: 0 for a model that knows only the mean of these rows, negative for
 * a worse one. Refused where the values do not differ.
 */
export function rSquared({ values, predictions }: ValueOutcome): Statistic {
  return (weights) => {
    let [all, sum] = [0, 0];
    values.forEach((value, row) => {
      all += weights[row] as number;
      sum += (weights[row] as number) * value;
    });
    if (all === 0) return refused('there is no row');
    let [unexplained, variation, least, most] = [0, 0, Infinity, -Infinity];
    values.forEach((value, row) => {
      const weight = weights[row] as number;
      if (weight === 0) return;
      unexplained += weight * (value - (predictions[row] as number)) ** 2;
      variation += weight * (value - sum / all) ** 2;
      least = Math.min(least, value);
      most = Math.max(most, value);
    });
    if (least === most) return refused(`all values are ${least}`);
    return { value: 1 - unexplained / variation };
  };
}
