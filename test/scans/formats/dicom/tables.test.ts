/**
 * Tables inside DICOM files, palettes and modality lookup tables: in both byte orders, with entries of 8 and 16 bits,
 * first stored values of either sign, and every way to be incomplete.
 */
import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { dicom } from '../../../../src/scans/formats/dicom.js';
import { isInstalled } from '../../../support/commands.js';
import { BIG, EXPLICIT, dicomPicture, field, numbers, words } from '../../../support/scans/dicom-picture.js';

async function voxelsOf(path: string): Promise<number[]> {
  return [...(await dicom.read(path)).voxels].map(Number);
}

interface Table {
  readonly big: boolean;
  /** Stored values have a sign. */
  readonly signed: boolean;
  /** Of an entry: 8, two to a word; 8 in a word each; or 16. */
  readonly entry: '8' | '8 in words' | '16';
  readonly count: number;
  readonly first: number;
  readonly allocated: 8 | 16;
}

const matrix: Table[] = [false, true].flatMap((big) =>
  [false, true].flatMap((signed) =>
    (['8', '8 in words', '16'] as const).flatMap((entry) =>
      [1, 2, 5, 255, 256, 65536].flatMap((count) =>
        (signed ? [-7, -100, 3] : [0, 7, 200]).flatMap((first) =>
          ([8, 16] as const).map((allocated) => ({ big, signed, entry, count, first, allocated })),
        ),
      ),
    ),
  ),
);

/** Every stored value of a picture: all of 8 bits, or some of 16. */
const storedOf = ({ signed, allocated }: Table): number[] =>
  Array.from({ length: 256 }, (_, i) => (signed ? i - 128 : i) * (allocated === 16 ? 117 : 1));

/** Entry `index` of a colour: no two colours and no two bytes of an entry are alike. */
const entryOf = ({ entry }: Table, colour: number, index: number): number =>
  ((entry === '16' ? 40503 : 37) * (index + 1 + 5 * colour)) & (entry === '16' ? 0xffff : 0xff);

const entriesOf = (table: Table, colour: number): number[] =>
  Array.from({ length: table.count }, (_, index) => entryOf(table, colour, index));

/** The value that a stored one stands for; beyond the table, its ends. */
const meant = (table: Table, colour: number, stored: number): number =>
  entryOf(table, colour, Math.min(Math.max(stored - table.first, 0), table.count - 1));

const descriptorOf = (tag: number, { big, signed, entry, count, first }: Table): Buffer =>
  field(
    0x0028,
    tag,
    signed ? 'SS' : 'US',
    numbers([count % 65536, first, entry === '16' ? 16 : 8], 2, big),
    big,
  );

const dataOf = (tag: number, table: Table, entries: readonly number[]): Buffer => {
  const value = table.entry === '8' ? words(numbers(entries, 1), table.big) : numbers(entries, 2, table.big);
  return field(0x0028, tag, 'OW', value, table.big);
};

function fileOf(table: Table, photometric: string, between: readonly Buffer[]): string {
  const { big, signed, allocated } = table;
  const width = allocated === 8 ? 1 : 2;
  const bytes = numbers(storedOf(table), width, big);
  const pixels = field(0x7fe0, 0x0010, 'OW', width === 1 ? words(bytes, big) : bytes, big);
  const syntax = big ? BIG : EXPLICIT;
  return dicomPicture({ rows: 16, columns: 16, photometric, allocated, signed, syntax, between, pixels });
}

const paletteFile = (table: Table): string =>
  fileOf(table, 'PALETTE COLOR', [
    ...[0, 1, 2].map((colour) => descriptorOf(0x1101 + colour, table)),
    ...[0, 1, 2].map((colour) => dataOf(0x1201 + colour, table, entriesOf(table, colour))),
  ]);

const luma = (red: number, green: number, blue: number): number =>
  Math.fround((299 * red + 587 * green + 114 * blue) / 1000);

const lumasOf = (table: Table): number[] =>
  storedOf(table).map((stored) =>
    luma(meant(table, 0, stored), meant(table, 1, stored), meant(table, 2, stored)),
  );

describe('palettes', () => {
  it(`are read exactly: ${matrix.length} combinations of byte order, sign, entries, count and first value`, async () => {
    let compared = 0;
    for (const table of matrix) {
      expect(await voxelsOf(paletteFile(table)), JSON.stringify(table)).toEqual(lumasOf(table));
      compared++;
    }
    expect(compared).toBe(2 * 2 * 3 * 6 * 3 * 2);
  });

  const segmented = matrix.filter(({ count }) => count === 5);
  it(`in segments are refused, in whichever of ${segmented.length} forms`, async () => {
    expect(segmented.length).toBe(2 * 2 * 3 * 3 * 2);
    for (const table of segmented) {
      // One discrete segment with all entries.
      const path = fileOf(table, 'PALETTE COLOR', [
        ...[0, 1, 2].map((colour) => descriptorOf(0x1101 + colour, table)),
        ...[0, 1, 2].map((colour) => dataOf(0x1221 + colour, table, [0, 5, ...entriesOf(table, colour)])),
      ]);
      await expect(voxelsOf(path)).rejects.toThrow(/its palette is segmented, which is not read; convert it/);
    }
  });

  it('may have another first value for each colour', async () => {
    const tables = [0, 1, 2].map((first): Table => ({ ...(matrix[0] as Table), count: 5, first }));
    const path = fileOf(tables[0] as Table, 'PALETTE COLOR', [
      ...tables.map((table, colour) => descriptorOf(0x1101 + colour, table)),
      ...tables.map((table, colour) => dataOf(0x1201 + colour, table, entriesOf(table, colour))),
    ]);
    const [red, green, blue] = tables as [Table, Table, Table];
    expect(await voxelsOf(path)).toEqual(
      storedOf(red).map((stored) =>
        luma(meant(red, 0, stored), meant(green, 1, stored), meant(blue, 2, stored)),
      ),
    );
  });

  const table: Table = { big: false, signed: false, entry: '16', count: 4, first: 0, allocated: 8 };
  const descriptors = [0, 1, 2].map((colour) => descriptorOf(0x1101 + colour, table));
  const entries = [1, 2, 3, 4];
  const data = [0, 1, 2].map((colour) => dataOf(0x1201 + colour, table, entries));
  it.each<[string, Buffer[], RegExp]>([
    ['without tables', descriptors, /palette is missing or incomplete; convert it/],
    ['without descriptors', data, /palette is missing or incomplete/],
    ['with two colours', [...descriptors, ...data.slice(0, 2)], /missing or incomplete/],
    [
      'with too few entries',
      [...descriptors, ...data.slice(0, 2), dataOf(0x1203, table, [1, 2, 3])],
      /incomplete/,
    ],
  ])('%s are refused', async (_, between, reason) => {
    await expect(voxelsOf(fileOf(table, 'PALETTE COLOR', between))).rejects.toThrow(reason);
  });
});

describe('modality lookup tables', () => {
  const sequence = (big: boolean, items: readonly (readonly Buffer[])[]): Buffer => {
    const parts = items.map((elements) => {
      const content = Buffer.concat(elements);
      return Buffer.concat([numbers([0xfffe, 0xe000], 2, big), numbers([content.length], 4, big), content]);
    });
    return field(0x0028, 0x3000, 'SQ', Buffer.concat(parts), big);
  };
  const tableFile = (table: Table): string => {
    const item = [descriptorOf(0x3002, table), dataOf(0x3006, table, entriesOf(table, 0))];
    return fileOf(table, 'MONOCHROME2', [sequence(table.big, [item])]);
  };

  it(`are read exactly: ${matrix.length} combinations of byte order, sign, entries, count and first value`, async () => {
    let compared = 0;
    for (const table of matrix) {
      const right = storedOf(table).map((stored) => meant(table, 0, stored));
      expect(await voxelsOf(tableFile(table)), JSON.stringify(table)).toEqual(right);
      compared++;
    }
    expect(compared).toBe(matrix.length);
  });

  const table: Table = { big: false, signed: false, entry: '16', count: 4, first: 0, allocated: 8 };
  it.each([
    ['an item with nothing in it', [[]]],
    ['an item that names only its kind', [[field(0x0028, 0x3004, 'LO', Buffer.from('US'))]]],
    ['no item', []],
  ])('change nothing where there is %s', async (_, items) => {
    const path = fileOf(table, 'MONOCHROME2', [sequence(false, items)]);
    expect(await voxelsOf(path)).toEqual(storedOf(table));
  });

  it.each([
    ['no entries', [descriptorOf(0x3002, table)]],
    ['no descriptor', [dataOf(0x3006, table, [1, 2, 3, 4])]],
    ['too few entries', [descriptorOf(0x3002, table), dataOf(0x3006, table, [1, 2, 3])]],
  ])('with %s are refused', async (_, item) => {
    const path = fileOf(table, 'MONOCHROME2', [sequence(false, [item])]);
    await expect(voxelsOf(path)).rejects.toThrow(/modality lookup table is missing or incomplete/);
  });
});

const dcmtk = isInstalled('dcmconv');
describe.skipIf(!dcmtk)(`tables and dcmtk ${dcmtk ? '' : '(needs dcmconv)'}`, () => {
  // Entries of 16 bits, and of 8 bits in an even number, which dcmtk takes for words.
  const some = matrix.filter(({ big, count }) => !big && (count === 5 || count === 256));
  it(`${some.length} palettes that it wrote in big-endian order are read exactly`, async () => {
    expect(some.length).toBe(72);
    for (const table of some) {
      const path = paletteFile(table);
      execFileSync('dcmconv', ['+tb', path, `${path}.big`], { stdio: 'pipe' });
      expect(await voxelsOf(`${path}.big`), JSON.stringify(table)).toEqual(lumasOf(table));
    }
  });
});
