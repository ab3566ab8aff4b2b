import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { present } from '../../../src/core/errors.js';
import { sha256 } from '../../../src/core/hash.js';
import { describeScans } from '../../../src/scans/describe.js';
import { loadScanSet } from '../../../src/scans/load.js';
import { ScanOptions } from '../../../src/scans/options.js';
import { phantom, phantomFilm } from '../../../src/scans/phantoms/image.js';
import { PHANTOMS_VERSION, writePhantoms } from '../../../src/scans/phantoms/phantoms.js';
import { wholeVolume, type Volume } from '../../../src/scans/sampling/scan-set.js';
import { temporaryFolder } from '../../support/scans/nifti-file.js';

const scans = (folder: string): string[] => readdirSync(folder).filter((name) => name.endsWith('.nii.gz'));
const options = ScanOptions.parse({ spacing: 4 });
const films = ScanOptions.parse({ cine: { frameTime: 0.1, spacing: 4 } });
const hashOf = (voxels: Int16Array): string => sha256(new Uint8Array(voxels.buffer));
const small = { patients: 3, size: 24, seed: 5 };

describe('phantoms', () => {
  it('are equal for equal seeds, and differ by seed and patient', async () => {
    const [one, same, other] = [temporaryFolder(), temporaryFolder(), temporaryFolder()];
    await writePhantoms(one, small);
    await writePhantoms(same, small);
    await writePhantoms(other, { ...small, seed: 6 });
    const hashes = (folder: string): string[] =>
      scans(folder).map((name) => sha256(readFileSync(join(folder, name))));
    expect(hashes(same)).toEqual(hashes(one));
    expect(new Set([...hashes(one), ...hashes(other)]).size).toBe(6);
  });

  it('are written once, and again where one is damaged, missing or not asked for', async () => {
    const folder = temporaryFolder();
    await writePhantoms(folder, { ...small, patients: 4 });
    await writePhantoms(folder, small);
    expect(readdirSync(folder).sort()).toEqual([
      'phantom-00.nii.gz',
      'phantom-01.nii.gz',
      'phantom-02.nii.gz',
      'phantoms.json',
    ]);
    const path = join(folder, 'phantom-01.nii.gz');
    const before = statSync(path).mtimeMs;
    await writePhantoms(folder, small);
    expect(statSync(path).mtimeMs).toBe(before);
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.subarray(0, 100));
    rmSync(join(folder, 'phantom-02.nii.gz'));
    await writePhantoms(folder, small);
    expect(readFileSync(path)).toEqual(bytes);
    expect(scans(folder)).toHaveLength(3);
  });

  it('give the voxels of their version: raise PHANTOMS_VERSION where these change', () => {
    expect(PHANTOMS_VERSION).toBe(2);
    expect(hashOf(phantom(16, 1, 1, 1))).toBe(
      'a6119d1b309aff00c9712d8b3426ad84893d39bf8ac406b5d8a95efecfa4538e',
    );
    expect(hashOf(phantomFilm(16, 3, 1, 1, 1))).toBe(
      'd14871220ff1835ae2fd04c26dfa0aa29c0a93b33445bc6ed0edf1cc9802b826',
    );
  });

  it('of another version are made anew', async () => {
    const folder = temporaryFolder();
    await writePhantoms(folder, { ...small, patients: 1 });
    const [listing, scan] = [join(folder, 'phantoms.json'), join(folder, 'phantom-00.nii.gz')];
    const bytes = readFileSync(scan);
    const old = JSON.parse(readFileSync(listing, 'utf8')) as { files: Record<string, string> };
    writeFileSync(scan, 'an older phantom');
    const files = { 'phantom-00.nii.gz': sha256('an older phantom') };
    writeFileSync(listing, JSON.stringify({ ...old, version: PHANTOMS_VERSION - 1, files }));
    await writePhantoms(folder, { ...small, patients: 1 });
    expect(readFileSync(scan)).toEqual(bytes);
  });

  it('are read like any scan, in two orientations', async () => {
    const folder = temporaryFolder();
    await writePhantoms(folder, small);
    const { series, skipped } = await describeScans(folder, options, { cacheDirectory: temporaryFolder() });
    expect(skipped).toEqual([]);
    expect(series.map(({ orientation, spacing_mm }) => `${orientation} ${spacing_mm.join()}`)).toEqual([
      'RAS 8,8,8',
      'LPS 8,8,8',
      'RAS 8,8,8',
    ]);
  });

  it('are films where frames are asked for, in which the body moves smoothly', async () => {
    const folder = temporaryFolder();
    await writePhantoms(folder, { patients: 2, size: 48, seed: 1, frames: 12 });
    const { set } = await loadScanSet(folder, films, { seed: 1, cacheDirectory: temporaryFolder() });
    expect(set.volumes.map(({ shape, frameTime }) => [...shape, frameTime])).toEqual([
      [1, 12, 48, 48, 0.1],
      [1, 12, 48, 48, 0.1],
    ]);
    for (const volume of set.volumes) {
      expect(changeOf(volume, 3)).toBeGreaterThan(1.2 * changeOf(volume, 1));
    }
  });

  it('fill the field of view with tissue, and have their spine behind in every patient', async () => {
    const folder = temporaryFolder();
    await writePhantoms(folder, { patients: 6, size: 48, seed: 1 });
    const { set } = await loadScanSet(folder, options, { seed: 1, cacheDirectory: temporaryFolder() });
    for (const volume of set.volumes) {
      const { voxels, foreground } = wholeVolume(volume);
      const { length } = foreground;
      expect(foreground.reduce((sum, inside) => sum + inside, 0) / length).toBeGreaterThan(0.6);
      // The trunk leaves the field of view above and below: there is no outline there.
      const share = (d: Range, h: Range, w: Range): number => meanOf(foreground, volume, d, h, w);
      expect(share([0, 1], [18, 30], [18, 30])).toBeGreaterThan(0.95);
      expect(share([46, 47], [18, 30], [18, 30])).toBeGreaterThan(0.95);
      expect(share([16, 32], [0, 1], [0, 1])).toBeLessThan(0.1);
      // Vertebrae and disks follow each other behind; nothing as regular lies in the belly in front of them.
      const alongBody = (h: Range, w: Range): number => {
        const slices = Array.from({ length: 30 }, (_, i) => meanOf(voxels, volume, [9 + i, 9 + i], h, w));
        return meanOfAll(slices.slice(1).map((value, i) => Math.abs(value - (slices[i] as number))));
      };
      expect(alongBody([9, 14], [21, 27])).toBeGreaterThan(1.2 * alongBody([26, 31], [21, 27]));
    }
  });
});

type Range = readonly [number, number];

const meanOfAll = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Mean over a box of a volume's voxels or mask. */
function meanOf(values: ArrayLike<number>, { shape }: Volume, d: Range, h: Range, w: Range): number {
  const [, , height, width] = shape;
  let [sum, count] = [0, 0];
  for (let z = d[0]; z <= d[1]; z++)
    for (let y = h[0]; y <= h[1]; y++)
      for (let x = w[0]; x <= w[1]; x++, count++)
        sum += present(values[(z * height + y) * width + x], 'a voxel');
  return sum / count;
}

/** Mean absolute change of a film's pixels over so many frames. */
function changeOf(volume: Volume, frames: number): number {
  const { voxels } = wholeVolume(volume);
  const apart = frames * volume.shape[2] * volume.shape[3];
  return meanOfAll(Array.from(voxels.subarray(apart), (value, i) => Math.abs(value - (voxels[i] as number))));
}
