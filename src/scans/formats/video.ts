/**
 * Cine video: GIF and motion JPEG in AVI, as most clips are shared, are read here; MP4, MPEG, WebM and the like by FFmpeg
 * (`video/external.ts`).
 */
import { affineOfColumns } from '../geometry.js';
import { headOf, loadAll } from './bytes.js';
import { timing, type Format } from './format.js';
import { decodeAvi, isAvi } from './video/avi.js';
import { decodeExternally, probeDecoder } from './video/external.js';
import type { VideoFrames } from './video/frames.js';
import { decodeGif, isGif } from './video/gif.js';

export const video: Format = {
  name: 'video',
  source: 'https://ffmpeg.org/documentation.html',
  bare: true,
  extensions: ['.avi', '.mp4', '.mov', '.m4v', '.webm', '.mkv', '.mpeg', '.mpg', '.wmv', '.gif'],
  // 1: GIF and motion JPEG are read here, and the aspect ratio of pixels is respected. 2: Grey of 16 bits keeps its values.
  revision: 2,
  probe: probeDecoder,
  async read(path) {
    const { pictures, width, height, times, aspect } = await decodeVideo(path);
    return {
      format: 'video',
      modality: null,
      size: [width, height, 1],
      frames: times.length,
      spacing: [aspect, 1, 1],
      calibrated: false,
      ...timing(times),
      affine: affineOfColumns(
        [
          [aspect, 0, 0],
          [0, 1, 0],
          [0, 0, 1],
        ],
        [0, 0, 0],
        'LPS',
      ),
      remarks: [],
      voxels: pictures,
    };
  },
};

/** Decodes the frames of the first video in `file`; errors name `path`. */
export async function decodeVideo(path: string, file = path): Promise<VideoFrames> {
  const head = await headOf(file, HEAD);
  if (isGif(head)) return decodeGif(path, await loadAll(file));
  const frames = isAvi(head) ? await decodeAvi(path, await loadAll(file)) : null;
  return frames ?? decodeExternally(path, file);
}

/** Number of bytes needed to recognise GIF and AVI. */
const HEAD = 12;
