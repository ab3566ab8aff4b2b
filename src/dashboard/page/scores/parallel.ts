/** Parallel coordinates: which axes there are, which candidates lie within their limits. */
import type { CandidatesView } from '../../views/types.js';
import { lazily } from '../plot/lazily.js';
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
  const varying = genes.filter(({ values }) => isVarying(values));
  const columns = [...varying, { name: metric, levels: null, values: scores }];
  return columns.map(({ name, levels, values }) => {
    // Of an axis that is not shown nobody asks for it.
    const scale = lazily(() => scaleOf(levels === null ? values : levels.map((_, index) => index)));
    return {
      name,
      levels,
      values,
      get scale() {
        return scale();
      },
    };
  });
}

/** Whether two candidates have different values. */
function isVarying(values: readonly (number | null)[]): boolean {
  let first: number | null = null;
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] ?? null;
    first ??= value;
    if (value !== null && value !== first) return true;
  }
  return false;
}

/** Logarithmic for numbers over a wide range, such as learning rates. */
function scaleOf(values: ArrayLike<number | null>): Scale {
  const [least, most] = extent(values);
  if (least > 0 && most / least > 50) return logarithmic(values, { margin: 0.05 });
  const scale = linear(values, { margin: 0.05, ticks: 4 });
  // Nothing has two and a half stages.
  return areWhole(values) ? { ...scale, ticks: scale.ticks.filter(Number.isInteger) } : scale;
}

function areWhole(values: ArrayLike<number | null>): boolean {
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] ?? null;
    if (value !== null && !Number.isInteger(value)) return false;
  }
  return true;
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
  const members: number[] = [];
  for (let index = 0; index < scores.length; index += 1) {
    if ((scores[index] ?? null) === null) continue;
    const inside = limited.every(({ values, limit: [low, high] }) => {
      const value = values[index] ?? null;
      return value !== null && value >= low && value <= high;
    });
    if (inside) members.push(index);
  }
  const ordered = likely(members, scores, most).sort((a, b) => (scores[a] ?? 0) - (scores[b] ?? 0));
  return { shown: ordered.slice(-most), all: members.length };
}

const BINS = 4096;

/** Members among which are the `most` of the highest scores, in the same order: sorting all takes many times as long. */
function likely(members: readonly number[], scores: readonly (number | null)[], most: number): number[] {
  if (members.length <= most) return [...members];
  const [low, high] = extent(scores);
  const binOf = (index: number) =>
    high > low ? Math.floor((((scores[index] ?? low) - low) / (high - low)) * (BINS - 1)) : 0;
  const counts = new Uint32Array(BINS);
  for (const index of members) counts[binOf(index)] = (counts[binOf(index)] ?? 0) + 1;
  let least = BINS;
  for (let count = 0; count < most && least > 0;) count += counts[--least] ?? 0;
  return members.filter((index) => binOf(index) >= least);
}
