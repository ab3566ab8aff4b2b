/**
 * The input of a text detector: a frame, enlarged so that small letters have the size the detector was trained on, with
 * a border, so that text at the edge of the frame has surroundings; sizes are multiples of 32, which the network needs.
 *
 * Source of the normalisation: PaddleOCR, `configs/det` (mean and deviation of ImageNet).
 */
import type { Box, Look } from './look.js';

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

/**
 * @param part what of the look is enlarged
 * @param scale how many pixels become of one along each axis
 */
export function enlarged(look: Look, part: Box, scale: number): Enlarged {
  const [height, width] = [
    Math.round((part.bottom - part.top) * scale),
    Math.round((part.right - part.left) * scale),
  ];
  const up = (size: number): number => Math.ceil((size + 2 * BORDER) / MULTIPLE) * MULTIPLE;
  const [rows, columns] = [up(height), up(width)];
  const pixels = new Float32Array(3 * rows * columns);
  const across = stepsOf(width, part.right - part.left, scale);
  const down = stepsOf(height, part.bottom - part.top, scale);
  const line = new Float32Array(part.right - part.left);
  for (let channel = 0; channel < 3; channel++) {
    const [mean, deviation] = [MEAN[channel] as number, DEVIATION[channel] as number];
    const plane = pixels.subarray(channel * rows * columns, (channel + 1) * rows * columns);
    plane.fill(-mean / deviation);
    for (let y = 0; y < height; y++) {
      blend(line, look, { part, down, y, channel });
      const out = plane.subarray((y + BORDER) * columns + BORDER);
      for (let x = 0; x < width; x++) {
        const low = line[across.low[x] as number] as number;
        const high = line[across.high[x] as number] as number;
        out[x] = ((low + (high - low) * (across.part[x] as number)) / 255 - mean) / deviation;
      }
    }
  }
  return { rows, columns, pixels };
}

interface Row {
  readonly part: Box;
  readonly down: Steps;
  readonly y: number;
  readonly channel: number;
}

/** Writes one channel of the frame between the two rows that an enlarged row lies between. */
function blend(line: Float32Array, look: Look, { part, down, y, channel }: Row): void {
  const start = (row: number): number => 3 * ((part.top + row) * look.columns + part.left) + channel;
  const { data } = look;
  const weight = down.part[y] as number;
  let [above, below] = [start(down.low[y] as number), start(down.high[y] as number)];
  for (let x = 0; x < line.length; x++, above += 3, below += 3) {
    const value = data[above] as number;
    line[x] = value + ((data[below] as number) - value) * weight;
  }
}

/** Neighbours of each place in the frame, and how near the second one is. */
interface Steps {
  readonly low: Int32Array;
  readonly high: Int32Array;
  readonly part: Float32Array;
}

function stepsOf(count: number, size: number, scale: number): Steps {
  const [low, high, part] = [new Int32Array(count), new Int32Array(count), new Float32Array(count)];
  for (let i = 0; i < count; i++) {
    const place = Math.min(Math.max((i + 0.5) / scale - 0.5, 0), size - 1);
    low[i] = Math.floor(place);
    high[i] = Math.min(Math.floor(place) + 1, size - 1);
    part[i] = place - Math.floor(place);
  }
  return { low, high, part };
}
