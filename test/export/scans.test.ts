/**
 * `python/scans.py` against voxolve's own preprocessing, with the arrays that `--export-npy` writes: needs `VOXOLVE_PYTHON`
 * with NumPy and nibabel.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { packageFile } from '../../src/core/package-files.js';
import { settingsSource } from '../../src/export/files/settings.js';
import type { ExportedScans } from '../../src/export/contents.js';
import { nifti } from '../../src/scans/formats/nifti.js';
import { npyBytes } from '../../src/scans/npy.js';
import { ScanOptions, transformsOf } from '../../src/scans/options.js';
import { prepare } from '../../src/scans/preprocess/preprocess.js';
import { temporaryFolder, writeNifti } from '../support/scans/nifti-file.js';
import { plainScans, shortTraining } from './exports.js';
import { hasModule, needsPython, runPython } from '../support/python.js';

const possible = hasModule('nibabel') && hasModule('numpy');
const SCRIPT = `
import sys
sys.path[:0] = sys.argv[1:3]
import numpy as np
from scans import load
volumes = load(sys.argv[3], sys.argv[5] if len(sys.argv) > 5 else None)
theirs = np.load(sys.argv[4])
ours = volumes[0].voxels
assert ours.shape == theirs.shape, (ours.shape, theirs.shape)
print(np.abs(ours - theirs).max(), theirs.max() - theirs.min())
`;

/** Tissue of two kinds in air, with a slow drift and some texture. */
const body = (x: number, y: number, z: number): number => {
  const inside = (x - 15) ** 2 / 150 + (y - 13) ** 2 / 110 + (z - 9) ** 2 / 60 < 1;
  const texture = 40 * Math.sin(x * 1.7) * Math.cos(y * 1.3 + z);
  return inside ? 20 + 12 * x + (z > 9 ? 500 : 0) + texture : -1000 + 5 * Math.abs(texture);
};

/** The same with voxels that are no numbers, in tissue and in air. */
const damaged = (x: number, y: number, z: number): number =>
  x === 15 && y === 13 ? NaN : x + y + z === 0 ? Infinity : body(x, y, z);

const writeScan = (folder: string, value: typeof body): string =>
  writeNifti(join(folder, 'scan.nii.gz'), {
    size: [30, 26, 18],
    value,
    affine: [
      [-1, 0, 0, 4],
      [0, 0, 2.4, 0],
      [0, 1.2, 0, -9],
    ],
  });

describe.skipIf(!possible)(`an export's scans.py ${possible ? '' : needsPython}`, () => {
  const landmarks = { percentiles: [1, 25, 50, 75, 99], values: [0, 30, 45, 80, 100] };
  it.each([
    ['percentiles', {}, undefined],
    ['a window', { window: { center: 300, width: 600 } }, undefined],
    ['landmarks', { landmarks }, undefined],
    ['the window of a modality', { window: { center: 0, width: 10 } }, 'CT'],
    [
      'percentiles and landmarks of a modality',
      { modalities: { MR: { percentiles: [2, 98], landmarks } } },
      'MR',
    ],
    ['voxels that are NaN or infinite set to zero', { nonFinite: 'zero' }, undefined],
  ] as const)('prepares a scan as voxolve does, with %s', async (_, given, modality) => {
    const folder = temporaryFolder();
    const path = writeScan(folder, 'nonFinite' in given ? damaged : body);
    const options = ScanOptions.parse({ spacing: [2, 1.5, 2], ...given });
    const transforms = transformsOf(options);
    const raw = await nifti.read(path);
    const [volume] = prepare(path, { ...raw, modality: modality ?? null }, transforms);
    writeFileSync(join(folder, 'theirs.npy'), npyBytes(volume as NonNullable<typeof volume>));
    const plain = JSON.parse(JSON.stringify({ ...transforms, validation: 0.25 })) as ExportedScans;
    writeFileSync(join(folder, 'settings.py'), settingsSource(shortTraining, plain, {}));
    const args = [
      folder,
      fileURLToPath(packageFile('python')),
      path,
      join(folder, 'theirs.npy'),
      ...(modality === undefined ? [] : [modality]),
    ];
    const [difference = NaN, range = NaN] = runPython(SCRIPT, args).trim().split(' ').map(Number);
    expect(range).toBeGreaterThan(1);
    expect(difference).toBeLessThan(1e-4);
  });

  it('refuses a scan with voxels that are NaN or infinite, unless it is told otherwise', () => {
    const folder = temporaryFolder();
    const path = writeScan(folder, damaged);
    writeFileSync(join(folder, 'settings.py'), settingsSource(shortTraining, plainScans, {}));
    const args = [folder, fileURLToPath(packageFile('python')), path, path];
    expect(() => runPython(SCRIPT, args)).toThrow('ValueError: some voxels are NaN or infinite');
  });
});
