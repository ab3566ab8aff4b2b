/** Several readers: what becomes of scans on which they differ, and what is printed of it. */
import { existsSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { home, picture, type Home } from './labelling.js';
import { made, segBytes, writeScan, type MadeScan } from './made-scans.js';
import { mdaiProject } from './mdai-project.js';

let here: Home;
beforeEach(() => {
  here = home();
});
afterEach(() => here.remove());

const scansOf = (count: number): MadeScan[] =>
  Array.from({ length: count }, (_, i) =>
    made({ study: `1.2.${i + 3}`, series: `1.2.${i + 3}.1`, patient: `P${i}`, slices: 1 }),
  );

/** Labels by scan and reader; an empty one is none. */
function said(table: readonly (readonly string[])[]): { scans: MadeScan[]; project: object } {
  const scans = scansOf(table.length);
  const names = [...new Set(table.flat())].filter((name) => name !== '');
  const annotations = scans.flatMap((scan, row) =>
    (table[row] ?? []).flatMap((label, reader) =>
      label === '' ? [] : [{ label, scan, scope: 'study' as const, reader: `U_${reader}` }],
    ),
  );
  return {
    scans,
    project: mdaiProject(
      names.map((name) => ({ name })),
      [annotations],
    ),
  };
}

describe('classes', () => {
  const TABLE = [
    ['yes', 'yes', 'no'],
    ['no', 'no', 'no'],
    ['yes', 'no', ''],
    ['yes', '', ''],
  ];
  const write = (): string => {
    const { scans, project } = said(TABLE);
    for (const scan of scans) writeScan(here.at('scans'), scan);
    return here.write('a.json', project);
  };

  it('are what more than half say; ties are left out and counted', async () => {
    const { rows, outcome } = await here.run([write()], { readers: 'majority' });
    expect(rows.map(({ label, reader }) => [label, reader])).toEqual([
      ['yes', 'reader-1+reader-2'],
      ['no', 'reader-1+reader-2+reader-3'],
      ['yes', 'reader-1'],
    ]);
    expect(outcome.remarks).toEqual([{ text: 'scans without a majority, left out', count: 1 }]);
  });

  it('are a row for each reader where asked', async () => {
    const { rows } = await here.run([write()], { readers: 'each' });
    expect(rows).toHaveLength(9);
    expect(rows.slice(0, 3).map(({ label, reader }) => `${reader} ${label}`)).toEqual([
      'reader-1 yes',
      'reader-2 yes',
      'reader-3 no',
    ]);
  });

  it('are refused where readers differ, by default, with who says what', async () => {
    const file = write();
    await expect(here.run([file])).rejects.toThrow(
      /scans\/1\.2\.3\.1\/0-0\.dcm: readers differ: reader-1 says yes, reader-2 says yes, reader-3 says no; choose --readers/,
    );
    expect(existsSync(here.at('labels-0.csv'))).toBe(false);
  });

  it('come with the agreement of each pair and of all', async () => {
    const { outcome } = await here.run([write()], { readers: 'each' });
    const { cohen, fleiss, dice } = outcome.agreement;
    expect(cohen.map(({ readers, scans }) => [readers.join(' '), scans])).toEqual([
      ['reader-1 reader-2', 3],
      ['reader-1 reader-3', 2],
      ['reader-2 reader-3', 2],
    ]);
    // Yes yes, no no, yes no: observed 2/3, expected 2/3 · 1/3 + 1/3 · 2/3.
    expect(cohen[0]?.kappa).toBeCloseTo((2 / 3 - 4 / 9) / (5 / 9), 12);
    // Observed (1/3 + 1 + 0) / 3; of 8 answers 3 are yes.
    expect(fleiss).toMatchObject({ readers: 3, scans: 3 });
    expect(fleiss?.kappa).toBeCloseTo((4 / 9 - (9 + 25) / 64) / (1 - (9 + 25) / 64), 12);
    expect(dice).toEqual([]);
  });
});

describe('masks', () => {
  const scan = made({ slices: 2 });
  const box = (x: number): object => ({ x, y: 2, width: 4, height: 3 });
  const drawn = (boxes: readonly number[], slice = 0): object =>
    mdaiProject(
      [{ name: 'lesion', mode: 'bbox' }],
      [boxes.map((x, at) => ({ label: 'lesion', scan, slice, reader: `U_${at}`, data: box(x) }))],
    );

  it('are what more than half mark in each voxel', async () => {
    writeScan(here.at('scans'), scan);
    const { mask, rows } = await here.run([here.write('a.json', drawn([1, 2, 4]))], { readers: 'majority' });
    expect(rows[0]?.['reader']).toBe('reader-1+reader-2+reader-3');
    expect(picture(await mask(), 0)[2]).toBe('..1111......');
  });

  it('are unknown where half say so and half say otherwise, and these voxels are counted', async () => {
    writeScan(here.at('scans'), scan);
    const { mask, outcome } = await here.run([here.write('a.json', drawn([1, 2]))], { readers: 'majority' });
    expect(picture(await mask(), 0)[2]).toBe('.?111?......');
    expect(outcome.remarks).toEqual([{ text: 'voxels without a majority, unknown', count: 6 }]);
    // 12 pixels each, 9 of them common.
    expect(outcome.agreement.dice).toEqual([
      { readers: ['reader-1', 'reader-2'], label: 'lesion', scans: 1, mean: 0.75 },
    ]);
  });

  it('ask only those who drew on a slice', async () => {
    writeScan(here.at('scans'), scan);
    const files = [
      here.write('a.json', drawn([1])),
      here.write(
        'b.json',
        mdaiProject(
          [{ name: 'lesion', mode: 'bbox' }],
          [[{ label: 'lesion', scan, slice: 1, reader: 'U_9', data: box(5) }]],
        ),
      ),
    ];
    const { mask, outcome } = await here.run(files, { readers: 'majority' });
    expect([picture(await mask(), 0)[2], picture(await mask(), 1)[2]]).toEqual([
      '.1111.......',
      '.....1111...',
    ]);
    expect(outcome.agreement.dice).toEqual([]);
  });

  it('are refused where readers differ, and taken where they do not', async () => {
    writeScan(here.at('scans'), scan);
    await expect(here.run([here.write('a.json', drawn([1, 2]))])).rejects.toThrow(
      /the masks of reader-1 and reader-2 are not the same/,
    );
    expect(existsSync(here.at('labels-0-masks'))).toBe(false);
    const { rows } = await here.run([here.write('b.json', drawn([3, 3]))]);
    expect(rows[0]?.['reader']).toBe('reader-1+reader-2');
  });

  it('of two files that do not say whose they are, are refused if they mark the same, and two readers where told', async () => {
    writeScan(here.at('scans'), scan);
    const seg = (from: number): Buffer =>
      segBytes(scan, {
        segments: [{ label: 'lesion', slices: [0], value: (x) => (x >= from && x < from + 4 ? 1 : 0) }],
      });
    const files = [here.write('a.dcm', seg(1)), here.write('b.dcm', seg(2))];
    await expect(here.run(files)).rejects.toThrow(
      /b\.dcm: draws lesion on scans\/1\.2\.3\.1, as .*a\.dcm does.*--reader-per-file/,
    );
    const { rows, outcome } = await here.run(files, { readerPerFile: true, readers: 'each' });
    expect(rows.map(({ reader }) => reader)).toEqual(['reader-1', 'reader-2']);
    expect(outcome.agreement.dice[0]?.mean).toBeCloseTo(0.75, 12);
  });

  it('say how many voxels have two labels', async () => {
    writeScan(here.at('scans'), scan);
    const two = mdaiProject(
      [
        { name: 'a', mode: 'bbox' },
        { name: 'b', mode: 'bbox' },
      ],
      [
        [
          { label: 'b', scan, slice: 0, data: box(1) },
          { label: 'a', scan, slice: 0, data: box(3) },
        ],
      ],
    );
    const { mask, outcome } = await here.run([here.write('a.json', two)]);
    expect(picture(await mask(), 0)[2]).toBe('.222211.....');
    expect(outcome.remarks).toEqual([
      { text: 'voxels with two labels, the later of the list kept', count: 6 },
    ]);
  });
});
