/**
 * Slices of a scan by the pictures that they are stored in, for programs that know scans by their pictures alone.
 */
import { UserError } from '../../core/errors.js';
import type { SettledMask } from '../readers/masks.js';
import type { SlicePlace, Target } from '../scans/target.js';

/** UIDs of a scan, by which other programs find it. Throws `UserError` for scans that have none. */
export function ownUids({ uids, pictures, path }: Target): {
  readonly study: string;
  readonly series: string;
} {
  const lacking = uids === null || [uids.study, uids.series, ...pictures.keys()].includes('');
  if (!lacking) return uids;
  throw new UserError({
    subject: path,
    problem:
      uids === null
        ? 'is no DICOM scan, and annotation programs know no other'
        : 'lacks a Study, Series or SOP Instance UID, by which annotation programs find it',
    fix: 'write it with --to manifest',
  });
}

export interface Pictured {
  readonly instance: string;
  readonly place: SlicePlace;
  /** Frames of that picture. */
  readonly frames: number;
}

export function pictureOfSlices({ target }: Pick<SettledMask, 'target'>): ReadonlyMap<number, Pictured> {
  return new Map(
    [...target.pictures].flatMap(([instance, places]) => {
      const frames = new Set(places.map(({ frame }) => frame)).size;
      return places.map((place): [number, Pictured] => [place.slice, { instance, place, frames }]);
    }),
  );
}
