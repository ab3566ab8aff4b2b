/** A scan as a grey clip of 8 or 16 bits, if it is one: one slice and several frames of whole numbers. */
import type { RawScan } from '../../scans/formats/format.js';
import type { GreyClip } from '../../scans/formats/video/encode.js';
import type { Stated } from '../../scans/folder/stated.js';
import { isCine } from '../../scans/preprocess/cine.js';
import { Refusal } from '../file/refusal.js';
import { paddingRange, statedOf } from './array.js';

/** Seconds between frames where the scan does not say; the table of metadata says that it is unknown. */
const USUAL = 0.04;

export interface ScanClip {
  readonly clip: GreyClip;
  readonly stated: Stated;
}

/** Throws `Refusal` where video cannot hold it. */
export function clipOf(scan: RawScan): ScanClip {
  if (!isCine(scan)) throw new Refusal('not-a-clip');
  const { size, spacing, frames, frameTime, frameTimes, padding } = scan;
  const pictures = picturesOf(scan.voxels as ArrayLike<number>);
  const range = paddingRange(pictures, padding);
  if (padding !== undefined && range === null) throw new Refusal('values');
  const times = frameTimes ?? Array.from({ length: frames }, (_, frame) => frame * (frameTime ?? USUAL));
  return {
    clip: { pictures, width: size[0], height: size[1], times, aspect: spacing[0] / spacing[1] },
    stated: { ...statedOf(scan), ...(range === null ? {} : { padding: range }) },
  };
}

function picturesOf(voxels: ArrayLike<number>): Uint8Array | Uint16Array {
  let highest = 0;
  for (let i = 0; i < voxels.length; i++) {
    const value = voxels[i] as number;
    if (!Number.isInteger(value) || value < 0 || value > 65_535) throw new Refusal('values');
    highest = Math.max(highest, value);
  }
  return highest > 255 ? Uint16Array.from(voxels) : Uint8Array.from(voxels);
}
