/**
 * Slices of a scan by the pictures that they are stored in, for programs that know scans by their pictures alone.
 */
import type { SettledMask } from '../readers/masks.js';
import type { SlicePlace } from '../scans/target.js';

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
