/** Decoded video, in the form that all decoders return, and limits of its size. */
import { LARGEST_BYTES } from '../bytes.js';

export interface VideoFrames {
  /** Luma from 0 (black) to 255, or 65535 (white), `[frames, height, width]`. */
  readonly pictures: Uint8Array | Uint16Array;
  readonly width: number;
  readonly height: number;
  /** Seconds at which each frame is shown; NaN if the file does not say. */
  readonly times: readonly number[];
  /** Width of a pixel over its height; 1 if the file does not say. */
  readonly aspect: number;
}

/** Maximum pixels of a picture; larger ones are no scans and cost too much memory before their size is known. */
export const LARGEST_PICTURE = 4096 * 4096;

/** Maximum number of frames, several minutes; longer videos are no clips. */
const MOST_FRAMES = 20_000;

/** Problem with this number of frames of this many pixels, or null. */
export function tooLong(frames: number, pixels: number): string | null {
  if (frames > MOST_FRAMES) return `it holds more than ${MOST_FRAMES} frames`;
  const most = LARGEST_BYTES / 2;
  return frames * pixels > most ? `it holds more than ${most} bytes of pictures` : null;
}
