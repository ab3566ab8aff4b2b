/**
 * Lossless JPEG, sample for sample: everything that the process allows, encoded by the tests' own encoder, decoded
 * here, and by dcmtk where it is installed, which knows nothing of either.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { present } from '../../../../src/core/errors.js';
import { rngOf } from '../../../../src/core/random.js';
import { dicom } from '../../../../src/scans/formats/dicom.js';
import { openDicom } from '../../../../src/scans/formats/dicom/elements/file.js';
import { decodeJpegLossless } from '../../../../src/scans/formats/dicom/decoders/jpeg-lossless.js';
import { isInstalled } from '../../../support/commands.js';
import { EXPLICIT, dicomPicture, even, field, fragmented } from '../../../support/scans/dicom-picture.js';
import { losslessJpeg, segment, type JpegOptions } from '../../../support/scans/jpeg-encoder.js';

const LOSSLESS = '1.2.840.10008.1.2.4.57';
const [ROWS, COLUMNS] = [13, 11];
const PREDICTORS = [1, 2, 3, 4, 5, 6, 7];
const RESTARTS = [0, 1, 3];
const TRANSFORMS = [0, 1, 3];

interface Kind {
  readonly bits: number;
  readonly signed: boolean;
  readonly components: number;
}
const kinds: Kind[] = [8, 12, 16].flatMap((bits) =>
  [false, true].flatMap((signed) => [1, 3].map((components) => ({ bits, signed, components }))),
);
const frames = PREDICTORS.flatMap((predictor) =>
  RESTARTS.flatMap((restartRows) =>
    TRANSFORMS.map((pointTransform) => ({ predictor, restartRows, pointTransform })),
  ),
);

/** Noise, then both ends in turn (differences of 16 bits), then a ramp, over the whole range of the bits. */
function picture({ bits, components }: Pick<Kind, 'bits' | 'components'>): number[] {
  const random = rngOf(1, 'picture', bits, components);
  const most = 2 ** bits - 1;
  return Array.from({ length: ROWS * COLUMNS * components }, (_, i) => {
    const row = Math.floor(i / components / COLUMNS);
    if (row < 5) return random.int(most + 1);
    return row < 9 ? (i % 2) * most : Math.floor((most * i) / (ROWS * COLUMNS * components));
  });
}

const optionsOf = (kind: Kind, frame: (typeof frames)[number]): JpegOptions => ({
  rows: ROWS,
  columns: COLUMNS,
  ...kind,
  predictor: frame.predictor,
  pointTransform: frame.pointTransform,
  ...(frame.restartRows > 0 ? { restartRows: frame.restartRows } : {}),
});

/** A file with these frames. */
const written = (kind: Kind, pixels: Buffer, count: number, syntax = LOSSLESS): string =>
  dicomPicture({
    rows: ROWS,
    columns: COLUMNS,
    frames: count,
    samples: kind.components,
    allocated: kind.bits > 8 ? 16 : 8,
    stored: kind.bits,
    signed: kind.signed,
    syntax,
    pixels,
  });

describe('lossless JPEG', () => {
  it(`is decoded exactly: ${kinds.length * frames.length} combinations of predictor, restarts, point transform, bits and components`, () => {
    let compared = 0;
    for (const kind of kinds) {
      const samples = picture(kind);
      for (const frame of frames) {
        const decoded = decodeJpegLossless(losslessJpeg(samples, optionsOf(kind, frame)));
        const { pointTransform: drop } = frame;
        expect([...decoded], JSON.stringify({ ...kind, ...frame })).toEqual(
          samples.map((sample) => (sample >> drop) << drop),
        );
        compared++;
      }
    }
    expect(compared).toBe(7 * 3 * 3 * 3 * 2 * 2);
  });

  it.each(PREDICTORS)(
    'with its components in scans of their own is the same, by predictor %i',
    (predictor) => {
      const kind = { bits: 16, signed: false, components: 3 };
      const samples = picture(kind);
      const options = {
        ...optionsOf(kind, { predictor, restartRows: 2, pointTransform: 0 }),
        interleaved: false,
      };
      expect([...decodeJpegLossless(losslessJpeg(samples, options))]).toEqual(samples);
    },
  );

  it.each(Array.from({ length: 15 }, (_, i) => i + 2))('of %i bits is decoded exactly', (bits) => {
    const kind = { bits, signed: false, components: 1 };
    const samples = picture(kind);
    const frame = { predictor: 4, restartRows: 0, pointTransform: 0 };
    expect([...decodeJpegLossless(losslessJpeg(samples, optionsOf(kind, frame)))]).toEqual(samples);
  });

  it.each(kinds.filter(({ components }) => components === 1))('keeps its sign: %o', async (kind) => {
    const samples = picture(kind);
    const frame = losslessJpeg(samples, optionsOf(kind, { predictor: 6, restartRows: 1, pointTransform: 0 }));
    const scan = await dicom.read(written(kind, fragmented([even(frame)]), 1));
    const sign = kind.signed ? 2 ** (kind.bits - 1) : Infinity;
    expect([...scan.voxels].map(Number)).toEqual(
      samples.map((sample) => (sample >= sign ? sample - 2 * sign : sample)),
    );
  });
});

/** Little-endian bytes of samples. */
const bytesOf = ({ bits }: Kind, samples: readonly number[]): Buffer =>
  Buffer.from((bits > 8 ? Uint16Array.from(samples) : Uint8Array.from(samples)).buffer);

const dcmtk = isInstalled('dcmdjpeg') && isInstalled('dcmcjpeg');
describe.skipIf(!dcmtk)(`lossless JPEG and dcmtk ${dcmtk ? '' : '(needs dcmdjpeg and dcmcjpeg)'}`, () => {
  it.each(kinds)(
    `${frames.length} frames of the tests' encoder are what they should be: %o`,
    async (kind) => {
      const samples = picture(kind);
      const compressed = frames.map((frame) => even(losslessJpeg(samples, optionsOf(kind, frame))));
      const path = written(kind, fragmented(compressed), frames.length);
      execFileSync('dcmdjpeg', [path, `${path}.out`], { stdio: 'pipe' });
      const { data } = await openDicom(`${path}.out`);
      const { dataOffset, length } = present(data.elements['x7fe00010'], 'pixels');
      const theirs = Buffer.from(data.byteArray.subarray(dataOffset, dataOffset + length));
      const size = bytesOf(kind, samples).length;
      expect(length).toBeGreaterThanOrEqual(frames.length * size);
      for (const [index, { pointTransform: drop }] of frames.entries()) {
        const right = bytesOf(
          kind,
          samples.map((sample) => (sample >> drop) << drop),
        );
        const same = theirs.subarray(index * size, (index + 1) * size).equals(right);
        expect(same, JSON.stringify(frames[index])).toBe(true);
      }
    },
  );

  it.each(kinds)('frames that dcmtk encoded are decoded exactly: %o', async (kind) => {
    const samples = picture(kind);
    const plain = written(kind, field(0x7fe0, 0x0010, 'OW', even(bytesOf(kind, samples))), 1, EXPLICIT);
    const reference = await dicom.read(plain);
    for (const predictor of PREDICTORS) {
      const options = ['+el', '+sv', String(predictor), '+cn'];
      execFileSync('dcmcjpeg', [...options, plain, `${plain}.out`], { stdio: 'pipe' });
      const scan = await dicom.read(`${plain}.out`);
      expect([...scan.voxels], `predictor ${predictor}`).toEqual([...reference.voxels]);
      expect(readFileSync(`${plain}.out`).includes(LOSSLESS)).toBe(true);
    }
  });
});

describe('lossless JPEG that can not be decoded is refused:', () => {
  const options = { rows: ROWS, columns: COLUMNS, components: 1, bits: 12, predictor: 4, restartRows: 2 };
  const samples = picture({ bits: 12, components: 1 });
  const good = losslessJpeg(samples, options);
  const changed = (from: readonly number[], to: readonly number[]): Buffer => {
    const at = good.indexOf(Buffer.from(from));
    expect(at).toBeGreaterThan(-1);
    return Buffer.concat([good.subarray(0, at), Buffer.from(to), good.subarray(at + from.length)]);
  };
  const scan = good.indexOf(Buffer.from([0xff, 0xda]));

  it('a scan that is cut anywhere', () => {
    // The end marker alone is missed by nobody.
    for (let end = scan; end < good.length - 2; end++)
      expect(() => decodeJpegLossless(good.subarray(0, end)), `${end} bytes`).toThrow(Error);
    expect([...decodeJpegLossless(good.subarray(0, -2))]).toEqual(samples);
  });

  it.each([
    ['a restart marker too few', () => changed([0xff, 0xd1], []), /restart marker|too early|no table/],
    ['a restart marker out of turn', () => changed([0xff, 0xd1], [0xff, 0xd2]), /restart marker 1/],
    [
      'restarts within a row',
      () => changed([0xff, 0xdd, 0, 4, 0, 22], [0xff, 0xdd, 0, 4, 0, 21]),
      /whole number of rows/,
    ],
    [
      'predictor 0',
      () => changed([0xff, 0xda, 0, 8, 1, 1, 0, 4], [0xff, 0xda, 0, 8, 1, 1, 0, 0]),
      /no predictor 0/,
    ],
    [
      'predictor 8',
      () => changed([0xff, 0xda, 0, 8, 1, 1, 0, 4], [0xff, 0xda, 0, 8, 1, 1, 0, 8]),
      /no predictor 8/,
    ],
    [
      'a point transform of all bits',
      () => changed([1, 1, 0, 4, 0, 0], [1, 1, 0, 4, 0, 12]),
      /point transform of 12/,
    ],
    ['17 bits', () => changed([0xff, 0xc3, 0, 11, 12], [0xff, 0xc3, 0, 11, 17]), /2 to 16 bits, not 17/],
    ['a table with too many codes', () => changed([0, 0, 3, 1, 1, 1], [0, 3, 0, 1, 1, 1]), /more codes than/],
    ['no table', () => changed([1, 1, 0, 4, 0, 0], [1, 1, 0x30, 4, 0, 0]), /components or tables/],
    ['another component', () => changed([1, 1, 0, 4, 0, 0], [1, 9, 0, 4, 0, 0]), /components or tables/],
    [
      'no scan',
      () => Buffer.concat([good.subarray(0, scan), Buffer.from([0xff, 0xd9])]),
      /0 of 1 components/,
    ],
  ])('%s', (_, frame, reason) => {
    expect(() => decodeJpegLossless(frame())).toThrow(reason);
  });

  it('one component of three without a scan', () => {
    const colours = picture({ bits: 8, components: 3 });
    const frame = losslessJpeg(colours, { ...options, components: 3, bits: 8, interleaved: false });
    const last = frame.lastIndexOf(Buffer.from([0xff, 0xda]));
    expect(() => decodeJpegLossless(frame.subarray(0, last))).toThrow('2 of 3 components have a scan');
  });

  const kind = { bits: 12, signed: false, components: 1 };
  const processes: [string, number, RegExp][] = [
    ['progressive', 0xc2, /JPEG's progressive process with 12 bits is not read.*; convert it/],
    ['hierarchical', 0xc7, /hierarchical lossless process with 12 bits is not read/],
    ['arithmetic', 0xcb, /arithmetic lossless process with 12 bits is not read/],
  ];
  it.each(processes)('another process, by its name: %s', async (_, marker, reason) => {
    const frame = changed([0xff, 0xc3], [0xff, marker]);
    await expect(dicom.read(written(kind, fragmented([even(frame)]), 1))).rejects.toThrow(reason);
  });

  it.each([
    ['another size', { ...options, columns: COLUMNS - 1 }, kind, /10 × 13 × 1, its header says 11 × 13 × 1/],
    [
      'more bits than the header has room for',
      options,
      { ...kind, bits: 8 },
      /have 12 bits, its header says 8/,
    ],
    [
      'another number of components',
      options,
      { ...kind, components: 3 },
      /11 × 13 × 1, its header says 11 × 13 × 3/,
    ],
    [
      'a sign that can not be known',
      options,
      { ...kind, bits: 16, signed: true },
      /12 bits, its header says 16 with a sign/,
    ],
  ])('%s', async (_, encoded, header, reason) => {
    const frame = even(losslessJpeg(samples, encoded));
    await expect(dicom.read(written(header, fragmented([frame]), 1))).rejects.toThrow(reason);
  });

  it('but not comments and fill bytes, which may stand before any marker', () => {
    const comment = segment(0xfe, [0xff, 0xd9, 0xff, 0xda]);
    const frame = Buffer.concat([good.subarray(0, 2), comment, Buffer.from([0xff, 0xff]), good.subarray(2)]);
    expect([...decodeJpegLossless(frame)]).toEqual(samples);
  });
});
