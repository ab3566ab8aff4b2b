/**
 * Kinds of DICOM files that few have: grids, dose volumes, segmentations, maps of floats, lookup tables, video, JPEG of
 * 12 bits.
 */
import { readImageNode } from '@itk-wasm/image-io';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import {
  dicomFile,
  element,
  encapsulated,
  sequence,
  short,
  text,
} from '../../../../bench/scans/dicom-file.js';
import { dicom } from '../../../../src/scans/formats/dicom.js';
import { hasFfmpeg, needsFfmpeg } from '../../../support/scans/ffmpeg.js';
import { temporaryFolder } from '../../../support/scans/nifti-file.js';

const EXPLICIT = '1.2.840.10008.1.2.1';

interface PictureFields {
  readonly rows: number;
  readonly columns: number;
  readonly bits: number;
  readonly frames?: number;
  readonly signed?: boolean;
  readonly before?: readonly Buffer[];
  readonly after?: readonly Buffer[];
  readonly pixels: Buffer;
  readonly syntax?: string;
}

function written({
  rows,
  columns,
  bits,
  frames = 1,
  signed = false,
  before = [],
  after = [],
  pixels,
  syntax = EXPLICIT,
}: PictureFields): string {
  const path = join(temporaryFolder(), 'file.dcm');
  const elements = [
    ...before,
    element(0x0028, 0x0002, 'US', short(1)),
    element(0x0028, 0x0004, 'CS', text('MONOCHROME2')),
    element(0x0028, 0x0008, 'IS', text(String(frames))),
    element(0x0028, 0x0010, 'US', short(rows)),
    element(0x0028, 0x0011, 'US', short(columns)),
    element(0x0028, 0x0030, 'DS', text('2\\1')),
    element(0x0028, 0x0100, 'US', short(bits)),
    element(0x0028, 0x0101, 'US', short(bits)),
    element(0x0028, 0x0103, 'US', short(signed ? 1 : 0)),
    ...after,
    pixels,
  ];
  writeFileSync(path, dicomFile(syntax, elements));
  return path;
}

const words = (count: number, value: (i: number) => number): Buffer =>
  element(0x7fe0, 0x0010, 'OW', Buffer.from(Uint16Array.from({ length: count }, (_, i) => value(i)).buffer));

describe('a UIH grid', () => {
  // Five slices of 2 × 2 pixels: three tiles in a row, two rows of tiles; each pixel says which slice it is of.
  const tileOf = (i: number): number => 3 * Math.floor(i / 6 / 2) + Math.floor((i % 6) / 2);
  const grid = (more: readonly Buffer[]): string =>
    written({
      rows: 4,
      columns: 6,
      bits: 16,
      before: [
        element(0x0008, 0x0008, 'CS', text('ORIGINAL\\PRIMARY\\M\\VFRAME')),
        element(0x0018, 0x0088, 'DS', text('3')),
        element(0x0020, 0x0032, 'DS', text('10\\20\\30')),
        element(0x0020, 0x0037, 'DS', text('1\\0\\0\\0\\1\\0')),
      ],
      after: [element(0x0065, 0x1050, 'DS', text('5')), ...more],
      pixels: words(24, tileOf),
    });

  it('is a volume whose first slice lies where the file says', async () => {
    const scan = await dicom.read(grid([]));
    expect(scan.size).toEqual([2, 2, 5]);
    expect(scan.spacing).toEqual([1, 2, 3]);
    expect(scan.affine.map((row) => row[3])).toEqual([-10, -20, 30]);
    expect([...(scan.voxels as Int16Array)]).toEqual(Array.from({ length: 20 }, (_, i) => Math.floor(i / 4)));
  });

  it('follows the place of each slice', async () => {
    const places = Array.from({ length: 5 }, (_, i) => [
      element(0x0020, 0x0032, 'DS', text(`10\\20\\${30 - 4 * i}`)),
    ]);
    const scan = await dicom.read(grid([sequence(0x0065, 0x1051, places)]));
    expect(scan.spacing).toEqual([1, 2, 4]);
    // Sorted along the normal, so that the last tile comes first.
    expect([scan.voxels[0], scan.voxels[19], scan.affine[2][3]]).toEqual([4, 0, 14]);
  });
});

it('a dose volume has its planes where its offsets say', async () => {
  const path = written({
    rows: 1,
    columns: 2,
    bits: 16,
    frames: 3,
    before: [
      element(0x0020, 0x0032, 'DS', text('0\\0\\7')),
      element(0x0020, 0x0037, 'DS', text('1\\0\\0\\0\\1\\0')),
    ],
    after: [element(0x3004, 0x000c, 'DS', text('0\\2.5\\5'))],
    pixels: words(6, (i) => i),
  });
  const scan = await dicom.read(path);
  expect([scan.size, scan.frames, scan.spacing, scan.affine[2][3]]).toEqual([[2, 1, 3], 1, [1, 2, 2.5], 7]);
});

describe('samples of one bit', () => {
  // Frames of 3 × 5 pixels end within a byte.
  const bits = Array.from({ length: 30 }, (_, i) => ((i * 7) % 3) & 1);
  const packed = (values: readonly number[]): Buffer => {
    const bytes = Buffer.alloc(2 * Math.ceil(values.length / 16));
    values.forEach((bit, i) => (bytes[i >> 3] = (bytes[i >> 3] as number) | (bit << (i & 7))));
    return bytes;
  };
  const shape = { rows: 3, columns: 5, bits: 1, frames: 2 } as const;

  it('are packed across frames', async () => {
    const scan = await dicom.read(written({ ...shape, pixels: element(0x7fe0, 0x0010, 'OB', packed(bits)) }));
    expect([scan.frames, ...(scan.voxels as Uint8Array)]).toEqual([2, ...bits]);
  });

  it('are packed frame by frame where frames are deflated', async () => {
    const frames = [bits.slice(0, 15), bits.slice(15)].map((frame) => {
      const deflated = deflateRawSync(packed(frame));
      return deflated.length % 2 === 0 ? deflated : Buffer.concat([deflated, Buffer.alloc(1)]);
    });
    const path = written({ ...shape, syntax: '1.2.840.10008.1.2.8.1', pixels: encapsulated(frames) });
    expect([...((await dicom.read(path)).voxels as Uint8Array)]).toEqual(bits);
  });

  it('that are missing are counted', async () => {
    const path = written({ ...shape, pixels: element(0x7fe0, 0x0010, 'OB', packed(bits.slice(0, 15))) });
    await expect(dicom.read(path)).rejects.toThrow(/truncated: its header declares 2 frames, 4 bytes/);
  });
});

it.each([
  [32, 'OF', 0x0008, Float32Array],
  [64, 'OD', 0x0009, Float64Array],
] as const)('maps of %i-bit floats keep their fractions', async (bits, vr, tag, Values) => {
  const values = Values.from([0.25, -1.5, 3e6, 0]);
  const path = written({
    rows: 2,
    columns: 2,
    bits,
    pixels: element(0x7fe0, tag, vr, Buffer.from(values.buffer)),
  });
  expect([...((await dicom.read(path)).voxels as Float32Array)]).toEqual([0.25, -1.5, 3e6, 0]);
});

it('a modality lookup table takes the place of slope and intercept, and its ends go on', async () => {
  const table = sequence(0x0028, 0x3000, [
    [
      element(0x0028, 0x3002, 'SS', Buffer.from(Int16Array.of(3, -1, 16).buffer)),
      element(0x0028, 0x3006, 'OW', Buffer.from(Uint16Array.of(500, 700, 1000).buffer)),
    ],
  ]);
  const path = written({
    rows: 1,
    columns: 5,
    bits: 16,
    signed: true,
    after: [table],
    pixels: words(5, (i) => i - 2),
  });
  expect([...((await dicom.read(path)).voxels as Float32Array)]).toEqual([500, 500, 700, 1000, 1000]);
});

describe.skipIf(!hasFfmpeg)(`video inside DICOM ${needsFfmpeg}`, () => {
  const stream = (codec: string, format: string): Buffer =>
    execFileSync(
      'ffmpeg',
      [
        '-v',
        'error',
        '-f',
        'lavfi',
        '-i',
        'testsrc=size=64x48:rate=25:duration=0.4',
        '-pix_fmt',
        'yuv420p',
      ].concat(['-c:v', codec, '-threads', '1', '-f', format, 'pipe:1']),
      { maxBuffer: 1 << 24, stdio: ['ignore', 'pipe', 'ignore'] },
    );
  const clip = (syntax: string, bytes: Buffer, frames: number): string =>
    written({
      rows: 48,
      columns: 64,
      bits: 8,
      frames,
      syntax,
      before: [element(0x0018, 0x1063, 'DS', text('40'))],
      pixels: encapsulated([bytes.length % 2 === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(1)])]),
    });

  it.each([
    ['MPEG-2', '1.2.840.10008.1.2.4.100', 'mpeg2video', 'mpeg2video'],
    ['H.264', '1.2.840.10008.1.2.4.102', 'libx264', 'h264'],
    ['HEVC', '1.2.840.10008.1.2.4.107', 'libx265', 'hevc'],
  ])(
    '%s has its frames, its pixels and the time that the header states',
    async (_, syntax, codec, format) => {
      const bytes = stream(codec, format);
      const scan = await dicom.read(clip(syntax, bytes, 10));
      expect([scan.size, scan.frames, scan.frameTime]).toEqual([[64, 48, 1], 10, 0.04]);
      const voxels = scan.voxels as Uint8Array;
      // The test picture has black and white bars.
      expect(Math.min(...voxels.subarray(0, 64 * 48))).toBeLessThan(40);
      expect(Math.max(...voxels.subarray(0, 64 * 48))).toBeGreaterThan(200);
    },
  );

  it('with fewer frames than its header states is refused', async () => {
    const path = clip('1.2.840.10008.1.2.4.100', stream('mpeg2video', 'mpeg2video'), 20);
    await expect(dicom.read(path)).rejects.toThrow(
      /its video has 10 frames of 64 × 48 pixels, its header says 20/,
    );
  });
});

const extended = fileURLToPath(
  new URL('../../../../../shared/data/robust/pydicom/JPGExtended.dcm', import.meta.url),
);
const there = existsSync(extended);
describe.skipIf(!there)(`JPEG of 12 bits ${there ? '' : '(needs shared/data)'}`, () => {
  it('has the samples that GDCM decodes', async () => {
    const ours = await dicom.read(extended);
    const { data, size } = await readImageNode(extended);
    expect(ours.size).toEqual(size.slice(0, 3));
    const theirs = data as unknown as ArrayLike<number>;
    let most = 0;
    for (let i = 0; i < ours.voxels.length; i++)
      most = Math.max(most, Math.abs(Number(ours.voxels[i]) - (theirs[i] as number)));
    // Inverse transforms round differently.
    expect(most).toBeLessThanOrEqual(1);
  });

  it('ends in one line where it ends too early', async () => {
    const path = join(temporaryFolder(), 'short.dcm');
    const bytes = readFileSync(extended);
    const start = bytes.lastIndexOf(Buffer.from([0xff, 0xd9]));
    // The end of the scan comes after two thirds of its data.
    bytes.fill(0xd9, start - 2000, start - 1998);
    bytes[start - 2000] = 0xff;
    writeFileSync(path, bytes);
    await expect(dicom.read(path)).rejects.toThrow(/short.dcm: frame 1 of 1 can not be decoded/);
  });
});
