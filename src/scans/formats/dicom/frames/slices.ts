/**
 * A DICOM file as slices: one of a classic file, one per frame of a multi-frame file, one per tile of a grid
 * (`grid.ts`). Each has its place in the body and its pixels; arranging them is the same for all (`arrange.ts`).
 *
 * Sources: DICOM PS3.3 C.7.6.2 (Image Plane), C.7.6.16 (Multi-frame Functional Groups).
 */
import type { Look } from '../../looks.js';
import { separatingIndices } from './dimensions.js';
import { bValueOf } from '../meaning/diffusion.js';
import { decimal, decimals, type DicomFile } from '../elements/file.js';
import { describedFrames, frameAttributes } from '../elements/frame-groups.js';
import { GRID_FRAME_OFFSETS, meaningOf, SLICE_LOCATIONS, type Meaning } from './frame-meaning.js';
import { lookOf } from '../meaning/look.js';
import { lookupTableOf, type LookupTable } from '../pixels/lookup-table.js';
import { acquiredAt, orderOf, temporalIndices, timeOf } from './moments.js';
import { nuclearFrames } from '../meaning/nuclear.js';
import { paddingOf, type Padding } from '../pixels/padding.js';
import type { Picture } from '../pixels/picture.js';
import {
  AXIAL,
  directionsWithin,
  movedBy,
  pixelSpacingOf,
  planeWithin,
  thicknessOf,
  type Plane,
} from './plane.js';

export interface Slice {
  readonly file: DicomFile;
  readonly picture: Picture;
  /** Frame within the file, from 0. */
  readonly frame: number;
  /** Extents in pixels, and corner within the frame; smaller than the frame for tiles. */
  readonly columns: number;
  readonly rows: number;
  readonly corner: readonly [column: number, row: number];
  /** Position and orientation; null if the file does not state them. */
  readonly plane: Plane | null;
  /** Millimetres between columns and between rows; null if the file does not say. */
  readonly pixelSpacing: readonly [number, number] | null;
  /** Millimetres between neighbouring slices, as the header states it. */
  readonly thickness: number | null;
  readonly slope: number;
  readonly intercept: number;
  /** Replaces slope and intercept if present. */
  readonly lookupTable: LookupTable | null;
  /** Stored values that stand for "not measured"; null if the file states none. */
  readonly padding: Padding | null;
  /** Attributes that distinguish it from slices of other scans in its series. */
  readonly look: Look;
  /** Seconds, comparable within a series; null if the file does not say. */
  readonly time: number | null;
  /** Acquisition time in seconds since some midnight; null if the file does not say. */
  readonly acquired: number | null;
  /** Diffusion weighting in s/mm²; null if there is none. */
  readonly bValue: number | null;
  /** Sort key in time of slices at one position, most significant entry first. */
  readonly order: readonly number[];
}

/** Tags, named as in the standard. */
const TAG = {
  rescaleIntercept: 'x00281052',
  rescaleSlope: 'x00281053',
  doseGridScaling: 'x3004000e',
} as const;

/** Functional groups, named as in the standard. */
const GROUP = {
  pixelMeasures: ['x00289110'],
  pixelTransformation: ['x00289145'],
} as const;

/** Slices of a file that is no grid, with the reason if they can not be used. */
export function slicesOf(file: DicomFile, picture: Picture): { slices: Slice[]; problem: string | null } {
  const meaning = meaningOf(file, picture);
  const attributesOf = frameAttributes(file);
  const planes = planesOf(file, picture, meaning.frames, attributesOf);
  const nuclear = meaning.frames === 'vectors' ? nuclearFrames(file, picture) : undefined;
  const separating = meaning.frames === 'groups' ? separatingIndices(file, planes) : [];
  const temporal = meaning.frames === 'groups' ? temporalIndices(file) : [];
  const lookupTable = lookupTableOf(file);
  const padding = paddingOf(file, picture);
  const { columns, rows } = picture;
  /** Properties of a slice that follow from the attributes of its frame. */
  const described = (frame: number): Omit<Slice, 'frame' | 'plane'> => {
    const attributes = attributesOf(frame);
    // Moments of a clip are one scan, whatever else changes from frame to frame.
    const telling = meaning.frames === 'time' ? attributesOf(-1) : attributes;
    const measures = attributes.within(GROUP.pixelMeasures);
    const pixelSpacing = pixelSpacingOf(measures);
    const number = (group: readonly string[], tag: string): number | undefined =>
      attributes.numbers(group, tag)?.[0];
    const more = { ...nuclear?.[frame]?.facts, ...separating[frame] };
    const directions = planes[frame] ?? (meaning.frames === 'time' ? null : directionsWithin(attributes));
    return {
      file,
      picture,
      columns,
      rows,
      corner: [0, 0],
      pixelSpacing,
      thickness: thicknessOf(measures),
      slope:
        number(GROUP.pixelTransformation, TAG.rescaleSlope) ?? decimal(file.data, TAG.doseGridScaling) ?? 1,
      intercept: number(GROUP.pixelTransformation, TAG.rescaleIntercept) ?? 0,
      lookupTable,
      padding,
      look: lookOf(file.data, telling, { columns, rows, directions, pixelSpacing }, more),
      time: timeOf(attributes),
      acquired: acquiredAt(attributes),
      bValue: bValueOf(file.data, telling) ?? null,
      order: orderOf(file, attributes, nuclear?.[frame]?.order ?? [temporal[frame] ?? 0]),
    };
  };
  // A clip may have a hundred thousand frames, none with attributes of its own.
  const alike = describedFrames(file) === 0 && nuclear === undefined ? described(0) : null;
  const slices = planes.map((plane, frame): Slice => {
    const own = alike ?? described(frame);
    return { ...own, frame, plane, order: [...own.order, frame] };
  });
  const lost = meaning.frames === 'groups' && picture.frames > 1 && planes.includes(null);
  const problem = lost ? `does not say where its ${picture.frames} frames lie` : null;
  return { slices, problem: meaning.problem ?? problem };
}

/** Plane of each frame; null for pictures that have no position. */
function planesOf(
  file: DicomFile,
  picture: Picture,
  meaning: Meaning['frames'],
  attributesOf: ReturnType<typeof frameAttributes>,
): (Plane | null)[] {
  const each = Array.from({ length: picture.frames }, (_, frame) => frame);
  if (meaning === 'time') return each.map(() => null);
  if (meaning === 'vectors') return nuclearFrames(file, picture).map(({ plane }) => plane);
  if (meaning === 'one' || meaning === 'groups') return each.map((frame) => planeWithin(attributesOf(frame)));
  // The plane of a classic multi-frame file is that of its first frame alone.
  const offsets = decimals(
    file.data,
    meaning === 'offsets' ? GRID_FRAME_OFFSETS : SLICE_LOCATIONS,
    picture.frames,
  );
  const first = planeWithin(attributesOf(0)) ?? (meaning === 'locations' ? AXIAL : null);
  return each.map((frame) => movedBy(first, (offsets?.[frame] ?? 0) - (offsets?.[0] ?? 0)));
}
