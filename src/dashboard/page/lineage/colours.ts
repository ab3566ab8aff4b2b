/**
 * Colours of candidates. Scores and generations: cividis, which readers with any colour vision see as one ascending
 * scale (Nunez, Anderton and Renslow 2018, "Optimizing colormaps with consideration for color vision deficiency", PLoS
 * ONE 13(7)). Gains: blue below zero, orange above (ColorBrewer's PuOr and Okabe and Ito's pair), told apart by
 * lightness too. Candidates are put into bins, so that a drawing sets a colour once for each bin.
 */
import type { LineageView } from '../../views/types.js';

export const colourings = ['score', 'gain', 'generation'] as const;
export type Colouring = (typeof colourings)[number];

/** Bins of a scale; one more, `UNKNOWN`, for candidates without a value. */
export const BINS = 64;
export const UNKNOWN = BINS;

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

/** Cividis at equal steps. */
const CIVIDIS: readonly Rgb[] = [
  [0, 34, 78],
  [18, 53, 112],
  [59, 73, 108],
  [87, 93, 109],
  [112, 113, 115],
  [138, 134, 120],
  [165, 156, 116],
  [195, 179, 105],
  [225, 204, 85],
  [254, 232, 56],
];
const DIVERGING: readonly Rgb[] = [
  [0, 70, 140],
  [60, 130, 190],
  [150, 175, 195],
  [170, 170, 170],
  [215, 170, 120],
  [225, 125, 30],
  [190, 80, 0],
];
const ABSENT: Rgb = [150, 150, 150];

/** Colour at `share` in [0, 1] of a list of stops. */
function between(stops: readonly Rgb[], share: number): Rgb {
  const place = Math.min(1, Math.max(0, share)) * (stops.length - 1);
  const low = Math.min(stops.length - 2, Math.floor(place));
  const [from, to] = [stops[low] ?? ABSENT, stops[low + 1] ?? ABSENT];
  const mixed = (a: number, b: number): number => Math.round(a + (b - a) * (place - low));
  return [mixed(from[0], to[0]), mixed(from[1], to[1]), mixed(from[2], to[2])];
}

function paletteOf(colouring: Colouring): Rgb[] {
  const stops = colouring === 'gain' ? DIVERGING : CIVIDIS;
  const scale = Array.from({ length: BINS }, (_, bin) => between(stops, bin / (BINS - 1)));
  return [...scale, ABSENT];
}

export function css([red, green, blue]: Rgb): string {
  return `rgb(${red}, ${green}, ${blue})`;
}

export function coloursOf(
  view: Pick<LineageView, 'scores' | 'gains' | 'generations'>,
  colouring: Colouring,
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
  return { bins, order: orderOf(bins, rank), palette: paletteOf(colouring), range };
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
