/**
 * When frames were taken: in which order slices at one place follow each other, and how many seconds apart.
 */
import { describe, expect, it } from 'vitest';
import { element, text } from '../../../../bench/scans/dicom-file.js';
import { describeScans } from '../../../../src/scans/describe.js';
import { dicom } from '../../../../src/scans/formats/dicom.js';
import type { RawScan } from '../../../../src/scans/formats/format.js';
import { ScanOptions } from '../../../../src/scans/options.js';
import { openScanFolder } from '../../../../src/scans/folder/scan-folder.js';
import {
  CLASS,
  decimal,
  enhanced,
  folderOf,
  group,
  placed,
  pointers,
  written,
  type Written,
} from '../../../support/scans/dicom-written.js';
import { temporaryFolder } from '../../../support/scans/nifti-file.js';

const MOMENTS = 4;
const SLICES = 3;

const time = (tag: number, value: string): Buffer => element(0x0008, tag, 'TM', text(value));
const whole = (tag: readonly [number, number], value: number): Buffer =>
  element(...tag, 'IS', text(String(value)));
const instance = (number: number): Buffer => whole([0x0020, 0x0013], number);
const repetition = decimal(0x0018, 0x0080, '2000');

/** Three slices at four moments, whose pixels say which moment it is; the files lie in an order of their own. */
async function series(of: (moment: number, slice: number) => readonly Buffer[]): Promise<RawScan> {
  const files = Array.from({ length: MOMENTS * SLICES }, (_, i): Written => {
    const [moment, slice] = [i % MOMENTS, Math.floor(i / MOMENTS)];
    return {
      pixels: Array.from({ length: 20 }, () => 10 * moment + slice),
      more: [...placed(`0\\0\\${2 * slice}`), decimal(0x0018, 0x0050, '2'), ...of(moment, slice)],
    };
  });
  const shuffled = [7, 2, 11, 0, 5, 9, 1, 4, 10, 3, 8, 6].map((i) => files[i] as Written);
  const { files: found } = await openScanFolder(folderOf(shuffled), ScanOptions.parse({}), temporaryFolder());
  expect(found).toHaveLength(1);
  return dicom.read(...(found[0]?.paths ?? ['']));
}

/** The first pixel of every slice. */
const firsts = ({ voxels }: RawScan): number[] =>
  Array.from({ length: MOMENTS * SLICES }, (_, i) => Number(voxels[20 * i]));
const IN_ORDER = [0, 1, 2, 10, 11, 12, 20, 21, 22, 30, 31, 32];

describe('classic slices at one place', () => {
  it.each<[string, (moment: number, slice: number) => Buffer[]]>([
    ['instance numbers over all', (m, s) => [instance(m * SLICES + s + 1)]],
    ['instance numbers slice by slice', (m, s) => [instance(s * MOMENTS + m + 1)]],
    ['acquisition numbers', (m, s) => [instance(s + 1), whole([0x0020, 0x0012], m + 1)]],
    ['temporal positions', (m) => [whole([0x0020, 0x0100], m + 1)]],
    ['times of acquisition', (m) => [time(0x0032, `1200${10 + m}.5`)]],
    ['trigger times', (m) => [decimal(0x0018, 0x1060, String(50 * m))]],
  ])('follow each other by %s', async (_, more) => {
    expect(firsts(await series(more))).toEqual(IN_ORDER);
  });

  it.each<[string, number | null, (moment: number) => Buffer[]]>([
    [
      'times of acquisition, though each excitation is repeated sooner',
      5,
      (m) => [time(0x0032, `1200${String(5 * m).padStart(2, '0')}`), decimal(0x0018, 0x0080, '4.5')],
    ],
    [
      'times of acquisition over midnight',
      2,
      (m) => [
        element(0x0008, 0x0022, 'DA', text(m < 2 ? '20231231' : '20240101')),
        time(0x0032, ['235956', '235958', '000000', '000002'][m] ?? ''),
      ],
    ],
    ['dates and times of acquisition', 60, (m) => [element(0x0008, 0x002a, 'DT', text(`20240101120${m}00`))]],
    [
      'repetition, which times of acquisition cut to seconds confirm',
      2.5,
      (m) => [
        time(0x0032, `1200${String(Math.floor(2.5 * m)).padStart(2, '0')}`),
        decimal(0x0018, 0x0080, '2500'),
      ],
    ],
    ['repetition', 2, () => [repetition]],
    [
      'trigger times, though each excitation is repeated sooner',
      0.05,
      (m) => [decimal(0x0018, 0x1060, String(50 * m)), decimal(0x0018, 0x0080, '3.2')],
    ],
    [
      'nothing, where a whole volume is excited at once',
      null,
      () => [repetition, element(0x0018, 0x0023, 'CS', text('3D'))],
    ],
    ['nothing, where no slice could be made that fast', null, () => [decimal(0x0018, 0x0080, '4.5')]],
  ])('are as far apart as is said by %s', async (_, seconds, more) => {
    const scan = await series((m, s) => [instance(m * SLICES + s + 1), ...more(m)]);
    expect(firsts(scan)).toEqual(IN_ORDER);
    if (seconds === null) expect(scan.frameTime).toBeNull();
    else expect(scan.frameTime).toBeCloseTo(seconds, 6);
    expect(scan.frameTimes).toBeNull();
  });
});

describe('frames of one file', () => {
  // The second moment comes first.
  const places = [1, 0, 2].flatMap((moment) => [0, 2, 4].map((at) => ({ moment, at })));
  const pixels = places.flatMap(({ moment, at }) => Array.from({ length: 20 }, () => 10 * moment + at / 2));
  const right = [0, 1, 2, 10, 11, 12, 20, 21, 22];
  const read = async (fields: Written): Promise<RawScan> => dicom.read(written(fields));
  const order = ({ voxels }: RawScan): number[] => right.map((_, i) => Number(voxels[20 * i]));

  it.each([
    ['temporal position', [0x0020, 0x9128]],
    ['trigger delay', [0x0020, 0x9153]],
  ] as const)('follow each other by a dimension that counts them: %s', async (_, tag) => {
    const frames = places.map(({ moment, at }) => ({ at, dimensions: [at / 2 + 1, moment + 1] }));
    const dimensions = [[0x0020, 0x9057] as const, tag].map((pointer) => pointers(0x0020, 0x9165, pointer));
    const sequence = element(0x0020, 0x9222, 'SQ', Buffer.concat(dimensions.map(itemOf)));
    expect(order(await read(enhanced(frames, { pixels, more: [sequence] })))).toEqual(right);
  });

  it.each([0x9074, 0x9151])('follow each other by date and time (0018,%i)', async (number) => {
    const frames = places.map(({ at }) => ({ at }));
    const fields = enhanced(frames, { pixels });
    const items = places.map(({ moment, at }) =>
      itemOf(
        Buffer.concat([
          group([0x0020, 0x9111], element(0x0018, number, 'DT', text(`2024010112000${moment * 3}.0`))),
          group([0x0020, 0x9113], decimal(0x0020, 0x0032, `0\\0\\${at}`)),
          group([0x0020, 0x9116], decimal(0x0020, 0x0037, '1\\0\\0\\0\\1\\0')),
        ]),
      ),
    );
    const perFrame = element(0x5200, 0x9230, 'SQ', Buffer.concat(items));
    const scan = await read({ ...fields, more: [...(fields.more ?? []), perFrame] });
    expect(order(scan)).toEqual(right);
    expect(scan.frameTime).toBeCloseTo(3, 6);
  });
});

it('a clip is as fast as its frames took where it says nothing else', async () => {
  const more = [element(0x0018, 0x1242, 'IS', text('40'))];
  const scan = await dicom.read(written({ sopClass: CLASS.ultrasound, modality: 'US', frames: 3, more }));
  expect(scan.frameTime).toBeCloseTo(0.04, 9);
});

it('flip angles at one place are scans, not moments', async () => {
  const angle = (degrees: string): Buffer => group([0x0018, 0x9112], decimal(0x0018, 0x1314, degrees));
  const frames = ['5', '30'].flatMap((degrees) => [0, 2, 4].map((at) => ({ at, groups: [angle(degrees)] })));
  const { series: found } = await describeScans(
    folderOf([enhanced(frames, { rows: 16, columns: 16 })]),
    ScanOptions.parse({ spacing: 0.5 }),
    { cacheDirectory: temporaryFolder() },
  );
  expect(found.map(({ part, frames: count, size }) => [part, count, size[2]])).toEqual([
    ['flip angle 5', 1, 3],
    ['flip angle 30', 1, 3],
  ]);
});

it('a dose is in the units that its scaling gives', async () => {
  const more = [...placed('0\\0\\0'), decimal(0x3004, 0x000c, '0\\2\\4'), decimal(0x3004, 0x000e, '0.5')];
  const sopClass = '1.2.840.10008.5.1.4.1.1.481.2';
  const scan = await dicom.read(written({ sopClass, modality: 'RTDOSE', frames: 3, more }));
  expect([scan.voxels[0], scan.voxels[20], scan.voxels[40]]).toEqual([0, 0.5, 1]);
});

it.each([CLASS.ct, CLASS.mr])(
  'slices of %s that say nothing of their place are one scan, which is not used',
  async (sopClass) => {
    const slices = [1, 2, 3].map((number): Written => ({
      sopClass,
      modality: 'CT',
      more: [instance(number)],
    }));
    const { series: found } = await describeScans(folderOf(slices), ScanOptions.parse({}), {
      cacheDirectory: temporaryFolder(),
    });
    expect(found.map(({ files, problem }) => [files, problem])).toEqual([
      [3, '3 of 3 slices do not say where they lie'],
    ]);
  },
);

/** An item around elements. */
function itemOf(elements: Buffer): Buffer {
  const head = Buffer.from([0xfe, 0xff, 0x00, 0xe0, 0, 0, 0, 0]);
  head.writeUInt32LE(elements.length, 4);
  return Buffer.concat([head, elements]);
}
