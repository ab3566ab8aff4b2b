import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Triple } from '../../../src/core/tensor.js';
import { dicomFile, element, short, text } from '../../../bench/scans/dicom-file.js';
import { dicom } from '../../../src/scans/formats/dicom.js';
import type { RawScan } from '../../../src/scans/formats/format.js';
import { affineOfColumns, orientationOf } from '../../../src/scans/geometry.js';
import { ScanOptions, transformsOf } from '../../../src/scans/options.js';
import { prepare } from '../../../src/scans/preprocess/preprocess.js';
import { shearOf, upright } from '../../../src/scans/preprocess/shear.js';
import { temporaryFolder } from '../../support/scans/nifti-file.js';

/** A smooth blob around (12, 10, 8) mm, that tells the axes apart. */
const blob = (x: number, y: number, z: number): number =>
  1000 * Math.exp(-((x - 12) ** 2 / 20 + (y - 10) ** 2 / 15 + (z - 8) ** 2 / 25));

/** The blob at every voxel, `[z, y, x]`. */
function sampled(columns: readonly [Triple, Triple, Triple], [width, height, depth]: Triple): Float32Array {
  const [a, b, c] = columns;
  return Float32Array.from({ length: width * height * depth }, (_, index) => {
    const [i, j, k] = [index % width, Math.floor(index / width) % height, Math.floor(index / width / height)];
    return blob(
      a[0] * i + b[0] * j + c[0] * k,
      a[1] * i + b[1] * j + c[1] * k,
      a[2] * i + b[2] * j + c[2] * k,
    );
  });
}

describe('axes that lean', () => {
  it('are measured in degrees, and rounding is no lean', () => {
    const lean = (y: number): number =>
      shearOf(affineOfColumns([[1, 0, 0], [0, 1, 0], [0, y, 1]], [0, 0, 0], 'RAS')); // prettier-ignore
    expect(lean(0)).toBe(0);
    expect(lean(0.0005)).toBe(0);
    expect(lean(1)).toBeCloseTo(45);
    expect(lean(-1)).toBeCloseTo(45);
  });

  it.each([
    [
      'slices shifted forwards',
      [
        [1, 0, 0],
        [0, 1, 0],
        [0, 0.5, 2],
      ],
    ],
    [
      'slices shifted backwards and aside',
      [
        [1, 0, 0],
        [0, 1, 0],
        [-0.3, -0.7, 2],
      ],
    ],
    [
      'rows shifted',
      [
        [1, 0, 0],
        [0.4, 1, 0],
        [0, 0, 2],
      ],
    ],
  ] as const)('become upright: %s', (_, columns) => {
    const size: Triple = [26, 22, 9];
    const affine = affineOfColumns(columns, [0, 0, 0], 'RAS');
    const shape: Triple = [size[2], size[1], size[0]];
    const steps = columns.map((column) => Math.hypot(...column)).reverse() as unknown as Triple;
    const straight = upright(sampled(columns, size), shape, steps, affine, orientationOf(affine));
    expect(straight.spacing[0]).toBeCloseTo(2);
    expect(straight.spacing[1]).toBeCloseTo(1);
    expect(straight.spacing[2]).toBeCloseTo(1);
    const [, row, slice] = columns;
    const least = (shift: number, count: number): number => Math.min(0, shift * (count - 1));
    const first = [least(row[0], size[1]) + least(slice[0], size[2]), least(slice[1], size[2])] as const;
    let [worst, inside] = [0, 0];
    for (let k = 0; k < straight.shape[0]; k++)
      for (let y = 0; y < straight.shape[1]; y++)
        for (let x = 0; x < straight.shape[2]; x++) {
          const value = straight.voxels[(k * straight.shape[1] + y) * straight.shape[2] + x] as number;
          const wanted = blob(x + first[0], y + first[1], 2 * k);
          // Outside of the slices nothing is known.
          if (wanted < 100) continue;
          inside++;
          worst = Math.max(worst, Math.abs(value - wanted));
        }
    expect(inside).toBeGreaterThan(200);
    // Linear interpolation errs by an eighth of the second derivatives, 2 / 20 and 2 / 15 of 1000 per mm².
    expect(worst).toBeLessThan(29);
  });

  it('that lean too far are refused with the angle', () => {
    const columns = [[1, 0, 0], [0, 1, 0], [0, 3, 1]] as const; // prettier-ignore
    const scan: RawScan = {
      format: 'nifti',
      modality: null,
      size: [26, 22, 9],
      frames: 1,
      spacing: [1, 1, Math.hypot(3, 1)],
      calibrated: true,
      frameTime: null,
      frameTimes: null,
      affine: affineOfColumns(columns, [0, 0, 0], 'RAS'),
      remarks: [],
      voxels: sampled(columns, [26, 22, 9]),
    };
    expect(() => prepare('leaning.nii', scan, transformsOf(ScanOptions.parse({})))).toThrow(
      /leaning.nii: its axes lean by 71.6 degrees; up to 45 are straightened/,
    );
  });
});

describe('a tilted CT series', () => {
  // 20 degrees: slices 2 mm apart along their normal, each 0.73 mm further along y.
  const tilt = (20 * Math.PI) / 180;
  const series = (beside = 0): [string, ...string[]] => {
    const folder = temporaryFolder();
    return Array.from({ length: 9 }, (_, k) => {
      const drift = (k === 4 ? beside : 0) + 2 * k * Math.tan(tilt);
      const pixels = Int16Array.from({ length: 26 * 22 }, (_n, i) =>
        Math.round(blob(i % 26, Math.floor(i / 26) + drift, 2 * k)),
      );
      const path = join(folder, `${k}.dcm`);
      const file = dicomFile('1.2.840.10008.1.2.1', [
        element(0x0008, 0x0060, 'CS', text('CT')),
        element(0x0018, 0x1120, 'DS', text('20')),
        element(0x0020, 0x0013, 'IS', text(String(k))),
        element(0x0020, 0x0032, 'DS', text(`0\\${drift.toFixed(4)}\\${2 * k}`)),
        element(0x0020, 0x0037, 'DS', text('1\\0\\0\\0\\1\\0')),
        element(0x0028, 0x0010, 'US', short(22)),
        element(0x0028, 0x0011, 'US', short(26)),
        element(0x0028, 0x0030, 'DS', text('1\\1')),
        element(0x0028, 0x0100, 'US', short(16)),
        element(0x0028, 0x0103, 'US', short(1)),
        element(0x7fe0, 0x0010, 'OW', Buffer.from(pixels.buffer)),
      ]);
      writeFileSync(path, file);
      return path;
    }) as [string, ...string[]];
  };

  it('is read as it lies, and becomes upright', async () => {
    const scan = await dicom.read(...series());
    expect(scan.problem).toBeUndefined();
    expect(shearOf(scan.affine)).toBeCloseTo(20, 1);
    expect(scan.spacing[2]).toBeCloseTo(2 / Math.cos(tilt), 3);
    const options = transformsOf(ScanOptions.parse({ spacing: [2, 1, 1], percentiles: [0, 100] }));
    const [volume] = prepare('tilted', scan, options);
    expect(volume?.shape).toEqual([1, 9, 22 + 6, 26]);
  });

  it('with a slice that was moved is not used', async () => {
    expect((await dicom.read(...series(3))).problem).toBe(
      'slice 5 of 9 lies 3.0 mm beside the line of the others',
    );
  });
});
