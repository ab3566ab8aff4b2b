/**
 * The input of a text detector: a frame, enlarged so that small letters have the size the detector was trained on, with
 * a border, so that text at the edge of the frame has surroundings; sizes are multiples of 32, which the network needs.
 *
 * Source of the normalisation: PaddleOCR, `configs/det` (mean and deviation of ImageNet).
 */
import type { Look } from './look.js';

/** Pixels of the border, after enlarging. */
export const BORDER = 32;
const MULTIPLE = 32;
const MEAN = [0.485, 0.456, 0.406] as const;
const DEVIATION = [0.229, 0.224, 0.225] as const;

export interface Enlarged {
  readonly rows: number;
  readonly columns: number;
  /** `[3, rows, columns]` */
  readonly pixels: Float32Array;
}

/** @param scale how many pixels become of one along each axis */
export function enlarged(look: Look, scale: number): Enlarged {
  const [height, width] = [Math.round(look.rows * scale), Math.round(look.columns * scale)];
  const up = (size: number): number => Math.ceil((size + 2 * BORDER) / MULTIPLE) * MULTIPLE;
  const [rows, columns] = [up(height), up(width)];
  const pixels = new Float32Array(3 * rows * columns);
  const across = stepsOf(width, look.columns, scale);
  const down = stepsOf(height, look.rows, scale);
  for (let channel = 0; channel < 3; channel++) {
    const [mean, deviation] = [MEAN[channel] as number, DEVIATION[channel] as number];
    const plane = pixels.subarray(channel * rows * columns, (channel + 1) * rows * columns);
    plane.fill(-mean / deviation);
    for (let y = 0; y < height; y++) {
      const { low, high, part } = down[y] as Step;
      const [above, below] = [low * look.columns, high * look.columns];
      for (let x = 0, at = (y + BORDER) * columns + BORDER; x < width; x++, at++) {
        const step = across[x] as Step;
        const value = (row: number, column: number): number =>
          look.data[3 * (row + column) + channel] as number;
        const upper = value(above, step.low) * (1 - step.part) + value(above, step.high) * step.part;
        const lower = value(below, step.low) * (1 - step.part) + value(below, step.high) * step.part;
        plane[at] = ((upper * (1 - part) + lower * part) / 255 - mean) / deviation;
      }
    }
  }
  return { rows, columns, pixels };
}

/** Neighbours of a place in the frame, and how near the second one is. */
interface Step {
  readonly low: number;
  readonly high: number;
  readonly part: number;
}

function stepsOf(count: number, size: number, scale: number): Step[] {
  return Array.from({ length: count }, (_, i) => {
    const place = Math.min(Math.max((i + 0.5) / scale - 0.5, 0), size - 1);
    const low = Math.floor(place);
    return { low, high: Math.min(low + 1, size - 1), part: place - low };
  });
}
