/**
 * DICOM files for tests, as scanners write them: classic slices, and multi-frame files whose frames say what they are.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dicomFile, element, sequence, short, text } from '../../../bench/scans/dicom-file.js';
import { temporaryFolder } from './nifti-file.js';

const EXPLICIT = '1.2.840.10008.1.2.1';
export const CLASS = {
  ct: '1.2.840.10008.5.1.4.1.1.2',
  mr: '1.2.840.10008.5.1.4.1.1.4',
  enhancedCt: '1.2.840.10008.5.1.4.1.1.2.1',
  enhancedMr: '1.2.840.10008.5.1.4.1.1.4.1',
  legacyPet: '1.2.840.10008.5.1.4.1.1.128.1',
  nuclear: '1.2.840.10008.5.1.4.1.1.20',
  ultrasound: '1.2.840.10008.5.1.4.1.1.3.1',
  ultrasoundVolume: '1.2.840.10008.5.1.4.1.1.6.2',
  angiography: '1.2.840.10008.5.1.4.1.1.12.1',
  secondaryCapture: '1.2.840.10008.5.1.4.1.1.7',
  slide: '1.2.840.10008.5.1.4.1.1.77.1.6',
} as const;

const uid = (tag: readonly [number, number], value: string): Buffer =>
  element(...tag, 'UI', text(value, '\0'));
export const code = (group: number, number: number, value: string): Buffer =>
  element(group, number, 'CS', text(value));
export const decimal = (group: number, number: number, value: string): Buffer =>
  element(group, number, 'DS', text(value));
export const double = (group: number, number: number, ...values: number[]): Buffer =>
  element(group, number, 'FD', Buffer.from(Float64Array.from(values).buffer));
const longs = (group: number, number: number, ...values: number[]): Buffer =>
  element(group, number, 'UL', Buffer.from(Uint32Array.from(values).buffer));
export const shorts = (group: number, number: number, ...values: number[]): Buffer =>
  element(group, number, 'US', Buffer.from(Uint16Array.from(values).buffer));
/** Attribute tags. */
export const pointers = (group: number, number: number, ...tags: (readonly [number, number])[]): Buffer =>
  element(group, number, 'AT', Buffer.concat(tags.flatMap((tag) => tag.map(short))));
/** A sequence of one item. */
export const group = (tag: readonly [number, number], ...elements: Buffer[]): Buffer =>
  sequence(...tag, [elements]);

export interface Written {
  readonly sopClass?: string;
  readonly modality?: string;
  readonly rows?: number;
  readonly columns?: number;
  readonly frames?: number;
  /** In any order; each replaces what is written without it. */
  readonly more?: readonly Buffer[];
  /** One for each pixel, frame by frame; by default the number of the frame. */
  readonly pixels?: readonly number[];
  readonly bits?: 8 | 16;
}

/** Group and element, as they are sorted. */
const tagOf = (bytes: Buffer): number => bytes.readUInt16LE(0) * 65536 + bytes.readUInt16LE(2);

/** A file as bytes. */
export function bytesOf({
  sopClass = CLASS.mr,
  modality = 'MR',
  rows = 4,
  columns = 5,
  frames = 1,
  more = [],
  pixels,
  bits = 16,
}: Written): Buffer {
  const values =
    pixels ?? Array.from({ length: frames * rows * columns }, (_, i) => Math.floor(i / (rows * columns)));
  const stored = bits === 8 ? Uint8Array.from(values) : Uint16Array.from(values);
  const usual = [
    uid([0x0008, 0x0016], sopClass),
    uid([0x0008, 0x0018], `1.2.3.${Math.floor(counter++)}`),
    code(0x0008, 0x0060, modality),
    element(0x0010, 0x0020, 'LO', text('P1')),
    uid([0x0020, 0x000d], '1.2.3'),
    uid([0x0020, 0x000e], '1.2.3.4'),
    shorts(0x0028, 0x0002, 1),
    code(0x0028, 0x0004, 'MONOCHROME2'),
    ...(frames === 1 ? [] : [element(0x0028, 0x0008, 'IS', text(String(frames)))]),
    shorts(0x0028, 0x0010, rows),
    shorts(0x0028, 0x0011, columns),
    decimal(0x0028, 0x0030, '1\\1'),
    shorts(0x0028, 0x0100, bits),
    shorts(0x0028, 0x0101, bits),
    shorts(0x0028, 0x0102, bits - 1),
    shorts(0x0028, 0x0103, 0),
    element(0x7fe0, 0x0010, 'OW', Buffer.from(stored.buffer)),
  ];
  const elements = new Map([...usual, ...more].map((bytes) => [tagOf(bytes), bytes]));
  return dicomFile(
    EXPLICIT,
    [...elements].sort(([a], [b]) => a - b).map(([, bytes]) => bytes),
  );
}

/** Makes instances differ. */
let counter = 1;

/** Writes a file and returns its path. */
export function written(fields: Written, name = 'file.dcm', folder = temporaryFolder()): string {
  const path = join(folder, name);
  writeFileSync(path, bytesOf(fields));
  return path;
}

/** A folder with a file for each. */
export function folderOf(files: readonly Written[]): string {
  const folder = temporaryFolder();
  files.forEach((fields, i) => written(fields, `${String(i).padStart(3, '0')}.dcm`, folder));
  return folder;
}

export const AXIAL = '1\\0\\0\\0\\1\\0';
export const SAGITTAL = '0\\1\\0\\0\\0\\-1';

export const placed = (position: string, orientation = AXIAL): Buffer[] => [
  decimal(0x0020, 0x0032, position),
  decimal(0x0020, 0x0037, orientation),
];

export interface FrameFields {
  /** Millimetres along z, or a whole position. */
  readonly at: number | string;
  readonly orientation?: string;
  /** Four values of Frame Type. */
  readonly type?: string;
  readonly stack?: string;
  readonly moment?: number;
  readonly dimensions?: readonly number[];
  /** Further functional groups. */
  readonly groups?: readonly Buffer[];
}

/** A multi-frame file with functional groups; the first pixel of each frame holds its number. */
export function enhanced(
  frames: readonly FrameFields[],
  {
    more = [],
    typeGroup = [0x0018, 0x9226],
    ...fields
  }: Written & { readonly typeGroup?: readonly [number, number] } = {},
): Written {
  const items = frames.map((frame) => {
    const position = typeof frame.at === 'number' ? `0\\0\\${frame.at}` : frame.at;
    return [
      group(typeGroup, code(0x0008, 0x9007, frame.type ?? 'ORIGINAL\\PRIMARY\\T1\\NONE')),
      group(
        [0x0020, 0x9111],
        element(0x0020, 0x9056, 'SH', text(frame.stack ?? '1')),
        ...(frame.moment === undefined ? [] : [longs(0x0020, 0x9128, frame.moment)]),
        ...(frame.dimensions === undefined ? [] : [longs(0x0020, 0x9157, ...frame.dimensions)]),
      ),
      group([0x0020, 0x9113], decimal(0x0020, 0x0032, position)),
      group([0x0020, 0x9116], decimal(0x0020, 0x0037, frame.orientation ?? AXIAL)),
      ...(frame.groups ?? []),
    ];
  });
  const measures = group([0x0028, 0x9110], decimal(0x0018, 0x0050, '2'), decimal(0x0028, 0x0030, '1\\1'));
  return {
    sopClass: CLASS.enhancedMr,
    frames: frames.length,
    ...fields,
    more: [sequence(0x5200, 0x9229, [[measures]]), sequence(0x5200, 0x9230, items), ...more],
  };
}
