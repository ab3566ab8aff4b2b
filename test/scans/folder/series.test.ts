/**
 * Files as series: DICOM whatever it is called and however it lies, and what may be missing from it.
 */
import { copyFileSync, existsSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { dicomFile, element, short, text } from '../../../bench/scans/dicom-file.js';
import { describeScans, type ScanDescription } from '../../../src/scans/describe.js';
import { ScanOptions } from '../../../src/scans/options.js';
import { isDicom } from '../../../src/scans/formats/dicom/elements/recognise.js';
import { temporaryFolder } from '../../support/scans/nifti-file.js';

const SIDE = 8;
const EXPLICIT = '1.2.840.10008.1.2.1';

/** An MR slice; what tells slices apart is their position, 2 mm for each `z`. */
function slice(z: number, uid = `1.2.3.${z}`, bytes = 2 * SIDE * SIDE): Buffer {
  const pixels = Int16Array.from(
    { length: SIDE * SIDE },
    (_, i) => (i % SIDE) * 10 + Math.floor(i / SIDE) * 3 + z * z,
  );
  return dicomFile(EXPLICIT, [
    element(0x0008, 0x0018, 'UI', text(uid, '\0')),
    element(0x0008, 0x0060, 'CS', text('MR')),
    element(0x0010, 0x0020, 'LO', text('P1')),
    element(0x0020, 0x000e, 'UI', text('1.2.3', '\0')),
    element(0x0020, 0x0032, 'DS', text(`0\\0\\${2 * z}`)),
    element(0x0020, 0x0037, 'DS', text('1\\0\\0\\0\\1\\0')),
    element(0x0028, 0x0002, 'US', short(1)),
    element(0x0028, 0x0004, 'CS', text('MONOCHROME2')),
    element(0x0028, 0x0010, 'US', short(SIDE)),
    element(0x0028, 0x0011, 'US', short(SIDE)),
    element(0x0028, 0x0030, 'DS', text('2\\2')),
    element(0x0028, 0x0100, 'US', short(16)),
    element(0x0028, 0x0101, 'US', short(16)),
    element(0x0028, 0x0103, 'US', short(1)),
    element(0x7fe0, 0x0010, 'OW', Buffer.from(pixels.buffer).subarray(0, bytes)),
  ]);
}

/** The data set alone, as it goes over the network. */
const bare = (file: Buffer): Buffer => file.subarray(file.indexOf(Buffer.from([8, 0, 0x18, 0])));

const ten = Array.from({ length: 10 }, (_, z) => z);
const write = (folder: string, zs: readonly number[], name: (z: number) => string): string => {
  mkdirSync(folder, { recursive: true });
  for (const z of zs) writeFileSync(join(folder, name(z)), slice(z));
  return folder;
};
const cacheDirectory = temporaryFolder();
const look = (folder: string): Promise<ScanDescription> =>
  describeScans(folder, ScanOptions.parse({ spacing: 2 }), { cacheDirectory });
const summary = ({ series }: ScanDescription): unknown[] =>
  series.map(({ path, files, size, problem }) => [path, files, size[2], problem]);

describe('DICOM is known by its content', () => {
  it.each([
    ['.img', (z: number) => `${z}.img`],
    ['no ending', (z: number) => `IM${z}`],
    ['the last number of its UID', (z: number) => `1.2.840.113619.2.5.${z}`],
    ['an ending of another format', (z: number) => `${z}.nii`],
    ['an ending of text', (z: number) => `${z}.txt`],
  ])('under names that end in %s', async (_, name) => {
    const found = await look(write(temporaryFolder(), ten, name));
    expect(summary(found)).toEqual([[name(0), 10, 10, null]]);
    expect([found.skipped, found.left_out]).toEqual([[], []]);
  });

  it('without its preamble, too', async () => {
    const folder = temporaryFolder();
    for (const z of ten) writeFileSync(join(folder, `IM${z}`), bare(slice(z)));
    expect(summary(await look(folder))).toEqual([['IM0', 10, 10, null]]);
  });

  it('and voxels that begin with the same bytes are none', () => {
    const voxels = (...values: number[]): Uint8Array =>
      new Uint8Array(Int16Array.from({ length: 200 }, (_, i) => values[i % values.length] as number).buffer);
    // As if they were (0008,0005) of 10 bytes.
    expect(isDicom(voxels(8, 5, 10, 0))).toBe(false);
    expect(isDicom(voxels(8, 0, 0, 0, 8, 1, 0, 0, 8, 5, 2, 0))).toBe(false);
    expect(isDicom(new Uint8Array(4096))).toBe(false);
    expect(isDicom(new Uint8Array())).toBe(false);
    expect(isDicom(bare(slice(1)))).toBe(true);
  });
});

describe('a series that lost a slice says so', () => {
  it('where a place between others is empty', async () => {
    const folder = write(
      temporaryFolder(),
      ten.filter((z) => z !== 4),
      (z) => `IM${z}`,
    );
    expect((await look(folder)).series[0]?.problem).toMatch(/^1 slice is missing after slice 4 of 9/);
  });

  it.each([
    ['is empty', (path: string) => truncateSync(path, 0)],
    ['is cut off within its header', (path: string) => truncateSync(path, 180)],
    ['is something else', (path: string) => writeFileSync(path, 'x'.repeat(500))],
  ])('where a file at its end %s', async (_, spoil) => {
    const folder = write(temporaryFolder(), ten, (z) => `IM${z}`);
    spoil(join(folder, 'IM9'));
    const { series, skipped, left_out: leftOut } = await look(folder);
    expect(series.map(({ files, remarks }) => [files, remarks])).toEqual([
      [9, ['may lack slices: IM9 beside them can not be read']],
    ]);
    expect([...skipped, ...leftOut].map(({ path }) => path)).toEqual(['IM9']);
  });

  it('where the pixels of one can not be read, by its name', async () => {
    const folder = write(temporaryFolder(), ten, (z) => `IM${z}`);
    writeFileSync(join(folder, 'IM3'), slice(3, '1.2.3.3', 100));
    const { series, skipped } = await look(folder);
    expect(series).toEqual([]);
    expect(skipped).toEqual([{ path: 'IM0', reason: expect.stringMatching(/^IM3: .*100/) as string }]);
  });

  it('and no such thing because of notes beside it', async () => {
    const folder = write(temporaryFolder(), ten, (z) => `${z}.dcm`);
    writeFileSync(join(folder, 'notes.txt'), 'text');
    writeFileSync(join(folder, 'LICENSE'), 'text');
    expect((await look(folder)).series.map(({ remarks }) => remarks)).toEqual([[]]);
  });
});

describe('a series in several folders', () => {
  it('is one scan where its parts complete each other', async () => {
    const folder = temporaryFolder();
    write(join(folder, 'a'), ten.slice(0, 4), (z) => `${z}.dcm`);
    write(join(folder, 'b'), ten.slice(4), (z) => `${z}.dcm`);
    const found = await look(folder);
    expect(summary(found)).toEqual([['a/0.dcm', 10, 10, null]]);
    expect(found.series[0]?.remarks).toEqual(['its slices lie in 2 folders: a, b']);
  });

  it('is several that name each other where a slice between the parts is missing', async () => {
    const folder = temporaryFolder();
    write(join(folder, 'a'), ten.slice(0, 4), (z) => `${z}.dcm`);
    write(join(folder, 'b'), ten.slice(5), (z) => `${z}.dcm`);
    const { series } = await look(folder);
    expect(series.map(({ files, remarks }) => [files, remarks])).toEqual([
      [4, ['5 other files of its series in b']],
      [5, ['4 other files of its series in a']],
    ]);
  });

  it('is several where they are moments of one place', async () => {
    const folder = temporaryFolder();
    for (const moment of ['t0', 't1', 't2']) {
      mkdirSync(join(folder, moment));
      for (const z of ten)
        writeFileSync(join(folder, moment, `${z}.dcm`), slice(z, `1.2.${moment.slice(1)}.${z}`));
    }
    const { series } = await look(folder);
    expect(series.map(({ files }) => files)).toEqual([10, 10, 10]);
    expect(series[1]?.remarks).toEqual(['20 other files of its series in t0 and 1 more folders']);
  });

  it('is a copy, without a remark, where the same files are there again', async () => {
    const folder = temporaryFolder();
    for (const name of ['a', 'b']) write(join(folder, name), ten, (z) => `${z}.dcm`);
    const { series } = await look(folder);
    expect(series.map(({ files, remarks }) => [files, remarks])).toEqual([
      [10, []],
      [10, []],
    ]);
  });
});

const field = fileURLToPath(new URL('../../../../shared/data/field/', import.meta.url));
const there = existsSync(field);
describe.skipIf(!there)(`series from public reports ${there ? '' : '(needs shared/data)'}`, () => {
  it('one of ten slices named .img is read whole', async () => {
    const { series, skipped, left_out: leftOut } = await look(join(field, 'dicom_named_img'));
    expect(series.map(({ files, size, problem }) => [files, size[2], problem])).toEqual([[10, 10, null]]);
    expect([skipped, leftOut]).toEqual([[], []]);
  });

  it('also where voxels of NIfTI lie beside it under the same ending', async () => {
    const folder = temporaryFolder();
    for (const z of ten)
      copyFileSync(join(field, 'dicom_named_img', `00${z}.img`), join(folder, `00${z}.img`));
    const header = readFileSync(join(folder, '000.img'));
    writeFileSync(join(folder, 'lost.img'), header.subarray(300));
    const { series, left_out: leftOut } = await look(folder);
    expect(series.map(({ files }) => files)).toEqual([10]);
    expect(leftOut).toEqual([
      { path: 'lost.img', what: 'no scan', reason: 'voxels that no header beside it names' },
    ]);
  });
});
