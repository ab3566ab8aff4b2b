import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nifti } from '../../src/scans/formats/nifti.js';
import {
  canonicalTriple,
  canonicalVoxels,
  orientationCode,
  orientationOf,
  type Affine,
} from '../../src/scans/geometry.js';
import { temporaryFolder, writeNifti } from '../support/scans/nifti-file.js';

const folder = temporaryFolder();
/** Extents of the anatomy along right, anterior, superior. */
const EXTENT = [5, 4, 3] as const;
const value = (right: number, anterior: number, superior: number): number =>
  right + 10 * anterior + 100 * superior;

/** A file that stores the same anatomy with its axes towards the letters of `code`. */
function store(code: string): string {
  const world = [...code].map((letter) => ({ R: 0, L: 0, A: 1, P: 1, S: 2, I: 2 })[letter] as 0 | 1 | 2);
  const signs = [...code].map((letter) => ('RAS'.includes(letter) ? 1 : -1));
  const affine = [0, 1, 2].map((row) => [
    ...world.map((axis, column) => (axis === row ? 2 * (signs[column] as number) : 0)),
    0,
  ]);
  return writeNifti(join(folder, `${code}.nii.gz`), {
    size: world.map((axis) => EXTENT[axis]),
    affine,
    value: (...index) => {
      const at = [0, 0, 0];
      world.forEach((axis, column) => {
        const i = index[column] as number;
        at[axis] = signs[column] === 1 ? i : EXTENT[axis] - 1 - i;
      });
      return value(at[0] as number, at[1] as number, at[2] as number);
    },
  });
}

describe('canonical orientation', () => {
  it.each(['RAS', 'LPS', 'LAS', 'ASR', 'PIR', 'SRA', 'ILP', 'AIR'])(
    'turns a scan stored as %s into [superior, anterior, right]',
    async (code) => {
      const scan = await nifti.read(store(code));
      const orientation = orientationOf(scan.affine);
      expect(orientationCode(scan.affine)).toBe(code);
      expect(canonicalTriple(orientation, scan.size)).toEqual([3, 4, 5]);
      const voxels = canonicalVoxels(scan.voxels, scan.size, 0, orientation);
      expect([voxels[0], voxels[1], voxels[5], voxels[20]]).toEqual([0, 1, 10, 100]);
      expect(voxels[59]).toBe(value(4, 3, 2));
    },
  );

  it('gives an oblique scan the nearest axes, each world axis once', () => {
    const [c, s] = [Math.cos(0.7), Math.sin(0.7)];
    const oblique: Affine = [
      [0, 0, -2, 0],
      [c, -s, 0, 0],
      [s, c, 0, 0],
    ];
    expect(orientationCode(oblique)).toBe('ASL');
    expect(new Set(orientationOf(oblique).axes).size).toBe(3);
  });

  it('takes the frame that is asked for', () => {
    const orientation = { axes: [0, 1, 2], signs: [1, 1, 1] } as const;
    expect([...canonicalVoxels([1, 2, 3, 4], [2, 1, 1], 1, orientation)]).toEqual([3, 4]);
  });
});
