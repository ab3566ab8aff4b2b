/**
 * Expected calibration error: how far confidence and accuracy are apart, mean over rows.
 *
 * Binning: the probability of the most probable class of each row, in 15 bins of equal width that hold their upper end, as in
 * Guo, Pleiss, Sun and Weinberger, "On Calibration of Modern Neural Networks", ICML 2017, section 3 and their code. With few
 * rows it is above 0 for a perfect model as well: compare intervals, not values.
 */
import { wilson, type Interval } from '../../core/statistics/intervals.js';
import { refused, type Statistic } from '../finding.js';
import type { ClassOutcome } from '../outcome-table.js';
import { decisionsOf } from './accuracy.js';

const BINS = 15;

/** Expected calibration error of probabilities `[N, K]`, in [0, 1]; refused of no rows. */
export function expectedCalibrationError({ labels, probabilities }: ClassOutcome, bins = BINS): Statistic {
  const decisions = decisionsOf(probabilities);
  const confidence = Float64Array.from(probabilities, (row, i) => row[decisions[i] as number] as number);
  const binOf = Int32Array.from(confidence, (p) => Math.max(0, Math.ceil(p * bins) - 1));
  const gap = new Float64Array(bins);
  return (weights) => {
    gap.fill(0);
    let all = 0;
    for (let row = 0; row < labels.length; row++) {
      const right = decisions[row] === labels[row] ? 1 : 0;
      const bin = binOf[row] as number;
      gap[bin] = (gap[bin] as number) + (weights[row] as number) * (right - (confidence[row] as number));
      all += weights[row] as number;
    }
    if (all === 0) return refused('there is no row');
    return { value: gap.reduce((sum, difference) => sum + Math.abs(difference), 0) / all };
  };
}

/** A bin of a reliability curve. */
export interface ReliabilityBin {
  /** The bin holds probabilities above `low` and up to `high`; the first one 0 as well. */
  readonly low: number;
  readonly high: number;
  readonly n: number;
  /** Mean probability. */
  readonly predicted: number;
  /** Share of rows of the class, with Wilson's interval of 95 %. */
  readonly observed: number;
  readonly interval: Interval;
}

/**
 * Reliability curve of the probabilities `[N]` of a class for the rows of which `positive` `[N]` is 1: ten bins of equal width,
 * those without rows left out.
 */
export function reliabilityCurve(
  positive: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  bins = 10,
): readonly ReliabilityBin[] {
  const rows = Array.from(probabilities, (p, row) => ({ p, hit: positive[row] as number }));
  return Array.from({ length: bins }, (_, bin) => {
    const inside = rows.filter(({ p }) => Math.max(0, Math.ceil(p * bins) - 1) === bin);
    const n = inside.length;
    const hits = inside.reduce((sum, { hit }) => sum + hit, 0);
    return {
      low: bin / bins,
      high: (bin + 1) / bins,
      n,
      predicted: inside.reduce((sum, { p }) => sum + p, 0) / Math.max(1, n),
      observed: hits / Math.max(1, n),
      interval: wilson(hits, n),
    };
  }).filter(({ n }) => n > 0);
}
