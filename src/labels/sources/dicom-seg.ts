/**
 * DICOM segmentations: binary, fractional (a voxel counts from half of the maximum on) and label maps.
 *
 * Frames go where they lie in the body, oblique ones too; where a file says of no frame where it lies, as MD.ai's, frames go to
 * the pictures that they refer to. Frames that are left out are empty (PS3.3 C.8.20.2).
 *
 * Source: DICOM PS3.3 A.51, C.8.20.2 (Segmentation Image), C.8.20.3 (Segmentation Macro).
 */
import { UserError } from '../../core/errors.js';
import type { Triple } from '../../core/tensor.js';
import { affineOfColumns } from '../../scans/geometry.js';
import { itemsOf, openDicom, type DicomFile } from '../../scans/formats/dicom/elements/file.js';
import {
  frameAttributes,
  numbersIn,
  type FrameAttributes,
} from '../../scans/formats/dicom/elements/frame-groups.js';
import { pixelSpacingOf, planeWithin } from '../../scans/formats/dicom/frames/plane.js';
import { cross, scaled } from '../../scans/formats/dicom/frames/vectors.js';
import { frameReader } from '../../scans/formats/dicom/pixels/pixels.js';
import { pictureOf, type Picture } from '../../scans/formats/dicom/pixels/picture.js';
import { bitsOf } from '../geometry/bits.js';
import { remark, type Region } from '../statement.js';
import type { TargetIndex } from '../scans/target-index.js';
import type { Grid, SlicePlace, Target } from '../scans/target.js';
import type { Placement } from '../geometry/inverse.js';
import { allText } from './dicom-text.js';
import { addMarks, checkedLabel, ELSEWHERE, type LabelFile, type Reading, type Source } from './source.js';
import { otherGrid, placeStored, placed, type StoredGrid } from './stored-mask.js';

const TAG = {
  study: 'x0020000d',
  series: 'x0020000e',
  instance: 'x00081155',
  referencedSeries: 'x00081115',
  derivation: 'x00089124',
  sourceImages: 'x00082112',
  creator: 'x00700084',
  segments: 'x00620002',
  number: 'x00620004',
  label: 'x00620005',
  identification: 'x0062000a',
  segmentOfFrame: 'x0062000b',
  type: 'x00620001',
  maximum: 'x0062000e',
  measures: 'x00289110',
} as const;

export const dicomSeg: Source = {
  kind: 'dicom-seg',
  async read(file, reading) {
    const dicom = await openDicom(file.path);
    const picture = pictureOf(dicom);
    const frames = framesOf(dicom, picture);
    const target = await targetOf(file, dicom, frames, reading.index);
    if (target === null) return remark(reading.collected, ELSEWHERE);
    await state({ file, dicom, picture, frames, target }, reading);
  },
};

interface Frame {
  readonly number: number;
  /** Segment; null in label maps, whose values name segments. */
  readonly segment: number | null;
  readonly grid: StoredGrid | null;
  /** Picture that it was made from. */
  readonly of: { readonly instance: string; readonly frame: number } | null;
}

interface Segmentation {
  readonly file: LabelFile;
  readonly dicom: DicomFile;
  readonly picture: Picture;
  readonly frames: readonly Frame[];
  readonly target: Target;
}

function framesOf(dicom: DicomFile, { frames, columns, rows }: Picture): Frame[] {
  const attributesOf = frameAttributes(dicom);
  return Array.from({ length: frames }, (_, number): Frame => {
    const attributes = attributesOf(number);
    const plane = planeWithin(attributes);
    const spacing = pixelSpacingOf(attributes.within([TAG.measures]));
    const [segment] = attributes.numbers([TAG.identification], TAG.segmentOfFrame, 'US') ?? [];
    return {
      number,
      segment: segment ?? null,
      of: sourceOf(attributes),
      grid:
        plane === null || spacing === null
          ? null
          : {
              size: [columns, rows, 1],
              affine: affineOfColumns(
                [
                  scaled(plane.right, spacing[0]),
                  scaled(plane.down, spacing[1]),
                  cross(plane.right, plane.down),
                ],
                plane.position,
                'LPS',
              ),
            },
    };
  });
}

function sourceOf(attributes: FrameAttributes): Frame['of'] {
  const [image] = attributes.within([TAG.derivation]).flatMap((data) => itemsOf(data, TAG.sourceImages));
  const instance = image?.string(TAG.instance)?.trim();
  if (image === undefined || instance === undefined || instance === '') return null;
  const frame = Number(image.string('x00081160')?.split('\\')[0] ?? 1);
  return { instance, frame: Number.isInteger(frame) && frame > 0 ? frame - 1 : 0 };
}

/** The scan that it is of: by the series it refers to, by the pictures, else the only one of its study on whose grid it lies. */
async function targetOf(
  { path }: LabelFile,
  { data }: DicomFile,
  frames: readonly Frame[],
  index: TargetIndex,
): Promise<Target | null> {
  const series = itemsOf(data, TAG.referencedSeries).map((item) => (item.string(TAG.series) ?? '').trim());
  const referred = new Set([
    ...series.flatMap((uid) => index.bySeries(uid)),
    ...frames
      .flatMap(({ of }) => (of === null ? [] : index.byInstance(of.instance)))
      .map(({ target }) => target),
  ]);
  const named = referred.size > 0 || series.some((uid) => uid !== '');
  const candidates = named ? [...referred] : index.byStudy((data.string(TAG.study) ?? '').trim());
  if (candidates.length < 2) return candidates[0] ?? null;
  const fitting: Target[] = [];
  for (const target of candidates) {
    const grid = await target.grid();
    if (frames.every((frame) => frame.grid !== null && placementOf(frame.grid, grid) !== null))
      fitting.push(target);
  }
  if (fitting.length === 1) return fitting[0] as Target;
  throw new UserError({
    subject: path,
    problem: `could be of ${candidates.length} scans, such as ${candidates[0]?.path} and ${candidates[1]?.path}`,
    fix: 'name the series of the right one in its Referenced Series Sequence',
  });
}

/** A frame is one slice: how far it is to the next one is the scan's to say. */
function placementOf(stored: StoredGrid, grid: Grid): Placement | null {
  const [width, height] = [stored.size[0], stored.size[1]];
  const axes = [0, 1, 2] as const;
  // The frame's third step is taken from the scan's axis that its normal runs along, so that only its plane is compared.
  for (const axis of axes) {
    const affine = stored.affine.map((row, world) => [
      row[0],
      row[1],
      grid.affine[world]?.[axis] ?? 0,
      row[3],
    ]);
    const found = placed(
      { size: [width, height, 1], affine: affine as unknown as StoredGrid['affine'] },
      grid,
    );
    if (found !== null) return found;
  }
  return null;
}

async function state(
  { file, dicom, picture, frames, target }: Segmentation,
  reading: Reading,
): Promise<void> {
  const { collected, options } = reading;
  const grid = await target.grid();
  const names = segmentNames(dicom, file);
  const reader = options.readerOf(file) ?? allText(dicom.data, TAG.creator);
  collected.looked.push({ target, reader, source: 'dicom-seg', whole: true });
  const regions = new Map<number, Region>([...names.keys()].map((number) => [number, emptyRegion()]));
  const read = frameReader(dicom, picture);
  const least = thresholdOf(dicom);
  for (const frame of frames) {
    const pixels = await read(frame.number);
    const segments =
      frame.segment === null && least === null
        ? [...new Set(pixels)].filter((value) => value > 0)
        : [frame.segment ?? 1];
    for (const segment of segments) {
      const region = regions.get(segment) ?? emptyRegion();
      regions.set(segment, region);
      const marked = (pixel: number): boolean =>
        least === null ? pixels[pixel] === segment : (pixels[pixel] as number) >= least;
      put({ file, frame, marked, picture }, region, { target, grid, index: reading.index }, reading);
    }
  }
  for (const [segment, region] of regions) {
    const label = checkedLabel(names.get(segment) ?? `segment ${segment}`, file.path);
    collected.statements.push({
      target,
      reader,
      label,
      parent: null,
      source: 'dicom-seg',
      file: file.number,
      region,
    });
  }
}

const emptyRegion = (): Region => ({ slices: new Map(), complete: true });

interface FrameMask {
  readonly file: LabelFile;
  readonly frame: Frame;
  readonly marked: (pixel: number) => boolean;
  readonly picture: Picture;
}

interface Onto {
  readonly target: Target;
  readonly grid: Grid;
  readonly index: TargetIndex;
}

function put(
  { file, frame, marked, picture }: FrameMask,
  region: Region,
  onto: Onto,
  { collected }: Reading,
): void {
  const { target, grid, index } = onto;
  const subject = `${file.path}, frame ${frame.number + 1}`;
  const source =
    frame.of === null
      ? undefined
      : index.byInstance(frame.of.instance).find((each) => each.target === target);
  const place = source?.places.find((each) => each.frame === frame.of?.frame);
  if (frame.grid === null || grid.frames > 1)
    return putOnPicture({ marked, picture, subject, place }, region, grid, collected);
  const placement = placementOf(frame.grid, grid);
  const size: Triple = [picture.columns, picture.rows, 1];
  const valueAt = (pixel: number): number => (marked(pixel) ? 1 : 0);
  const outside =
    placement === null
      ? 1
      : placeStored({ size, valueAt, placement, frame: 0 }, grid, (_, slice, bits) =>
          addMarks(region, slice, bits, collected),
        );
  if (outside > 0) throw otherGrid(subject, frame.grid, grid, target.path);
}

/** Puts a frame onto the picture that it refers to, which must be of its size. */
function putOnPicture(
  {
    marked,
    picture,
    subject,
    place,
  }: Pick<FrameMask, 'marked' | 'picture'> & { subject: string; place: SlicePlace | undefined },
  region: Region,
  grid: Grid,
  collected: Reading['collected'],
): void {
  const [columns, rows] = grid.size;
  if (place === undefined || picture.columns !== columns || picture.rows !== rows)
    throw new UserError({
      subject,
      problem:
        place === undefined
          ? 'says neither where it lies nor which picture of the scan it is of'
          : `has ${picture.columns} × ${picture.rows} pixels, the scan ${columns} × ${rows}`,
      fix: 'export it again with positions',
    });
  const pixels = Uint8Array.from({ length: columns * rows }, (_, pixel) => (marked(pixel) ? 1 : 0));
  addMarks(region, place.slice, bitsOf(pixels), collected);
}

function segmentNames({ data }: DicomFile, { path }: LabelFile): Map<number, string> {
  const names = new Map<number, string>();
  for (const item of itemsOf(data, TAG.segments)) {
    const [number] = numbersIn(item, TAG.number, 'US') ?? [];
    if (number === undefined || names.has(number))
      throw new UserError({
        subject: path,
        problem: 'has segments without a number of their own',
        fix: 'export it again',
      });
    names.set(number, allText(item, TAG.label, data.string('x00080005')) || `segment ${number}`);
  }
  return names;
}

/** Stored value from which on a voxel counts; null for label maps. */
function thresholdOf({ data }: DicomFile): number | null {
  const type = (data.string(TAG.type) ?? 'BINARY').trim().toUpperCase();
  if (type === 'LABELMAP') return null;
  if (type !== 'FRACTIONAL') return 1;
  const [maximum = 255] = numbersIn(data, TAG.maximum, 'US') ?? [];
  return Math.max(1, maximum / 2);
}
