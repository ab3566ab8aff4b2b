/**
 * Colours of candidates: scores and generations on the ascending scale of the page's palette, gains on its diverging one.
 * Candidates are put into bins, so that a drawing sets a colour once for each bin.
 */
import type { LineageView } from '../../../views/types.js';
import { diverging, sequential } from '../../shared/palette.js';

export const colourings = ['score', 'gain', 'generation'] as const;
export type Colouring = (typeof colourings)[number];

/** Bins of a scale; one more, `UNKNOWN`, for candidates without a value. */
export const BINS = 64;
export const UNKNOWN = 64;

export interface Colours {
  /** Bin of each candidate. */
  readonly bins: Uint8Array;
  /** Indices of candidates, from the lowest bin to the highest (gains: from the smallest magnitude); unknown ones first. */
  readonly order: Int32Array;
  /** Red, green and blue of each bin, `UNKNOWN` last. */
  readonly palette: readonly Rgb[];
  /** Values at the ends of the scale; null where no candidate has one. */
  readonly range: readonly [number, number] | null;
}

export type Rgb = readonly [number, number, number];

const ABSENT: Rgb = [150, 150, 150];

function paletteOf(colouring: Colouring, dark: boolean): Rgb[] {
  const scale = Array.from({ length: BINS }, (_, bin) => {
    const share = bin / (BINS - 1);
    return rgb(colouring === 'gain' ? diverging(2 * share - 1, dark) : sequential(share));
  });
  return [...scale, ABSENT];
}

/** Channels of `#rrggbb`. */
export function rgb(colour: string): Rgb {
  const value = Number.parseInt(colour.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

export function css([red, green, blue]: Rgb): string {
  return `rgb(${red}, ${green}, ${blue})`;
}

export function coloursOf(
  view: Pick<LineageView, 'scores' | 'gains' | 'generations'>,
  colouring: Colouring,
  dark: boolean,
): Colours {
  const values = { score: view.scores, gain: view.gains, generation: view.generations }[colouring];
  const range = rangeOf(values, colouring === 'gain');
  const bins = new Uint8Array(values.length).fill(UNKNOWN);
  if (range !== null) {
    const width = range[1] - range[0];
    for (let i = 0; i < bins.length; i++) {
      const value = values[i];
      if (value === null || value === undefined) continue;
      const share = width === 0 ? 0.5 : (value - range[0]) / width;
      bins[i] = Math.min(BINS - 1, Math.max(0, Math.round(share * (BINS - 1))));
    }
  }
  const rank = colouring === 'gain' ? (bin: number) => Math.abs(2 * bin - (BINS - 1)) : (bin: number) => bin;
  return { bins, order: orderOf(bins, rank), palette: paletteOf(colouring, dark), range };
}

/**
 * Range of the finite values. Of gains it is symmetric, and reaches to the 99th percentile of magnitudes: one candidate
 * that failed would else leave all others the same grey.
 */
function rangeOf(values: readonly (number | null)[], symmetric: boolean): [number, number] | null {
  let [low, high] = [Infinity, -Infinity];
  let count = 0;
  for (const value of values) {
    if (value === null) continue;
    if (value < low) low = value;
    if (value > high) high = value;
    count++;
  }
  if (count === 0) return null;
  if (!symmetric) return [low, high];
  const magnitudes = new Float64Array(count);
  let at = 0;
  for (const value of values) if (value !== null) magnitudes[at++] = Math.abs(value);
  magnitudes.sort();
  const most = magnitudes[Math.min(count - 1, Math.floor(0.99 * count))] ?? 0;
  return [-most, most];
}

/** Indices by the rank of their bin, ascending, `UNKNOWN` first; a counting sort. */
function orderOf(bins: Uint8Array, rank: (bin: number) => number): Int32Array {
  const byRank = Array.from({ length: BINS }, (_, bin) => bin).sort((a, b) => rank(a) - rank(b) || a - b);
  const counts = new Int32Array(BINS + 1);
  for (const bin of bins) counts[bin] = (counts[bin] ?? 0) + 1;
  const starts = new Int32Array(BINS + 1);
  let start = counts[UNKNOWN] ?? 0;
  for (const bin of byRank) {
    starts[bin] = start;
    start += counts[bin] ?? 0;
  }
  const order = new Int32Array(bins.length);
  for (let i = 0; i < bins.length; i++) {
    const bin = bins[i] ?? UNKNOWN;
    const place = starts[bin] ?? 0;
    order[place] = i;
    starts[bin] = place + 1;
  }
  return order;
}
