/** Parallel coordinates: which axes there are, which candidates lie within their limits. */
import type { CandidatesView } from '../../views/types.js';
import { extent, linear, logarithmic, type Scale } from '../plot/scale.js';

export interface ParallelAxis {
  readonly name: string;
  /** Null for numbers. */
  readonly levels: readonly string[] | null;
  readonly values: readonly (number | null)[];
  readonly scale: Scale;
}

/** By the axis's name: the values within; both ends count. */
export type Limits = Readonly<Record<string, readonly [low: number, high: number]>>;

/** Genes that differ between candidates, and the score last. */
export function parallelAxes({ genes, scores }: CandidatesView, metric: string): ParallelAxis[] {
  const varying = genes.filter(({ values }) => new Set(values.filter((value) => value !== null)).size > 1);
  const columns = [...varying, { name: metric, levels: null, values: scores }];
  return columns.map(({ name, levels, values }) => ({
    name,
    levels,
    values,
    scale: scaleOf(
      levels === null ? values.filter((value) => value !== null) : levels.map((_, index) => index),
    ),
  }));
}

/** Logarithmic for numbers over a wide range, such as learning rates. */
function scaleOf(values: readonly number[]): Scale {
  const [least, most] = extent(values);
  if (least > 0 && most / least > 50) return logarithmic(values, { margin: 0.05 });
  const scale = linear(values, { margin: 0.05, ticks: 4 });
  // Nothing has two and a half stages.
  return values.every(Number.isInteger) ? { ...scale, ticks: scale.ticks.filter(Number.isInteger) } : scale;
}

/** Indices of candidates with a score that lie within all limits, the highest score last, `most` of them. */
export function within(
  { scores }: CandidatesView,
  axes: readonly ParallelAxis[],
  limits: Limits,
  most: number,
): { readonly shown: readonly number[]; readonly all: number } {
  const limited = axes.flatMap((axis) => {
    const limit = limits[axis.name];
    return limit === undefined ? [] : [{ values: axis.values, limit }];
  });
  const members = scores.flatMap((score, index) => {
    if (score === null) return [];
    const inside = limited.every(({ values, limit: [low, high] }) => {
      const value = values[index] ?? null;
      return value !== null && value >= low && value <= high;
    });
    return inside ? [index] : [];
  });
  const ordered = members.sort((a, b) => (scores[a] ?? 0) - (scores[b] ?? 0));
  return { shown: ordered.slice(-most), all: ordered.length };
}
