/**
 * Position and orientation of the frames of a DICOM file, and the distance between their pixels.
 *
 * Sources: DICOM PS3.3 C.7.6.2 (Image Plane), C.7.6.16.2.3 and .4 (position and orientation of a frame), C.7.6.16.2.21 and
 * .22 (in a volume), C.8.8.3.2 (Grid Frame Offset Vector of dose volumes).
 */
import type { DataSet } from 'dicom-parser';
import type { Triple } from '../../../../core/tensor.js';
import { decimal, decimals } from '../elements/file.js';
import type { FrameAttributes } from '../elements/frame-groups.js';
import { cross, dot, scaled, sum, unit } from './vectors.js';

/** Unit vectors (LPS) along which columns and rows are counted. */
export interface Directions {
  readonly right: Triple;
  readonly down: Triple;
}

export interface Plane extends Directions {
  /** Millimetres (LPS) of the centre of the first pixel. */
  readonly position: Triple;
}

const TAG = {
  sliceThickness: 'x00180050',
  spacingBetweenSlices: 'x00180088',
  imagerPixelSpacing: 'x00181164',
  imagePosition: 'x00200032',
  imageOrientation: 'x00200037',
  pixelSpacing: 'x00280030',
  imagePositionVolume: 'x00209301',
  imageOrientationVolume: 'x00209302',
} as const;

/** Functional groups, named as in the standard. */
const GROUP = {
  planePosition: ['x00209113'],
  planeOrientation: ['x00209116'],
  planePositionVolume: ['x0020930e'],
  planeOrientationVolume: ['x0020930f'],
} as const;

/** Assumed plane of slices that state their distance but no orientation. */
export const AXIAL: Plane = { position: [0, 0, 0], right: [1, 0, 0], down: [0, 1, 0] };

/** Plane of a frame, in the body or in a volume of its own. */
export function planeWithin(attributes: FrameAttributes): Plane | null {
  return (
    planeOf(
      attributes.numbers(GROUP.planePosition, TAG.imagePosition, 'DS', 3),
      attributes.numbers(GROUP.planeOrientation, TAG.imageOrientation, 'DS', 6),
    ) ??
    planeOf(
      attributes.numbers(GROUP.planePositionVolume, TAG.imagePositionVolume, 'FD', 3),
      attributes.numbers(GROUP.planeOrientationVolume, TAG.imageOrientationVolume, 'FD', 6),
    )
  );
}

/** Orientation of a frame, available also without a position. */
export function directionsWithin(attributes: FrameAttributes): Directions | null {
  const orientation =
    attributes.numbers(GROUP.planeOrientation, TAG.imageOrientation, 'DS', 6) ??
    attributes.numbers(GROUP.planeOrientationVolume, TAG.imageOrientationVolume, 'FD', 6);
  return planeOf([0, 0, 0], orientation);
}

/** Millimetres along the normal. */
export function movedBy(plane: Plane | null, offset: number): Plane | null {
  if (plane === null) return null;
  return { ...plane, position: sum([plane.position, scaled(cross(plane.right, plane.down), offset)]) };
}

export function planeOf(position: number[] | undefined, orientation: number[] | undefined): Plane | null {
  if (position === undefined || orientation === undefined) return null;
  const right = unit(orientation.slice(0, 3) as unknown as Triple);
  const down = unit(orientation.slice(3, 6) as unknown as Triple);
  const sound = right !== null && down !== null && Math.abs(dot(right, down)) < 0.01;
  return sound ? { position: position as unknown as Triple, right, down } : null;
}

export function pixelSpacingOf(sets: readonly (DataSet | undefined)[]): readonly [number, number] | null {
  for (const tag of [TAG.pixelSpacing, TAG.imagerPixelSpacing]) {
    for (const data of sets) {
      const [betweenRows, betweenColumns] = decimals(data, tag, 2) ?? [];
      if (betweenRows !== undefined && betweenColumns !== undefined && betweenRows > 0 && betweenColumns > 0)
        return [betweenColumns, betweenRows];
    }
  }
  return null;
}

export function thicknessOf(sets: readonly (DataSet | undefined)[]): number | null {
  for (const tag of [TAG.spacingBetweenSlices, TAG.sliceThickness]) {
    const found = sets.map((data) => decimal(data, tag)).find((mm) => mm !== undefined && mm > 0);
    if (found !== undefined) return found;
  }
  return null;
}
