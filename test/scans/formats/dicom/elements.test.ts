/**
 * How DICOM files lie about or leave open where their elements begin and end, and what is read all the same.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dicomFile, element, sequence, short, text } from '../../../../bench/scans/dicom-file.js';
import { dicom } from '../../../../src/scans/formats/dicom.js';
import {
  BIG,
  EXPLICIT,
  dicomPictureBytes,
  field,
  numbers,
  words,
} from '../../../support/scans/dicom-picture.js';
import { temporaryFolder } from '../../../support/scans/nifti-file.js';

const IMPLICIT = '1.2.840.10008.1.2';
const DEFLATED = '1.2.840.10008.1.2.1.99';
const VALUES = [1, 2, 3, 4, 5, 6];

const pixels = (big = false): Buffer => field(0x7fe0, 0x0010, 'OW', words(Buffer.from(VALUES), big), big);
const bytesOf = (syntax: string, more: Partial<Parameters<typeof dicomPictureBytes>[0]> = {}): Buffer =>
  dicomPictureBytes({ rows: 2, columns: 3, syntax, pixels: pixels(syntax === BIG), ...more });

async function voxelsOf(bytes: Buffer): Promise<number[]> {
  const path = join(temporaryFolder(), 'file.dcm');
  writeFileSync(path, bytes);
  return [...(await dicom.read(path)).voxels].map(Number);
}

describe('value representations', () => {
  const eight = Buffer.from([1, 2, 3, 4, 5, 6, 7, 8]);
  const item = (bytes: Buffer, big: boolean, known: boolean): Buffer =>
    Buffer.concat([
      numbers([0xfffe, 0xe000], 2, big),
      numbers([known ? bytes.length : 2 ** 32 - 1], 4, big),
      bytes,
      ...(known ? [] : [numbers([0xfffe, 0xe00d, 0, 0], 2, big)]),
    ]);

  // The last two are none yet.
  const representations = [
    'OV',
    'SV',
    'UV',
    'OB',
    'OD',
    'OF',
    'OL',
    'OW',
    'UC',
    'UN',
    'UR',
    'UT',
    'QX',
    'ZZ',
  ];
  it.each([EXPLICIT, BIG].flatMap((syntax) => representations.map((vr) => [vr, syntax] as const)))(
    '%s has four bytes of length in %s',
    async (vr, syntax) => {
      const big = syntax === BIG;
      const own = field(0x0029, 0x1010, vr, eight, big);
      const nested = [true, false].map((known, i) =>
        field(0x0040, 0x0100 + i, 'SQ', item(own, big, known), big),
      );
      expect(await voxelsOf(bytesOf(syntax, { between: [own, ...nested] }))).toEqual(VALUES);
    },
  );

  it.each('AE AS AT CS DA DS DT FL FD IS LO LT PN SH SL SS ST TM UI UL US'.split(' '))(
    '%s has two bytes of length',
    async (vr) => {
      const between = [field(0x0029, 0x1010, vr, eight)];
      expect(await voxelsOf(bytesOf(EXPLICIT, { between }))).toEqual(VALUES);
    },
  );
});

/** Without value representations, whatever the meta information says. */
function implicitOf(bytes: Buffer): Buffer {
  const start = metaEnd(bytes);
  const parts = [bytes.subarray(0, start)];
  for (let at = start; at < bytes.length;) {
    const wide = /O[BWV]|SQ|UN/.test(bytes.toString('latin1', at + 4, at + 6));
    const length = wide ? bytes.readUInt32LE(at + 8) : bytes.readUInt16LE(at + 6);
    const value = at + (wide ? 12 : 8);
    parts.push(bytes.subarray(at, at + 4), numbers([length], 4), bytes.subarray(value, value + length));
    at = value + length;
  }
  return Buffer.concat(parts);
}

const metaEnd = (bytes: Buffer): number => 132 + 12 + bytes.readUInt32LE(132 + 8);

describe('the encoding', () => {
  it.each([
    ['implicit, as the meta information says', IMPLICIT],
    ['implicit, where the meta information says explicit', EXPLICIT],
  ])('is %s', async (_, syntax) => {
    expect(await voxelsOf(implicitOf(bytesOf(syntax)))).toEqual(VALUES);
  });

  it('is explicit, where the meta information says implicit', async () => {
    expect(await voxelsOf(bytesOf(IMPLICIT))).toEqual(VALUES);
  });

  it.each([EXPLICIT, BIG])(
    'is found by the first element where no transfer syntax is stated: %s',
    async (syntax) => {
      const bytes = bytesOf(syntax);
      const meta = field(0x0002, 0x0012, 'UI', Buffer.from('1.23'));
      const head = Buffer.concat([
        bytes.subarray(0, 132),
        field(0x0002, 0, 'UL', numbers([meta.length], 4)),
        meta,
      ]);
      expect(await voxelsOf(Buffer.concat([head, bytes.subarray(metaEnd(bytes))]))).toEqual(VALUES);
    },
  );

  it('is not guessed where the first element says nothing', async () => {
    const meta = field(0x0002, 0x0012, 'UI', Buffer.from('1.23'));
    const bytes = Buffer.concat([Buffer.alloc(128), Buffer.from('DICM'), meta, Buffer.alloc(20, 7)]);
    await expect(voxelsOf(bytes)).rejects.toThrow(/names no transfer syntax/);
  });
});

describe('file meta elements in the data set', () => {
  const other = field(0x0002, 0x0010, 'UI', Buffer.from('1.2.840.10008.1.2.4.70'));
  const later = field(0x0002, 0x0016, 'AE', Buffer.from('SOMEBODY'));
  const group = field(0x0002, 0x0000, 'UL', numbers([other.length], 4));
  const splice = (bytes: Buffer, ...more: Buffer[]): Buffer =>
    Buffer.concat([bytes.subarray(0, metaEnd(bytes)), ...more, bytes.subarray(metaEnd(bytes))]);

  it.each([
    ['the transfer syntax', [other]],
    ['another element and the transfer syntax', [later, other]],
    ['a whole group', [group, other, later]],
  ])('repeat %s, which says nothing', async (_, more) => {
    expect(await voxelsOf(splice(bytesOf(EXPLICIT), ...more))).toEqual(VALUES);
  });

  it('are in the encoding of the data set', async () => {
    const bytes = bytesOf(IMPLICIT, { before: [other] });
    expect(await voxelsOf(implicitOf(bytes))).toEqual(VALUES);
  });

  it.each([
    ['is missing', (bytes: Buffer) => Buffer.concat([bytes.subarray(0, 132), bytes.subarray(144)])],
    ['is too short', (bytes: Buffer) => withLength(bytes, 4)],
    ['is too long', (bytes: Buffer) => withLength(bytes, 4000)],
  ])('are told apart where the length of the group %s', async (_, changed) => {
    expect(await voxelsOf(changed(bytesOf(BIG)))).toEqual(VALUES);
  });

  function withLength(bytes: Buffer, length: number): Buffer {
    const copy = Buffer.from(bytes);
    copy.writeUInt32LE(length, 140);
    return copy;
  }
});

describe('after the last element', () => {
  it.each(
    [1, 2, 3, 7, 8, 9, 1000, 1_000_000].flatMap((count) =>
      [EXPLICIT, BIG].map((syntax) => [count, syntax] as const),
    ),
  )('there may be %i zeros, in %s', async (count, syntax) => {
    expect(await voxelsOf(Buffer.concat([bytesOf(syntax), Buffer.alloc(count)]))).toEqual(VALUES);
  });

  it('there may be zeros in deflated and implicit files, and after padding', async () => {
    const after = [Buffer.alloc(100_000)];
    expect(await voxelsOf(bytesOf(DEFLATED, { after }))).toEqual(VALUES);
    expect(await voxelsOf(Buffer.concat([implicitOf(bytesOf(IMPLICIT)), ...after]))).toEqual(VALUES);
    const padding = field(0xfffc, 0xfffc, 'OB', Buffer.alloc(4));
    expect(await voxelsOf(bytesOf(EXPLICIT, { after: [padding, Buffer.alloc(9, 3)] }))).toEqual(VALUES);
  });

  it('nothing else may be', async () => {
    const after = Buffer.concat([Buffer.alloc(1000), Buffer.from([1])]);
    await expect(voxelsOf(Buffer.concat([bytesOf(EXPLICIT), after]))).rejects.toThrow(/damaged DICOM file/);
  });

  it('nothing may be missing, in any encoding', async () => {
    for (const bytes of [bytesOf(EXPLICIT), bytesOf(BIG), implicitOf(bytesOf(IMPLICIT))])
      await expect(voxelsOf(bytes.subarray(0, -1))).rejects.toThrow(/truncated: an element reaches beyond/);
  });

  it('more elements than any header has are refused', async () => {
    const one = field(0x0029, 0x1010, 'LO', Buffer.from('ab'));
    const before = [Buffer.concat(Array.from({ length: 100_001 }, () => one))];
    await expect(voxelsOf(bytesOf(EXPLICIT, { before }))).rejects.toThrow(/more than 100000 elements/);
  });
});

describe('sequences that nothing names', () => {
  const implicit = (group: number, element: number, value: Buffer): Buffer =>
    Buffer.concat([numbers([group, element], 2), numbers([value.length], 4), value]);
  const item = (...elements: Buffer[]): Buffer => implicit(0xfffe, 0xe000, Buffer.concat(elements));
  const open = (...elements: Buffer[]): Buffer =>
    Buffer.concat([
      numbers([0xfffe, 0xe000], 2),
      numbers([2 ** 32 - 1], 4),
      ...elements,
      numbers([0xfffe, 0xe00d, 0, 0], 2),
    ]);
  /** A modality lookup table that adds 100. */
  const table = [
    implicit(0x0028, 0x3002, numbers([6, 1, 16], 2)),
    implicit(0x0028, 0x3006, numbers([101, 102, 103, 104, 105, 106], 2)),
  ];
  const looked = VALUES.map((value) => value + 100);

  it.each([EXPLICIT, BIG, DEFLATED])(
    'are read where their representation is unknown and their length is known: %s',
    async (syntax) => {
      for (const value of [item(...table), open(...table)]) {
        const between = [field(0x0028, 0x3000, 'UN', value, syntax === BIG)];
        expect(await voxelsOf(bytesOf(syntax, { between }))).toEqual(looked);
      }
    },
  );

  it('are none where they are broken', async () => {
    for (const value of [item(...table).subarray(0, -4), item(), Buffer.from('no item at all')]) {
      const between = [field(0x0028, 0x3000, 'UN', value)];
      expect(await voxelsOf(bytesOf(EXPLICIT, { between }))).toEqual(VALUES);
    }
  });

  it('are read where they are private and implicit, with or without a length', async () => {
    const places = [30, 26].map((z) => implicit(0x0020, 0x0032, Buffer.from(`0\\0\\${z}`)));
    const known = implicit(0x0065, 0x1051, Buffer.concat(places.map((place) => item(place))));
    const unknown = Buffer.concat([
      numbers([0x0065, 0x1051], 2),
      numbers([2 ** 32 - 1], 4),
      ...places.map((place) => open(place)),
      numbers([0xfffe, 0xe0dd, 0, 0], 2),
    ]);
    for (const sequence of [known, unknown]) {
      const grid = bytesOf(IMPLICIT, {
        rows: 1,
        columns: 6,
        before: [field(0x0008, 0x0008, 'CS', Buffer.from('ORIGINAL\\PRIMARY\\M\\VFRAME '))],
        between: [
          field(0x0018, 0x0050, 'DS', Buffer.from('4 ')),
          field(0x0020, 0x0032, 'DS', Buffer.from('0\\0\\30')),
          field(0x0020, 0x0037, 'DS', Buffer.from('1\\0\\0\\0\\1\\0 ')),
          field(0x0028, 0x0030, 'DS', Buffer.from('1\\1 ')),
          field(0x0065, 0x1050, 'DS', Buffer.from('2 ')),
        ],
      });
      const bytes = implicitOf(grid);
      const at = bytes.indexOf(Buffer.from([0xe0, 0x7f, 0x10, 0x00]));
      const path = join(temporaryFolder(), 'file.dcm');
      writeFileSync(path, Buffer.concat([bytes.subarray(0, at), sequence, bytes.subarray(at)]));
      const scan = await dicom.read(path);
      // Against the normal of the picture, which only the sequence says.
      expect([...scan.voxels].map(Number)).toEqual([4, 5, 6, 1, 2, 3]);
      expect(scan.affine[2][3]).toBe(26);
    }
  });

  it.each([
    ['an item', [0xfe, 0xff, 0x00, 0xe0, 5, 0]],
    ['the end of a sequence', [0xfe, 0xff, 0xdd, 0xe0, 5, 0]],
  ])('pixels are none in implicit files, though they begin as %s does', async (_, bytes) => {
    const data = field(0x7fe0, 0x0010, 'OW', Buffer.from(bytes));
    expect(await voxelsOf(implicitOf(bytesOf(IMPLICIT, { pixels: data })))).toEqual(bytes);
  });
});

it('an element of an item that is longer than the file is refused in one line, whoever asks for it', async () => {
  const path = join(temporaryFolder(), 'long.dcm');
  const region = element(0x0018, 0x6012, 'US', short(1));
  // The item's element claims more bytes than there are; the item and the sequence do not.
  region.writeUInt16LE(60_000, 6);
  writeFileSync(
    path,
    dicomFile('1.2.840.10008.1.2.1', [
      element(0x0008, 0x0060, 'CS', text('US')),
      sequence(0x0018, 0x6011, [[region]]),
      element(0x0028, 0x0010, 'US', short(2)),
      element(0x0028, 0x0011, 'US', short(2)),
    ]),
  );
  const damaged = /long\.dcm: damaged DICOM file \(.*\); copy it again from its source$/;
  await expect(dicom.read(path)).rejects.toThrow(damaged);
  await expect(dicom.facts?.(path, (identifier) => identifier)).rejects.toThrow(damaged);
});
