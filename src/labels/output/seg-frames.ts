/**
 * Frames of a segmentation: their pixels, where they lie, and which pictures of the scan they are of.
 *
 * Sources: DICOM PS3.3 C.7.6.16 (functional groups), C.7.6.17 (dimensions), C.8.20.3; PS3.5 section 8.1.1 (pixels of one bit).
 */
import { UserError } from '../../core/errors.js';
import type { Triple } from '../../core/tensor.js';
import type { Written } from '../../deidentify/elements/element.js';
import type { DicomFile } from '../../scans/formats/dicom/elements/file.js';
import type { LabelClass } from '../readers/label-map.js';
import type { SettledMask } from '../readers/masks.js';
import { pictureOfSlices, type Pictured } from './pictures.js';
import { code, decimals, longs, sequence, shorts, tags, text } from './seg-elements.js';

/** Stored pixels of one file have a length of 32 bits. */
const MOST_BYTES = 2 ** 32 - 2;

/** A tag as parsers name it. */
export const keyOf = (tag: number): string => `x${tag.toString(16).padStart(8, '0')}`;

export const stringOf = ({ data }: DicomFile, tag: number): string => (data.string(keyOf(tag)) ?? '').trim();

/** A reference to a picture of the scan. */
export const reference = (source: DicomFile, instance: string): Written[] => [
  text(0x00081150, 'UI', stringOf(source, 0x00080016)),
  text(0x00081155, 'UI', instance),
];

export interface SegFrame {
  /** Number of its segment, from 1: its place among the classes. */
  readonly segment: number;
  readonly label: number;
  readonly slice: number;
}

/** By segment, then by slice; where nothing is marked at all, one empty frame, since there has to be one. */
export function framesOf({ voxels, grid }: SettledMask, classes: readonly LabelClass[]): SegFrame[] {
  const size = grid.size[0] * grid.size[1];
  const found = Array.from(
    { length: voxels.length / size },
    (_, slice) => new Set(voxels.subarray(slice * size, (slice + 1) * size)),
  );
  const frames = classes.flatMap(({ number }, at) =>
    found.flatMap((labels, slice) => (labels.has(number) ? [{ segment: at + 1, label: number, slice }] : [])),
  );
  return frames.length > 0 ? frames : [{ segment: 1, label: classes[0]?.number ?? 1, slice: 0 }];
}

/** Frames one after another, a bit a pixel, the lowest bit first, nothing between frames: PS3.5 8.1.1. */
export function packed({ voxels, grid, target }: SettledMask, frames: readonly SegFrame[]): Buffer {
  const size = grid.size[0] * grid.size[1];
  const length = Math.ceil((frames.length * size) / 8);
  if (length > MOST_BYTES)
    throw refused(target.path, `needs ${length} bytes of pixels, more than DICOM allows`);
  const bytes = Buffer.alloc(length + (length % 2));
  frames.forEach(({ label, slice }, frame) => {
    for (let i = 0, bit = frame * size, at = slice * size; i < size; i++, bit++, at++)
      if (voxels[at] === label) {
        const byte = Math.floor(bit / 8);
        bytes[byte] = (bytes[byte] as number) | (1 << (bit % 8));
      }
  });
  return bytes;
}

interface FrameOptions {
  readonly source: DicomFile;
  /** UID of the dimensions. */
  readonly organization: string;
}

export function ofFrames(mask: SettledMask, frames: readonly SegFrame[], options: FrameOptions): Written[] {
  const { source, organization } = options;
  const pictures = pictureOfSlices(mask);
  const placed = mask.grid.frames === 1 && stringOf(source, 0x00200052) !== '';
  const dimension = (pointer: number, group: number): Written[] => [
    text(0x00209164, 'UI', organization),
    tags(0x00209165, pointer),
    tags(0x00209167, group),
  ];
  return [
    sequence(0x00209221, [text(0x00209164, 'UI', organization)]),
    sequence(0x00209222, dimension(0x0062000b, 0x0062000a), dimension(0x00209057, 0x00209111)),
    sequence(0x52009229, placed ? planeOf(mask) : []),
    sequence(
      0x52009230,
      ...frames.map(({ segment, slice }) => [
        derivedFrom(source, pictures.get(slice)),
        sequence(0x00209111, [
          text(0x00209056, 'SH', '1'),
          longs(0x00209057, slice + 1),
          longs(0x00209157, segment, slice + 1),
        ]),
        ...(placed ? [sequence(0x00209113, [decimals(0x00200032, positionOf(mask, slice))])] : []),
        sequence(0x0062000a, [shorts(0x0062000b, segment)]),
      ]),
    ),
  ];
}

function derivedFrom(source: DicomFile, pictured: Pictured | undefined): Written {
  if (pictured === undefined) throw new Error('a slice of a DICOM scan has a picture');
  const { instance, place, frames } = pictured;
  return sequence(0x00089124, [
    sequence(0x00082112, [
      ...reference(source, instance),
      ...(frames > 1 ? [text(0x00081160, 'IS', String(place.frame + 1))] : []),
      code(0x0040a170, '121322', 'DCM', 'Source image for image processing operation'),
    ]),
    code(0x00089215, '113076', 'DCM', 'Segmentation'),
  ]);
}

/** A column of the affine, or its origin, in the patient's axes of DICOM: RAS+ to LPS. */
const columnOf = ({ grid }: SettledMask, column: 0 | 1 | 2 | 3): Triple => [
  -grid.affine[0][column],
  -grid.affine[1][column],
  grid.affine[2][column],
];

function positionOf(mask: SettledMask, slice: number): Triple {
  const [origin, step] = [columnOf(mask, 3), columnOf(mask, 2)];
  return origin.map((value, axis) => value + slice * (step[axis] as number)) as unknown as Triple;
}

function planeOf(mask: SettledMask): Written[] {
  const [right, down, through] = [columnOf(mask, 0), columnOf(mask, 1), columnOf(mask, 2)];
  const [dx, dy] = [Math.hypot(...right), Math.hypot(...down)];
  const normal: Triple = [
    (right[1] * down[2] - right[2] * down[1]) / (dx * dy),
    (right[2] * down[0] - right[0] * down[2]) / (dx * dy),
    (right[0] * down[1] - right[1] * down[0]) / (dx * dy),
  ];
  const apart = Math.abs(through.reduce((sum, value, axis) => sum + value * (normal[axis] as number), 0));
  return [
    sequence(0x00209116, [
      decimals(0x00200037, [...right.map((value) => value / dx), ...down.map((value) => value / dy)]),
    ]),
    sequence(0x00289110, [
      decimals(0x00180050, [apart]),
      decimals(0x00180088, [apart]),
      decimals(0x00280030, [dy, dx]),
    ]),
  ];
}

export function refused(subject: string, problem: string): UserError {
  return new UserError({ subject, problem, fix: 'write it with --to manifest' });
}
