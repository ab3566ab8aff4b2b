/**
 * The scanning sector of an ultrasound clip: the convex hull of the parts of the frame that live. Tissue moves, and even where it
 * rests its speckle flickers; names, settings and scales stand still to the last bit or nearly so; counters and clocks change,
 * but in small parts of their own.
 */
import type { Look } from './look.js';
import { hullOf } from './hull.js';

/** Fewer frames do not tell movement from noise. */
const FEWEST_FRAMES = 4;
/** Levels of 255 by which a pixel's surroundings must change: tissue at rest flickers by more. */
const CHANGE = 4;
/** Half the side of the squares without which a part does not count: letters and traces are thinner than two of them. */
const RADIUS = 3;
/** The smallest part of a frame that can be a sector, and the smallest piece of it; digits of clocks are smaller. */
const [SMALLEST, PIECE] = [0.05, 0.005];
/** Pixels by which the hull is larger than what moves, so that the sector keeps its edge. */
const MARGIN = 3;

/** `[rows, columns]`, 1 in the sector; null where too little moves to tell. */
export function sectorOf(frames: readonly Look[]): Uint8Array | null {
  const [first] = frames;
  if (first === undefined || frames.length < FEWEST_FRAMES) return null;
  const { columns, rows } = first;
  const thick = opened(changing(frames), columns, rows);
  const { marked, size } = largeParts(thick, columns, PIECE * rows * columns);
  return size < SMALLEST * rows * columns ? null : hullOf(marked, columns, MARGIN);
}

/** 1 where the mean of 3 × 3 pixels changes over the clip. */
function changing(frames: readonly Look[]): Uint8Array {
  const { columns, rows } = frames[0] as Look;
  const [low, high] = [new Int32Array(rows * columns).fill(2 ** 30), new Int32Array(rows * columns)];
  const [sums, wide] = [new Int32Array(rows * columns), new Int32Array(rows * columns)];
  for (const { data } of frames) {
    for (let i = 0, at = 0; i < sums.length; i++, at += 3)
      sums[i] = (data[at] as number) + (data[at + 1] as number) + (data[at + 2] as number);
    sumOfThree(sums, wide, columns, 1);
    sumOfThree(wide, sums, columns, columns);
    for (let i = 0; i < sums.length; i++) {
      const value = sums[i] as number;
      if (value < (low[i] as number)) low[i] = value;
      if (value > (high[i] as number)) high[i] = value;
    }
  }
  return Uint8Array.from(low, (value, i) => ((high[i] as number) - value > 27 * CHANGE ? 1 : 0));
}

/** Adds to each pixel its two neighbours along a row (`step` 1) or a column (`step` columns), where there are any. */
function sumOfThree(from: Int32Array, to: Int32Array, columns: number, step: number): void {
  const isAcross = step === 1;
  for (let i = 0, x = 0; i < from.length; i++, x = x + 1 === columns ? 0 : x + 1) {
    const before = isAcross ? x > 0 : i >= step;
    const after = isAcross ? x + 1 < columns : i + step < from.length;
    to[i] =
      (from[i] as number) +
      (before ? (from[i - step] as number) : 0) +
      (after ? (from[i + step] as number) : 0);
  }
}

/** Sums over squares of 2 · radius + 1 pixels; squares that reach over the edge are smaller. */
function boxSums(values: ArrayLike<number>, columns: number, rows: number, radius: number): Float32Array {
  const wide = columns + 1;
  const sums = new Float64Array(wide * (rows + 1));
  for (let y = 0; y < rows; y++)
    for (let x = 0, row = 0; x < columns; x++) {
      row += values[y * columns + x] as number;
      sums[(y + 1) * wide + x + 1] = (sums[y * wide + x + 1] as number) + row;
    }
  const out = new Float32Array(rows * columns);
  for (let y = 0; y < rows; y++) {
    const [top, bottom] = [Math.max(y - radius, 0) * wide, Math.min(y + radius + 1, rows) * wide];
    for (let x = 0; x < columns; x++) {
      const [left, right] = [Math.max(x - radius, 0), Math.min(x + radius + 1, columns)];
      const at = (i: number): number => sums[i] as number;
      out[y * columns + x] = at(bottom + right) - at(bottom + left) - at(top + right) + at(top + left);
    }
  }
  return out;
}

/** What is left where most of a square changes: closes gaps between specks, and drops what is thin or small. */
function opened(marked: Uint8Array, columns: number, rows: number): Uint8Array {
  const sums = boxSums(marked, columns, rows, RADIUS);
  const area = (2 * RADIUS + 1) ** 2;
  return Uint8Array.from(sums, (sum) => (sum > 0.6 * area ? 1 : 0));
}

/** Connected parts of at least so many pixels. */
function largeParts(
  marked: Uint8Array,
  columns: number,
  fewest: number,
): { marked: Uint8Array; size: number } {
  const seen = new Uint8Array(marked.length);
  const out = new Uint8Array(marked.length);
  let size = 0;
  for (let start = 0; start < marked.length; start++) {
    if (marked[start] === 0 || seen[start] === 1) continue;
    seen[start] = 1;
    const part = [start];
    for (let i = 0; i < part.length; i++) {
      const at = part[i] as number;
      const x = at % columns;
      const near = [x > 0 ? at - 1 : -1, x < columns - 1 ? at + 1 : -1, at - columns, at + columns];
      for (const next of near)
        if (marked[next] === 1 && seen[next] === 0) {
          seen[next] = 1;
          part.push(next);
        }
    }
    if (part.length < fewest) continue;
    for (const at of part) out[at] = 1;
    size += part.length;
  }
  return { marked: out, size };
}
