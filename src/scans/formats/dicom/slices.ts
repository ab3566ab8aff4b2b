/**
 * A DICOM file as slices: one of a classic file, one per frame of a multi-frame file, one per tile of a grid
 * (`grid.ts`). Each has its place in the body and its pixels; arranging them is the same for all (`arrange.ts`).
 *
 * Sources: DICOM PS3.3 C.7.6.2 (Image Plane), C.7.6.16 (Multi-frame Functional Groups), C.8.8.3.2 (Grid Frame Offset
 * Vector of dose volumes).
 */
import type { DataSet } from 'dicom-parser';
import type { Triple } from '../../geometry.js';
import { decimal, decimals, itemsOf, type DicomFile } from './file.js';
import { lookupTableOf, type LookupTable } from './lookup-table.js';
import type { Picture } from './picture.js';
import { cross, dot, scaled, sum, unit } from './vectors.js';

export interface Plane {
  /** Millimetres (LPS) of the centre of the first pixel. */
  readonly position: Triple;
  /** Unit vectors (LPS) along which columns and rows are counted. */
  readonly right: Triple;
  readonly down: Triple;
}

export interface Slice {
  readonly file: DicomFile;
  readonly picture: Picture;
  /** Frame within the file, from 0. */
  readonly frame: number;
  /** Extents in pixels, and corner within the frame; smaller than the frame where it is a tile. */
  readonly columns: number;
  readonly rows: number;
  readonly corner: readonly [column: number, row: number];
  /** Null where the file does not say where it lies. */
  readonly plane: Plane | null;
  /** Millimetres between columns and between rows; null where the file does not say. */
  readonly pixelSpacing: readonly [number, number] | null;
  /** Millimetres between neighbouring slices, as the header states it. */
  readonly thickness: number | null;
  readonly slope: number;
  readonly intercept: number;
  /** Takes the place of slope and intercept where there is one. */
  readonly lookupTable: LookupTable | null;
  /** Orders slices at one place in time, first entry first. */
  readonly order: readonly number[];
}

/** Tags, named as in the standard. */
const TAG = {
  sliceThickness: 'x00180050',
  spacingBetweenSlices: 'x00180088',
  imagerPixelSpacing: 'x00181164',
  acquisitionNumber: 'x00200012',
  instanceNumber: 'x00200013',
  imagePosition: 'x00200032',
  imageOrientation: 'x00200037',
  temporalPositionIndex: 'x00209128',
  pixelSpacing: 'x00280030',
  rescaleIntercept: 'x00281052',
  rescaleSlope: 'x00281053',
  sharedGroups: 'x52009229',
  perFrameGroups: 'x52009230',
  frameContent: 'x00209111',
  planePosition: 'x00209113',
  planeOrientation: 'x00209116',
  pixelMeasures: 'x00289110',
  pixelTransformation: 'x00289145',
  gridFrameOffsets: 'x3004000c',
} as const;

export function slicesOf(file: DicomFile, picture: Picture): Slice[] {
  const shared = itemsOf(file.data, TAG.sharedGroups)[0];
  const perFrame = itemsOf(file.data, TAG.perFrameGroups);
  const offsets = offsetsOf(file, picture);
  const lookupTable = lookupTableOf(file);
  return Array.from({ length: picture.frames }, (_, frame): Slice => {
    /** The data sets in which a frame's attribute may be, the most specific first. */
    const within = (group: string): (DataSet | undefined)[] => [
      itemsOf(perFrame[frame], group)[0],
      itemsOf(shared, group)[0],
      file.data,
    ];
    const find = (group: string, tag: string, count?: number): number[] | undefined =>
      within(group)
        .map((data) => decimals(data, tag, count))
        .find((values) => values !== undefined);
    const measures = within(TAG.pixelMeasures);
    const position = find(TAG.planePosition, TAG.imagePosition, 3);
    const plane = planeOf(position, find(TAG.planeOrientation, TAG.imageOrientation, 6));
    return {
      file,
      picture,
      frame,
      columns: picture.columns,
      rows: picture.rows,
      corner: [0, 0],
      // The plane of a classic multi-frame file is that of its first frame alone.
      plane: picture.frames === 1 || perFrame.length > 0 ? plane : movedBy(plane, offsets?.[frame]),
      pixelSpacing: pixelSpacingOf(measures),
      thickness: thicknessOf(measures),
      slope: find(TAG.pixelTransformation, TAG.rescaleSlope)?.[0] ?? 1,
      intercept: find(TAG.pixelTransformation, TAG.rescaleIntercept)?.[0] ?? 0,
      lookupTable,
      order: [...orderOf(file), temporalIndexOf(perFrame[frame]), frame],
    };
  });
}

/** Millimetres along the normal from the first frame to each. */
function offsetsOf({ data }: DicomFile, { frames }: Picture): number[] | undefined {
  const offsets = decimals(data, TAG.gridFrameOffsets, frames);
  return offsets?.map((offset) => offset - (offsets[0] ?? 0));
}

function movedBy(plane: Plane | null, offset: number | undefined): Plane | null {
  if (plane === null || offset === undefined) return null;
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

export function orderOf({ data }: DicomFile): number[] {
  return [decimal(data, TAG.instanceNumber) ?? 0, decimal(data, TAG.acquisitionNumber) ?? 0];
}

function temporalIndexOf(frame: DataSet | undefined): number {
  return itemsOf(frame, TAG.frameContent)[0]?.uint32(TAG.temporalPositionIndex) ?? 0;
}
