/**
 * DICOM scans for tests of labels: each with UIDs of its own, any plane, any number of slices, written in a shuffled order; and
 * segmentations and structure sets of them.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Triple } from '../../src/core/tensor.js';
import { dicomFile, element, sequence, text } from '../../bench/scans/dicom-file.js';

const EXPLICIT = '1.2.840.10008.1.2.1';
const CLASS = {
  mr: '1.2.840.10008.5.1.4.1.1.4',
  clip: '1.2.840.10008.5.1.4.1.1.3.1',
  seg: '1.2.840.10008.5.1.4.1.1.66.4',
  rtstruct: '1.2.840.10008.5.1.4.1.1.481.3',
};

const ui = (group: number, number: number, value: string): Buffer =>
  element(group, number, 'UI', text(value, '\0'));
const words = (group: number, number: number, vr: string, value: string): Buffer =>
  element(group, number, vr, text(value));
const us = (group: number, number: number, ...values: number[]): Buffer =>
  element(group, number, 'US', Buffer.from(Uint16Array.from(values).buffer));
const ds = (group: number, number: number, values: readonly number[]): Buffer => {
  const value = values.map((each) => String(Number(each.toFixed(9)))).join('\\');
  // Explicit lengths of DS have two bytes; longer ones are written as unknown, as toolkits do.
  return words(group, number, value.length < 65_535 ? 'DS' : 'UN', value);
};

export interface MadeScan {
  readonly study: string;
  readonly series: string;
  readonly columns: number;
  readonly rows: number;
  readonly slices: number;
  /** Millimetres between columns, rows, slices. */
  readonly spacing: Triple;
  /** Unit vectors (LPS) along columns and rows. */
  readonly right: Triple;
  readonly down: Triple;
  readonly origin: Triple;
  /** More than 1 makes a clip: one file, without positions. */
  readonly frames: number;
  readonly patient: string;
  readonly frameOfReference?: string;
  readonly sopClass?: string;
}

export const made = (fields: Partial<MadeScan> = {}): MadeScan => ({
  study: '1.2.3',
  series: '1.2.3.1',
  columns: 12,
  rows: 10,
  slices: 4,
  spacing: [1, 1, 2],
  right: [1, 0, 0],
  down: [0, 1, 0],
  origin: [-5, -4, 10],
  frames: 1,
  patient: 'P1',
  ...fields,
});

export const instanceOf = ({ series }: MadeScan, slice: number): string => `${series}.${slice + 1}`;

const normalOf = ({ right: [a, b, c], down: [d, e, f] }: MadeScan): Triple => [
  b * f - c * e,
  c * d - a * f,
  a * e - b * d,
];

/** Millimetres (LPS) of a voxel, or of anything between. */
function placeOf(scan: MadeScan, [x, y, z]: readonly [number, number, number]): Triple {
  const normal = normalOf(scan);
  return [0, 1, 2].map(
    (axis) =>
      scan.origin[axis as 0] +
      x * scan.spacing[0] * scan.right[axis as 0] +
      y * scan.spacing[1] * scan.down[axis as 0] +
      z * scan.spacing[2] * normal[axis as 0],
  ) as unknown as Triple;
}

const byTag = (elements: readonly Buffer[]): Buffer[] =>
  [...elements].sort(
    (a, b) => a.readUInt16LE(0) * 65536 + a.readUInt16LE(2) - (b.readUInt16LE(0) * 65536 + b.readUInt16LE(2)),
  );

const shared = (
  scan: Pick<MadeScan, 'study' | 'patient'>,
  sopClass: string,
  instance: string,
  series: string,
): Buffer[] => [
  ui(0x0008, 0x0016, sopClass),
  ui(0x0008, 0x0018, instance),
  words(0x0010, 0x0020, 'LO', scan.patient),
  ui(0x0020, 0x000d, scan.study),
  ui(0x0020, 0x000e, series),
];

const pixelsOf = (columns: number, rows: number, frames: number, bits: 1 | 8, data: Buffer): Buffer[] => [
  us(0x0028, 0x0002, 1),
  words(0x0028, 0x0004, 'CS', 'MONOCHROME2'),
  words(0x0028, 0x0008, 'IS', String(frames)),
  us(0x0028, 0x0010, rows),
  us(0x0028, 0x0011, columns),
  us(0x0028, 0x0100, bits),
  us(0x0028, 0x0101, bits),
  us(0x0028, 0x0102, bits - 1),
  us(0x0028, 0x0103, 0),
  element(0x7fe0, 0x0010, 'OB', data.length % 2 === 0 ? data : Buffer.concat([data, Buffer.alloc(1)])),
];

/** Writes a scan into a folder of its own and returns that. */
export function writeScan(folder: string, scan: MadeScan): string {
  const home = join(folder, scan.series);
  mkdirSync(home, { recursive: true });
  const clip = scan.frames > 1;
  const { columns, rows, spacing } = scan;
  for (let slice = 0; slice < (clip ? 1 : scan.slices); slice++) {
    const values = Buffer.from(
      Array.from({ length: columns * rows * scan.frames }, (_, i) => (i * 7 + slice * 31) % 200),
    );
    const plane = clip
      ? [words(0x0008, 0x0060, 'CS', scan.sopClass === undefined ? 'US' : 'XA')]
      : [
          words(0x0008, 0x0060, 'CS', 'MR'),
          ds(0x0020, 0x0032, placeOf(scan, [0, 0, slice])),
          ds(0x0020, 0x0037, [...scan.right, ...scan.down]),
          ds(0x0028, 0x0030, [spacing[1], spacing[0]]),
          ...(scan.frameOfReference === undefined ? [] : [ui(0x0020, 0x0052, scan.frameOfReference)]),
        ];
    const elements = [
      ...shared(scan, scan.sopClass ?? (clip ? CLASS.clip : CLASS.mr), instanceOf(scan, slice), scan.series),
      ...plane,
      ...pixelsOf(columns, rows, scan.frames, 8, values),
    ];
    // Names in another order than the slices.
    writeFileSync(join(home, `${(slice * 7) % 11}-${slice}.dcm`), dicomFile(EXPLICIT, byTag(elements)));
  }
  return home;
}

export interface MadeSegment {
  readonly label: string;
  /** Slices that have a frame, and what is marked there: 0 to 255 where fractional. */
  readonly slices: readonly number[];
  readonly value: (x: number, y: number, slice: number) => number;
}

export interface MadeSeg {
  readonly segments: readonly MadeSegment[];
  readonly fractional?: boolean;
  readonly creator?: string;
  /** Leaves out positions; frames then name the pictures that they are of. */
  readonly withoutPositions?: boolean;
  /** Moves the whole grid by some millimetres. */
  readonly shift?: number;
}

/** A segmentation of a scan, its frames from the last slice to the first. */
export function segBytes(
  scan: MadeScan,
  { segments, fractional = false, creator, withoutPositions = false, shift = 0 }: MadeSeg,
): Buffer {
  const frames = segments.flatMap(({ slices, value }, segment) =>
    [...slices].sort((a, b) => b - a).map((slice) => ({ segment: segment + 1, slice, value })),
  );
  const { columns, rows } = scan;
  const values = frames.flatMap(({ slice, value }) =>
    Array.from({ length: columns * rows }, (_, i) => value(i % columns, Math.floor(i / columns), slice)),
  );
  const packed = Buffer.alloc(Math.ceil(values.length / 8));
  values.forEach((value, i) => {
    if (value !== 0) packed[i >> 3] = (packed[i >> 3] as number) | (1 << (i & 7));
  });
  const perFrame = frames.map(({ segment, slice }) =>
    byTag([
      sequence(0x0062, 0x000a, [[us(0x0062, 0x000b, segment)]]),
      ...(withoutPositions
        ? [
            sequence(0x0008, 0x9124, [
              [
                sequence(0x0008, 0x2112, [
                  [ui(0x0008, 0x1150, CLASS.mr), ui(0x0008, 0x1155, instanceOf(scan, slice))],
                ]),
              ],
            ]),
          ]
        : [
            sequence(0x0020, 0x9113, [
              [ds(0x0020, 0x0032, placeOf(scan, [shift / scan.spacing[0], 0, slice]))],
            ]),
          ]),
    ]),
  );
  const groups = withoutPositions
    ? []
    : [
        sequence(0x0020, 0x9116, [[ds(0x0020, 0x0037, [...scan.right, ...scan.down])]]),
        sequence(0x0028, 0x9110, [
          [ds(0x0018, 0x0050, [scan.spacing[2]]), ds(0x0028, 0x0030, [scan.spacing[1], scan.spacing[0]])],
        ]),
      ];
  return dicomFile(
    EXPLICIT,
    byTag([
      ...shared(scan, CLASS.seg, `${scan.series}.900`, `${scan.series}.90`),
      words(0x0008, 0x0060, 'CS', 'SEG'),
      sequence(0x0008, 0x1115, [[ui(0x0020, 0x000e, scan.series)]]),
      ...pixelsOf(
        columns,
        rows,
        frames.length,
        fractional ? 8 : 1,
        fractional ? Buffer.from(values) : packed,
      ),
      words(0x0062, 0x0001, 'CS', fractional ? 'FRACTIONAL' : 'BINARY'),
      sequence(
        0x0062,
        0x0002,
        segments.map(({ label }, at) => [us(0x0062, 0x0004, at + 1), words(0x0062, 0x0005, 'LO', label)]),
      ),
      ...(fractional ? [us(0x0062, 0x000e, 200)] : []),
      ...(creator === undefined ? [] : [words(0x0070, 0x0084, 'PN', creator)]),
      sequence(0x5200, 0x9229, [groups]),
      sequence(0x5200, 0x9230, perFrame),
    ]),
  );
}

export interface MadeContour {
  readonly kind?: 'CLOSED_PLANAR' | 'OPEN_PLANAR' | 'POINT';
  /** Vertices as voxel indices `[x, y, z]` of the scan. */
  readonly vertices: readonly (readonly [number, number, number])[];
}

/** A structure set of a scan, each structure a name with its contours. */
export function rtstructBytes(
  scan: MadeScan,
  structures: Readonly<Record<string, readonly MadeContour[]>>,
  interpreter?: string,
): Buffer {
  const names = Object.keys(structures);
  const is = (group: number, number: number, value: number): Buffer =>
    words(group, number, 'IS', String(value));
  return dicomFile(
    EXPLICIT,
    byTag([
      ...shared(scan, CLASS.rtstruct, `${scan.series}.800`, `${scan.series}.80`),
      words(0x0008, 0x0060, 'CS', 'RTSTRUCT'),
      sequence(0x3006, 0x0010, [
        [sequence(0x3006, 0x0012, [[sequence(0x3006, 0x0014, [[ui(0x0020, 0x000e, scan.series)]])]])],
      ]),
      sequence(
        0x3006,
        0x0020,
        names.map((name, at) => [is(0x3006, 0x0022, at + 1), words(0x3006, 0x0026, 'LO', name)]),
      ),
      sequence(
        0x3006,
        0x0039,
        names.map((name, at) => [
          sequence(
            0x3006,
            0x0040,
            (structures[name] ?? []).map(({ kind = 'CLOSED_PLANAR', vertices }) => [
              words(0x3006, 0x0042, 'CS', kind),
              is(0x3006, 0x0046, vertices.length),
              ds(
                0x3006,
                0x0050,
                vertices.flatMap((vertex) => placeOf(scan, vertex)),
              ),
            ]),
          ),
          is(0x3006, 0x0084, at + 1),
        ]),
      ),
      sequence(
        0x3006,
        0x0080,
        names.map((_, at) => [is(0x3006, 0x0084, at + 1), words(0x3006, 0x00a6, 'PN', interpreter ?? '')]),
      ),
    ]),
  );
}
