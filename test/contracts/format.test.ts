/**
 * The contract of formats: one volume, written by ITK and by hand in every format, reads as the same canonical array.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { writeImageNode } from '@itk-wasm/image-io';
import { UserError } from '../../src/core/errors.js';
import { dicomFile, element, short, text } from '../../bench/scans/dicom-file.js';
import type { RawScan } from '../../src/scans/formats/format.js';
import { detectFormat, formatOf, formats } from '../../src/scans/formats/index.js';
import {
  canonicalTriple,
  canonicalVoxels,
  orientationCode,
  orientationOf,
} from '../../src/scans/geometry.js';
import { npyBytes } from '../../src/scans/npy.js';
import { temporaryFolder } from '../support/scans/nifti-file.js';

const folder = temporaryFolder();

/** Extents `[x, y, z]`, spacing in mm, and values that tell every voxel from every other. */
const size = [4, 3, 2] as const;
const spacing = [1.5, 2, 2.5] as const;
const values = Int16Array.from({ length: 24 }, (_, i) => 7 * i - 30);

/** As ITK holds it: the second axis runs towards anterior, so y has to be turned in LPS. */
const image = {
  imageType: { dimension: 3, componentType: 'int16', pixelType: 'Scalar', components: 1 },
  name: 'volume',
  origin: [10, 20, 30],
  spacing: [...spacing],
  direction: Float64Array.from([1, 0, 0, 0, -1, 0, 0, 0, 1]),
  size: [...size],
  metadata: new Map(),
  data: values,
} as unknown as Parameters<typeof writeImageNode>[0];

/** The same volume in every format that can hold its place in the body. */
const files = ['volume.nii', 'volume.nii.gz', 'volume.nrrd', 'volume.nhdr', 'volume.mha', 'volume.mhd'];

beforeAll(async () => {
  for (const name of files)
    await writeImageNode(image, join(folder, name), { useCompression: name !== 'volume.mhd' });
  const voxels = Float32Array.from(values);
  writeFileSync(join(folder, 'volume.npy'), npyBytes({ shape: [1, 2, 3, 4], voxels }));
  mkdirSync(join(folder, 'slices'));
  for (let z = 0; z < 2; z++) {
    const pixels = values.slice(12 * z, 12 * (z + 1));
    const elements = [
      element(0x0020, 0x000e, 'UI', text('1.2.3', '\0')),
      element(0x0020, 0x0032, 'DS', text(`10\\20\\${30 + 2.5 * z}`)),
      element(0x0020, 0x0037, 'DS', text('1\\0\\0\\0\\-1\\0')),
      element(0x0028, 0x0002, 'US', short(1)),
      element(0x0028, 0x0004, 'CS', text('MONOCHROME2')),
      element(0x0028, 0x0010, 'US', short(3)),
      element(0x0028, 0x0011, 'US', short(4)),
      element(0x0028, 0x0030, 'DS', text('2\\1.5')),
      element(0x0028, 0x0100, 'US', short(16)),
      element(0x0028, 0x0101, 'US', short(16)),
      element(0x0028, 0x0103, 'US', short(1)),
      element(0x7fe0, 0x0010, 'OW', Buffer.from(pixels.buffer)),
    ];
    writeFileSync(join(folder, 'slices', `${z}.dcm`), dicomFile('1.2.840.10008.1.2.1', elements));
  }
});

const read = async (name: string, ...others: string[]): Promise<RawScan> => {
  const path = join(folder, name);
  const format = await detectFormat(path);
  if (format === undefined) throw new Error(`${name} is of no format`);
  return format.read(path, ...others.map((other) => join(folder, other)));
};

const canonical = (scan: RawScan): number[] => [
  ...canonicalVoxels(scan.voxels, scan.size, 0, orientationOf(scan.affine)),
];

describe('one volume', () => {
  it.each([...files.map((name) => [name]), ['slices/1.dcm', 'slices/0.dcm']])(
    'reads from %s with its place, spacing and values',
    async (name, ...others) => {
      const scan = await read(name, ...others);
      const orientation = orientationOf(scan.affine);
      expect(canonicalTriple(orientation, scan.size)).toEqual([2, 3, 4]);
      canonicalTriple(orientation, scan.spacing).forEach((mm, axis) =>
        expect(mm).toBeCloseTo([2.5, 2, 1.5][axis] as number, 5),
      );
      // Left is where x grows in LPS, so canonical rows are turned round.
      const turned = Array.from({ length: 24 }, (_, i) => values[i - (i % 4) + 3 - (i % 4)] as number);
      expect(canonical(scan)).toEqual(turned);
      if (others.length === 0) expect(scan.affine.map((row) => Math.round(row[3]))).toEqual([-10, -20, 30]);
    },
  );

  it('follows its voxels into another file, and says which is missing', async () => {
    renameSync(join(folder, 'volume.raw'), join(folder, 'moved.raw'));
    await expect(read('volume.mhd')).rejects.toThrow(
      /volume.mhd: its voxels are to be in volume.raw, which is not beside it/,
    );
    renameSync(join(folder, 'moved.raw'), join(folder, 'volume.raw'));
    expect(await formatOf(join(folder, 'volume.mhd'))?.parts?.(join(folder, 'volume.mhd'))).toEqual([
      join(folder, 'volume.raw'),
    ]);
  });
});

describe('NumPy arrays', () => {
  it('read back as they were exported, [C, D, H, W]', async () => {
    const scan = await read('volume.npy');
    expect([scan.size, scan.frames, scan.calibrated]).toEqual([[4, 3, 2], 1, false]);
    expect(orientationCode(scan.affine)).toBe('RAS');
    expect(canonical(scan)).toEqual([...values]);
  });
});

describe('a file of every format', () => {
  const names = formats.flatMap(({ name, extensions }) =>
    extensions.map((ending) => [name, ending] as const),
  );
  it.each(names.filter(([name]) => name !== 'video'))(
    'that is empty, text or zeros is refused in one line: %s %s',
    async (_, ending) => {
      for (const bytes of [Buffer.alloc(0), Buffer.from('some notes\n'.repeat(50)), Buffer.alloc(5000)]) {
        const path = join(folder, `broken${ending}`);
        writeFileSync(path, bytes);
        const thrown: unknown = await formatOf(path)
          ?.read(path)
          .catch((error: unknown) => error);
        expect(thrown).toBeInstanceOf(UserError);
        expect((thrown as Error).message.startsWith(path)).toBe(true);
        expect((thrown as Error).message).not.toContain('\n');
      }
    },
  );

  it.each(['volume.nrrd', 'volume.mha', 'volume.npy'])('that is cut off is refused: %s', async (name) => {
    const bytes = readFileSync(join(folder, name));
    const path = join(folder, `cut-${name}`);
    writeFileSync(path, bytes.subarray(0, bytes.length - 20));
    await expect(formatOf(path)?.read(path)).rejects.toThrow(/truncated|compressed voxels are damaged/);
  });
});
