import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dicomFile, element, sequence, short, text } from '../../../../bench/scans/dicom-file.js';
import { describeScans } from '../../../../src/scans/describe.js';
import { dicom } from '../../../../src/scans/formats/dicom.js';
import { orientationCode } from '../../../../src/scans/geometry.js';
import { ScanOptions } from '../../../../src/scans/options.js';
import { temporaryFolder } from '../../../support/scans/nifti-file.js';

const EXPLICIT = '1.2.840.10008.1.2.1';

interface SliceFields {
  readonly z: number;
  readonly instance: number;
  readonly uid?: string;
  readonly photometric?: string;
  readonly orientation?: string;
  readonly more?: readonly Buffer[];
}

/** A CT slice of 4 × 3 pixels whose values say where they are: 100 z + 10 row + column. */
function slice({
  z,
  instance,
  uid = `1.${instance}`,
  photometric = 'MONOCHROME2',
  orientation = '1\\0\\0\\0\\1\\0',
  more = [],
}: SliceFields): Buffer {
  const pixels = Int16Array.from({ length: 12 }, (_, i) => 100 * z + 10 * Math.floor(i / 4) + (i % 4));
  const elements = [
    element(0x0008, 0x0018, 'UI', text(uid, '\0')),
    element(0x0008, 0x0060, 'CS', text('CT')),
    element(0x0010, 0x0010, 'PN', text('Doe^Jane')),
    element(0x0010, 0x0020, 'LO', text('MRN 4711')),
    element(0x0020, 0x000d, 'UI', text('1.2', '\0')),
    element(0x0020, 0x000e, 'UI', text('1.2.3', '\0')),
    element(0x0020, 0x0013, 'IS', text(String(instance))),
    element(0x0020, 0x0032, 'DS', text(`5\\6\\${2 * z}`)),
    element(0x0020, 0x0037, 'DS', text(orientation)),
    element(0x0028, 0x0002, 'US', short(1)),
    element(0x0028, 0x0004, 'CS', text(photometric)),
    element(0x0028, 0x0010, 'US', short(3)),
    element(0x0028, 0x0011, 'US', short(4)),
    element(0x0028, 0x0030, 'DS', text('0.5\\0.75')),
    element(0x0028, 0x0100, 'US', short(16)),
    element(0x0028, 0x0101, 'US', short(16)),
    element(0x0028, 0x0103, 'US', short(1)),
    element(0x0028, 0x1052, 'DS', text('-1024')),
    element(0x0028, 0x1053, 'DS', text('1')),
    ...more,
    element(0x7fe0, 0x0010, 'OW', Buffer.from(pixels.buffer)),
  ];
  return dicomFile(EXPLICIT, elements);
}

/** A folder with slices, named so that names say nothing of their order. */
function series(fields: readonly SliceFields[], folder = temporaryFolder()): string[] {
  return fields.map((each, i) => {
    const path = join(folder, `IM${(i * 7 + 3) % 100}`);
    writeFileSync(path, slice(each));
    return path;
  });
}

const plain = [4, 1, 3, 0, 2].map((z) => ({ z, instance: 9 - z }));
const read = (paths: readonly string[]): ReturnType<typeof dicom.read> =>
  dicom.read(...(paths as [string, ...string[]]));
const options = ScanOptions.parse({ spacing: 0.5 });

describe('a classic series', () => {
  it('is sorted by position, in Hounsfield units, with its spacing', async () => {
    const scan = await read(series(plain));
    expect(scan.size).toEqual([4, 3, 5]);
    expect(scan.spacing).toEqual([0.75, 0.5, 2]);
    expect(orientationCode(scan.affine)).toBe('LPS');
    expect(scan.affine.map((row) => row[3])).toEqual([-5, -6, 0]);
    expect([...scan.voxels].slice(0, 5)).toEqual([-1024, -1023, -1022, -1021, -1014]);
    expect(scan.voxels[4 * 12]).toBe(400 - 1024);
    expect(scan.problem).toBeUndefined();
  });

  it.each([
    ['a gap', plain.filter(({ z }) => z !== 2), /1 slice is missing after slice 2 of 4: a gap of 4.00 mm/],
    ['a double', [...plain, { z: 2, instance: 20 }], /2 slices lie at the same place, 4.00 mm/],
    ['uneven steps', [...plain.slice(0, 4), { z: 2.3, instance: 7 }], /spaced unevenly/],
  ])('with %s says so', async (_, fields, problem) => {
    expect((await read(series(fields))).problem).toMatch(problem);
  });

  it('has frames where each place was seen equally often', async () => {
    const twice = [...plain, ...plain.map(({ z }) => ({ z, instance: 30 - z }))];
    const scan = await read(series(twice));
    expect([scan.size, scan.frames]).toEqual([[4, 3, 5], 2]);
  });

  it('is a scan of its own beside another series, and never named after its patient', async () => {
    const folder = temporaryFolder();
    series(plain, folder);
    mkdirSync(join(folder, 'other'));
    series(
      plain.map((fields) => ({ ...fields, uid: `2.${fields.z}` })),
      join(folder, 'other'),
    );
    const cacheDirectory = temporaryFolder();
    const description = await describeScans(folder, options, { cacheDirectory });
    expect(description.series).toHaveLength(2);
    expect(description.series.map(({ files }) => files)).toEqual([5, 5]);
    const [one, two] = description.series.map(({ patient }) => patient);
    expect(one).toBe(two);
    expect(one).toMatch(/^[0-9a-f]{20}$/);
    expect(JSON.stringify(description)).not.toMatch(/Doe|4711/);
  });

  it('that lies there twice is two scans, not frames', async () => {
    const folder = temporaryFolder();
    series(plain, folder);
    plain.forEach((fields, i) => writeFileSync(join(folder, `copy${i}.dcm`), slice(fields)));
    const { series: found } = await describeScans(folder, options, { cacheDirectory: temporaryFolder() });
    expect(found.map(({ files, frames }) => [files, frames])).toEqual([
      [5, 1],
      [5, 1],
    ]);
  });
});

describe('pixels', () => {
  it('are inverted where black and white are swapped', async () => {
    const [one, inverted] = [
      await read(series([{ z: 1, instance: 1 }])),
      await read(series([{ z: 1, instance: 1, photometric: 'MONOCHROME1' }])),
    ];
    const sums = [...one.voxels].map((value, i) => Number(value) + Number(inverted.voxels[i]));
    expect(new Set(sums)).toEqual(new Set([-1 - 2048]));
  });

  it('with burned-in annotation are flagged', async () => {
    const more = [element(0x0028, 0x1054, 'LO', text('HU'))];
    const flagged = slice({ z: 1, instance: 1, more });
    // The flag's tag sorts before the spacing's successors, so it is spliced in where it belongs.
    const at = flagged.indexOf(Buffer.from([0x28, 0x00, 0x52, 0x10]));
    const path = join(temporaryFolder(), 'flagged.dcm');
    writeFileSync(
      path,
      Buffer.concat([
        flagged.subarray(0, at),
        element(0x0028, 0x0301, 'CS', text('YES')),
        flagged.subarray(at),
      ]),
    );
    expect((await dicom.read(path)).remarks).toEqual(['burned-in annotation']);
  });
});

describe('ultrasound regions', () => {
  const picture = (right: number, bright: boolean): string => {
    const long = (value: number): Buffer => Buffer.from(Uint32Array.of(value).buffer);
    const region = [
      element(0x0018, 0x6018, 'UL', long(0)),
      element(0x0018, 0x601a, 'UL', long(0)),
      element(0x0018, 0x601c, 'UL', long(right)),
      element(0x0018, 0x601e, 'UL', long(9)),
      element(0x0018, 0x6024, 'US', short(3)),
      element(0x0018, 0x6026, 'US', short(3)),
      element(0x0018, 0x602c, 'FD', Buffer.from(Float64Array.of(0.05).buffer)),
      element(0x0018, 0x602e, 'FD', Buffer.from(Float64Array.of(0.04).buffer)),
    ];
    const path = join(temporaryFolder(), 'picture.dcm');
    const elements = [
      element(0x0008, 0x0060, 'CS', text('US')),
      sequence(0x0018, 0x6011, [region]),
      element(0x0028, 0x0002, 'US', short(1)),
      element(0x0028, 0x0004, 'CS', text('MONOCHROME2')),
      element(0x0028, 0x0010, 'US', short(10)),
      element(0x0028, 0x0011, 'US', short(10)),
      element(0x0028, 0x0100, 'US', short(8)),
      element(0x0028, 0x0103, 'US', short(0)),
      element(0x7fe0, 0x0010, 'OW', Buffer.alloc(100, bright ? 200 : 0)),
    ];
    writeFileSync(path, dicomFile(EXPLICIT, elements));
    return path;
  };

  it('give the size of pixels, and are flagged where the picture reaches beyond them', async () => {
    const scan = await dicom.read(picture(5, true));
    expect([scan.spacing[0], scan.spacing[1], scan.calibrated]).toEqual([0.5, 0.4, true]);
    expect(scan.remarks).toEqual([
      'ultrasound regions cover 60 % of the picture; text may sit outside of them',
    ]);
  });

  it('are no remark where nothing is outside of them', async () => {
    expect((await dicom.read(picture(9, true))).remarks).toEqual([]);
    expect((await dicom.read(picture(5, false))).remarks).toEqual([]);
  });
});

describe('clips', () => {
  const clip = (...timing: readonly Buffer[]): string => {
    const path = join(temporaryFolder(), 'clip.dcm');
    const pixels = Uint8Array.from({ length: 4 * 6 * 6 }, (_, i) => i);
    const elements = [
      element(0x0008, 0x0060, 'CS', text('US')),
      ...timing,
      element(0x0028, 0x0002, 'US', short(1)),
      element(0x0028, 0x0004, 'CS', text('MONOCHROME2')),
      element(0x0028, 0x0008, 'IS', text('4')),
      element(0x0028, 0x0010, 'US', short(6)),
      element(0x0028, 0x0011, 'US', short(6)),
      element(0x0028, 0x0100, 'US', short(8)),
      element(0x0028, 0x0101, 'US', short(8)),
      element(0x0028, 0x0103, 'US', short(0)),
      element(0x7fe0, 0x0010, 'OW', pixels),
    ];
    writeFileSync(path, dicomFile(EXPLICIT, elements));
    return path;
  };
  it.each([
    ['a frame time', element(0x0018, 0x1063, 'DS', text('40')), 0.04, null],
    [
      'a frame time vector',
      element(0x0018, 0x1065, 'DS', text('0\\40\\40\\120')),
      0.04,
      [0, 0.04, 0.08, 0.2],
    ],
    ['a cine rate', element(0x0018, 0x0040, 'IS', text('50')), 0.02, null],
    ['nothing', element(0x0018, 0x0015, 'CS', text('LUNG')), null, null],
  ])('get their times from %s', async (_, given, frameTime, frameTimes) => {
    const scan = await dicom.read(clip(given));
    expect([scan.size, scan.frames]).toEqual([[6, 6, 1], 4]);
    expect(scan.frameTime === null ? null : Number(scan.frameTime.toFixed(6))).toBe(frameTime);
    expect(scan.frameTimes?.map((time) => Number(time.toFixed(6))) ?? null).toEqual(frameTimes);
  });
});
