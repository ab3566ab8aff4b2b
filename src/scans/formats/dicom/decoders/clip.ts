/**
 * A video inside a DICOM file (MPEG-2, H.264, HEVC), decoded by FFmpeg (`video/external.ts`).
 *
 * Source: DICOM PS3.5 section 8.2.7 and following. The fragments joined are one elementary stream or container;
 * It gets them as a file, since containers may keep their index at the end.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../../../../core/errors.js';
import { decodeVideo } from '../../video.js';
import type { Picture } from '../pixels/picture.js';

/** @returns luma `[frames, rows, columns]` */
export async function decodeClip(path: string, stream: Uint8Array, picture: Picture): Promise<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), 'voxolve-clip-'));
  try {
    const file = join(folder, 'clip');
    await writeFile(file, stream, { mode: 0o600 });
    const { pictures, width, height, times } = await decodeVideo(path, file);
    const { rows, columns, frames } = picture;
    if (width !== columns || height !== rows || times.length < frames) {
      throw new UserError({
        subject: path,
        problem: `its video has ${times.length} frames of ${width} × ${height} pixels, its header says ${frames} of ${columns} × ${rows}`,
        fix: 'copy it again from its source',
      });
    }
    if (pictures instanceof Uint8Array) return pictures.subarray(0, frames * rows * columns);
    throw new UserError({
      subject: path,
      problem: 'its video has 16 bits, which no transfer syntax of video allows',
      fix: 'copy it again from its source',
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
