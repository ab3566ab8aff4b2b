/**
 * What lies beside scans and is none to train on: listed as what it is, and used where it is asked for.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { element, sequence, text } from '../../../bench/scans/dicom-file.js';
import { describeScans, type ScanDescription } from '../../../src/scans/describe.js';
import { ASIDES, ASKABLE } from '../../../src/scans/formats/asides.js';
import { ScanOptions } from '../../../src/scans/options.js';
import {
  bytesOf,
  CLASS,
  code,
  folderOf,
  placed,
  shorts,
  written,
  type Written,
} from '../../support/scans/dicom-written.js';
import { temporaryFolder } from '../../support/scans/nifti-file.js';

const look = (folder: string, given: object = {}): Promise<ScanDescription> =>
  describeScans(folder, ScanOptions.parse({ spacing: 0.5, ...given }), { cacheDirectory: temporaryFolder() });
const whats = ({ left_out }: ScanDescription): string[] => left_out.map(({ what }) => what);

const varied = Array.from({ length: 400 }, (_, i) => (i * 37) % 101);
const picture = { rows: 20, columns: 20, pixels: varied };
const series: Written[] = [0, 1, 2].map((z) => ({ ...picture, more: placed(`0\\0\\${z}`) }));
const storage = (end: string): string => `1.2.840.10008.5.1.4.1.1.${end}`;
const capture: Written = { ...picture, sopClass: CLASS.secondaryCapture, modality: 'OT' };
const localizer: Written = {
  ...picture,
  modality: 'CT',
  sopClass: CLASS.ct,
  more: [code(0x0008, 0x0008, 'ORIGINAL\\PRIMARY\\LOCALIZER'), ...placed('0\\0\\0')],
};

describe('beside a series', () => {
  it.each([
    ['segmentation', { sopClass: storage('66.4'), modality: 'SEG' }],
    ['segmentation', { sopClass: '', modality: 'SEG' }],
    ['dose', { sopClass: storage('481.2'), modality: 'RTDOSE' }],
    ['structure set', { sopClass: storage('481.3'), modality: 'RTSTRUCT' }],
    ['treatment plan', { sopClass: storage('481.5'), modality: 'RTPLAN' }],
    ['report', { sopClass: storage('88.33'), modality: 'SR' }],
    ['key object selection', { sopClass: storage('88.59'), modality: 'KO' }],
    ['presentation state', { sopClass: storage('11.1'), modality: 'PR' }],
    ['encapsulated document', { sopClass: storage('104.1'), modality: 'DOC' }],
    ['whole slide', { sopClass: CLASS.slide, modality: 'SM', frames: 2 }],
    ['secondary capture', capture],
    ['secondary capture', { more: [code(0x0008, 0x0008, 'DERIVED\\SECONDARY\\SCREEN SAVE')] }],
    ['localizer', localizer],
    ['localizer', { more: [element(0x0008, 0x103e, 'LO', text('3-plane localizer'))] }],
    ['raw data', { sopClass: '1.3.12.2.1107.5.9.1' }],
    ['index of a medium', { sopClass: '1.2.840.10008.1.3.10' }],
    ['index of a medium', { sopClass: '', more: [sequence(0x0004, 0x1220, [])] }],
  ])('a file is listed as %s and left out', async (what, fields: Written) => {
    const found = await look(folderOf([...series, { ...picture, ...fields }]));
    expect(found.series.map(({ files, problem }) => [files, problem])).toEqual([[3, null]]);
    expect(found.skipped).toEqual([]);
    expect(found.left_out.map(({ path, what: kind }) => [path, kind])).toEqual([['003.dcm', what]]);
    const asks = (ASKABLE as readonly string[]).includes(what);
    expect(found.left_out[0]?.reason.includes('"include"')).toBe(asks);
  });

  it('a file without pixels is left out as what it is too', async () => {
    const folder = folderOf(series);
    const whole = bytesOf({ sopClass: storage('481.3'), modality: 'RTSTRUCT' });
    const at = whole.indexOf(Buffer.from([0x28, 0, 2, 0]));
    writeFileSync(join(folder, 'rs.dcm'), whole.subarray(0, at));
    expect(whats(await look(folder))).toEqual(['structure set']);
  });

  it('what is asked for is used, and nothing else', async () => {
    const found = await look(folderOf([...series, capture, localizer]), { include: ['localizer'] });
    expect(found.series).toHaveLength(2);
    expect(whats(found)).toEqual(['secondary capture']);
  });

  it('a capture that a program wrote as a volume is a scan, one in colour is none', async () => {
    const placedCaptures = [0, 1, 2].map((z): Written => ({ ...capture, more: placed(`0\\0\\${z}`) }));
    const colour: Written = {
      ...capture,
      pixels: Array.from({ length: 1200 }, (_, i) => i % 200),
      bits: 8,
      more: [
        ...placed('0\\0\\0'),
        shorts(0x0028, 0x0002, 3),
        code(0x0028, 0x0004, 'RGB'),
        shorts(0x0028, 0x0006, 0),
      ],
    };
    const found = await look(folderOf([...placedCaptures, colour]));
    expect(found.series.map(({ files }) => files)).toEqual([3]);
    expect(whats(found)).toEqual(['secondary capture']);
  });
});

describe('alone', () => {
  it.each([
    ['secondary captures', capture],
    ['localizers', localizer],
  ])('%s are what the user means', async (_, fields) => {
    const found = await look(folderOf([fields]));
    expect([found.series.length, found.left_out.length]).toEqual([1, 0]);
  });

  it('segmentations are still no scans, and the error says how to use them', async () => {
    const folder = folderOf([{ ...picture, sopClass: storage('66.4'), modality: 'SEG' }]);
    await expect(look(folder)).rejects.toThrow(/holds no scans, but 1 × segmentation/);
    expect((await look(folder, { include: ['segmentation'] })).series).toHaveLength(1);
  });

  it('a broken file among captures makes them no scans beside others', async () => {
    const folder = folderOf([capture]);
    written({ ...picture, rows: 0 }, 'broken.dcm', folder);
    const found = await look(folder);
    expect([found.series.length, found.skipped.length, found.left_out.length]).toEqual([1, 1, 0]);
  });
});

it('only what holds pictures can be asked for', () => {
  expect(ASKABLE).toEqual(['segmentation', 'dose', 'localizer', 'secondary capture', 'RT image']);
  for (const name of Object.keys(ASIDES)) {
    const ask = (): unknown => ScanOptions.parse({ include: [name] });
    if ((ASKABLE as readonly string[]).includes(name)) expect(ask).not.toThrow();
    else expect(ask).toThrow();
  }
});

const field = fileURLToPath(new URL('../../../../shared/data/field/mr_with_seg_and_dose', import.meta.url));
it.skipIf(!existsSync(field))('a real segmentation and dose are left out beside their series', async () => {
  const found = await look(field);
  expect(found.series.map(({ files, modality }) => [files, modality])).toEqual([[10, 'MR']]);
  expect(whats(found).sort()).toEqual(['dose', 'segmentation']);
});
