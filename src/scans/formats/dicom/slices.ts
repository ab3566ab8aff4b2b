/**
 * A DICOM file as slices: one of a classic file, one per frame of an enhanced multi-frame file, one per tile of a
 * Siemens mosaic. Each has its place in the body and its pixels; arranging them is the same for all (`arrange.ts`).
 *
 * Sources: DICOM PS3.3 C.7.6.2 (Image Plane), C.7.6.16 (Multi-frame Functional Groups); for mosaics
 * https://nipy.org/nibabel/dicom/dicom_mosaic.html.
 */
import type { DataSet } from 'dicom-parser';
import type { Triple } from '../../geometry.js';
import { sliceNormalOf } from './csa.js';
import { decimal, decimals, itemsOf, type DicomFile } from './file.js';
import type { Picture } from './picture.js';

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
  /** Orders slices at one place in time, first entry first. */
  readonly order: readonly number[];
}

/** Tags, named as in the standard. */
const TAG = {
  imageType: 'x00080008',
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
  imagesInMosaic: 'x0019100a',
  sharedGroups: 'x52009229',
  perFrameGroups: 'x52009230',
  frameContent: 'x00209111',
  planePosition: 'x00209113',
  planeOrientation: 'x00209116',
  pixelMeasures: 'x00289110',
  pixelTransformation: 'x00289145',
} as const;

export function slicesOf(file: DicomFile, picture: Picture): Slice[] {
  const mosaic = mosaicOf(file, picture);
  if (mosaic !== null) return mosaic;
  const shared = itemsOf(file.data, TAG.sharedGroups)[0];
  const perFrame = itemsOf(file.data, TAG.perFrameGroups);
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
    // The plane of a classic multi-frame file is that of its first frame alone.
    const placed = picture.frames === 1 || perFrame.length > 0;
    return {
      file,
      picture,
      frame,
      columns: picture.columns,
      rows: picture.rows,
      corner: [0, 0],
      plane: placed ? planeOf(position, find(TAG.planeOrientation, TAG.imageOrientation, 6)) : null,
      pixelSpacing: pixelSpacingOf(measures),
      thickness: thicknessOf(measures),
      slope: find(TAG.pixelTransformation, TAG.rescaleSlope)?.[0] ?? 1,
      intercept: find(TAG.pixelTransformation, TAG.rescaleIntercept)?.[0] ?? 0,
      order: [...orderOf(file), temporalIndexOf(perFrame[frame]), frame],
    };
  });
}

function planeOf(position: number[] | undefined, orientation: number[] | undefined): Plane | null {
  if (position === undefined || orientation === undefined) return null;
  const right = unit(orientation.slice(0, 3) as unknown as Triple);
  const down = unit(orientation.slice(3, 6) as unknown as Triple);
  const sound = right !== null && down !== null && Math.abs(dot(right, down)) < 0.01;
  return sound ? { position: position as unknown as Triple, right, down } : null;
}

function pixelSpacingOf(sets: readonly (DataSet | undefined)[]): readonly [number, number] | null {
  for (const tag of [TAG.pixelSpacing, TAG.imagerPixelSpacing]) {
    for (const data of sets) {
      const [betweenRows, betweenColumns] = decimals(data, tag, 2) ?? [];
      if (betweenRows !== undefined && betweenColumns !== undefined && betweenRows > 0 && betweenColumns > 0)
        return [betweenColumns, betweenRows];
    }
  }
  return null;
}

function thicknessOf(sets: readonly (DataSet | undefined)[]): number | null {
  for (const tag of [TAG.spacingBetweenSlices, TAG.sliceThickness]) {
    const found = sets.map((data) => decimal(data, tag)).find((mm) => mm !== undefined && mm > 0);
    if (found !== undefined) return found;
  }
  return null;
}

function orderOf({ data }: DicomFile): number[] {
  return [decimal(data, TAG.instanceNumber) ?? 0, decimal(data, TAG.acquisitionNumber) ?? 0];
}

function temporalIndexOf(frame: DataSet | undefined): number {
  return itemsOf(frame, TAG.frameContent)[0]?.uint32(TAG.temporalPositionIndex) ?? 0;
}

/** The slices of a mosaic, tiled row by row on a square; null where the file is none. */
function mosaicOf(file: DicomFile, picture: Picture): Slice[] | null {
  const { data } = file;
  if (!(data.string(TAG.imageType) ?? '').toUpperCase().includes('MOSAIC') || picture.frames > 1) return null;
  const { normal, images } = sliceNormalOf(data);
  const count = data.uint16(TAG.imagesInMosaic) ?? images;
  const whole = planeOf(decimals(data, TAG.imagePosition, 3), decimals(data, TAG.imageOrientation, 6));
  const spacing = pixelSpacingOf([data]);
  const thickness = thicknessOf([data]);
  if (count === null || count < 1 || whole === null || spacing === null || thickness === null) return null;
  const side = Math.ceil(Math.sqrt(count));
  const [columns, rows] = [Math.floor(picture.columns / side), Math.floor(picture.rows / side)];
  if (columns < 1 || rows < 1) return null;
  // The position is that of a slice as large as the mosaic, centred on the first one.
  const shift = [
    (spacing[0] * (picture.columns - columns)) / 2,
    (spacing[1] * (picture.rows - rows)) / 2,
  ] as const;
  const up = normal ?? cross(whole.right, whole.down);
  return Array.from({ length: count }, (_, index): Slice => ({
    file,
    picture,
    frame: 0,
    columns,
    rows,
    corner: [(index % side) * columns, Math.floor(index / side) * rows],
    plane: {
      right: whole.right,
      down: whole.down,
      position: sum([
        whole.position,
        scaled(whole.right, shift[0]),
        scaled(whole.down, shift[1]),
        scaled(up, index * thickness),
      ]),
    },
    pixelSpacing: spacing,
    thickness,
    slope: decimal(data, TAG.rescaleSlope) ?? 1,
    intercept: decimal(data, TAG.rescaleIntercept) ?? 0,
    order: orderOf(file),
  }));
}

export function dot(a: Triple, b: Triple): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

export function cross(a: Triple, b: Triple): Triple {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

export function scaled(a: Triple, factor: number): Triple {
  return [factor * a[0], factor * a[1], factor * a[2]];
}

function sum(vectors: readonly Triple[]): Triple {
  return [0, 1, 2].map((axis) =>
    vectors.reduce((total, vector) => total + (vector[axis] as number), 0),
  ) as unknown as Triple;
}

function unit(a: Triple): Triple | null {
  const length = Math.hypot(...a);
  return length > 0.9 && length < 1.1 ? scaled(a, 1 / length) : null;
}
