/**
 * Colours, words and fonts of label-efficiency curves, and where their axis of the metric ends.
 */
import type { Arm } from './plan.js';
import type { LabelCurves } from './summary.js';

/** Okabe and Ito's colours, which most people with a colour vision deficiency tell apart. */
export const COLOURS: Readonly<Record<Arm, string>> = {
  pretrained: '#0072B2',
  random: '#E69F00',
  table: '#009E73',
  metadata: '#CC79A7',
};

export const WORDS: Readonly<Record<Arm, string>> = {
  pretrained: 'pretrained encoder',
  random: 'random weights',
  table: 'table alone',
  metadata: 'metadata alone',
};

/** What one who knows nothing reaches. */
export const CHANCE: Readonly<Record<string, number>> = { auroc: 0.5, harrell: 0.5, r2: 0 };

/**
 * Where the axis of a metric ends that has no least value: a model that extrapolates badly from few patients would leave
 * nothing to be seen of the others.
 */
const FOOT: Readonly<Record<string, number>> = { r2: -0.3 };

export const INK = '#333333';
/** The font of the PNG; elsewhere one like it. */
export const FONT = 'Source Sans 3';
export const FONTS = `${FONT}, sans-serif`;

export interface MetricAxis {
  readonly domain: readonly [number, number];
  /** True where values lie below it. */
  readonly cut: boolean;
}

export function metricAxis({ metric, scores }: Pick<LabelCurves, 'metric' | 'scores'>): MetricAxis {
  const values = [...scores.flatMap(({ value }) => (value === null ? [] : [value])), CHANCE[metric] ?? 0];
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const foot = FOOT[metric] ?? -Infinity;
  return least < foot
    ? { domain: [foot, Math.max(0.1, Math.ceil(most * 10) / 10)], cut: true }
    : { domain: [least, most], cut: false };
}
