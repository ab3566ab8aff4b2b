/**
 * The scanning sector of an ultrasound clip: the convex hull of the largest part of the frame in which something moves.
 * Names, settings and scales around it stand still; counters and clocks move, but in small parts of their own.
 */
import type { Look } from './look.js';
import { hullOf } from './hull.js';

/** Fewer frames do not tell movement from noise. */
const FEWEST_FRAMES = 4;
/** Levels of 255 by which a pixel's surroundings must change; noise of compression stays below. */
const CHANGE = 16;
/** Half the side of the squares without which a part does not count: letters and traces are thinner than two of them. */
const RADIUS = 3;
/** The smallest part of a frame that can be a sector. */
const SMALLEST = 0.05;
/** Pixels by which the hull is larger than what moves, so that the sector keeps its edge. */
const MARGIN = 3;

/** `[rows, columns]`, 1 in the sector; null where too little moves to tell. */
export function sectorOf(frames: readonly Look[]): Uint8Array | null {
  const [first] = frames;
  if (first === undefined || frames.length < FEWEST_FRAMES) return null;
  const { columns, rows } = first;
  const thick = opened(changing(frames), columns, rows);
  const part = largestPart(thick, columns);
  return part.size < SMALLEST * rows * columns ? null : hullOf(part.marked, columns, MARGIN);
}

/** 1 where the mean of 3 × 3 pixels changes over the clip. */
function changing(frames: readonly Look[]): Uint8Array {
  const { columns, rows } = frames[0] as Look;
  const [low, high] = [new Float32Array(rows * columns).fill(Infinity), new Float32Array(rows * columns)];
  for (const frame of frames) {
    const grey = Float32Array.from(
      { length: rows * columns },
      (_, i) =>
        ((frame.data[3 * i] as number) +
          (frame.data[3 * i + 1] as number) +
          (frame.data[3 * i + 2] as number)) /
        3,
    );
    const mean = boxSums(grey, columns, rows, 1);
    for (let i = 0; i < mean.length; i++) {
      const value = mean[i] as number;
      if (value < (low[i] as number)) low[i] = value;
      if (value > (high[i] as number)) high[i] = value;
    }
  }
  return Uint8Array.from(low, (value, i) => ((high[i] as number) - value > 9 * CHANGE ? 1 : 0));
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

function largestPart(marked: Uint8Array, columns: number): { marked: Uint8Array; size: number } {
  const seen = new Uint8Array(marked.length);
  let best: number[] = [];
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
    if (part.length > best.length) best = part;
  }
  const out = new Uint8Array(marked.length);
  for (const at of best) out[at] = 1;
  return { marked: out, size: best.length };
}
