/** A video as its decoders give it, whichever they are. */
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
