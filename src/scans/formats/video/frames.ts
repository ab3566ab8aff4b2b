/** A video as its decoders give it, whichever they are, and how large it may be. */
import { LARGEST_BYTES } from '../bytes.js';

export interface VideoFrames {
  /** Luma from 0 (black) to 255 (white), `[frames, height, width]`. */
  readonly pictures: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** Seconds at which each frame is shown; NaN where the file does not say. */
  readonly times: readonly number[];
  /** Width of a pixel over its height; 1 where the file does not say. */
  readonly aspect: number;
}

/** Pictures larger than this are no scans, and cost too much memory before their size is known. */
export const LARGEST_PICTURE = 4096 * 4096;

/** Longer videos are no clips; several minutes of them. */
const MOST_FRAMES = 20_000;

/** The problem with so many frames of so many pixels, or null. */
export function tooLong(frames: number, pixels: number): string | null {
  if (frames > MOST_FRAMES) return `it holds more than ${MOST_FRAMES} frames`;
  const most = LARGEST_BYTES / 2;
  return frames * pixels > most ? `it holds more than ${most} bytes of pictures` : null;
}
