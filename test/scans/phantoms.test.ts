import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { present } from '../../src/core/errors.js';
import { sha256 } from '../../src/core/hash.js';
import { describeScans } from '../../src/scans/describe.js';
import { loadScanSet } from '../../src/scans/load.js';
import { ScanOptions } from '../../src/scans/options.js';
import { writePhantoms } from '../../src/scans/phantoms.js';
import { wholeVolume, type Volume } from '../../src/scans/scan-set.js';
import { temporaryFolder } from './nifti-file.js';

const scans = (folder: string): string[] => readdirSync(folder).filter((name) => name.endsWith('.nii.gz'));
const options = ScanOptions.parse({ spacing: 3 });
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

  it('are read like any scan, in two orientations', async () => {
    const folder = temporaryFolder();
    await writePhantoms(folder, small);
    const { series, skipped } = await describeScans(folder, options, { cacheDirectory: temporaryFolder() });
    expect(skipped).toEqual([]);
    expect(series.map(({ orientation, spacing_mm }) => `${orientation} ${spacing_mm.join()}`)).toEqual([
      'RAS 6,6,6',
      'LPS 6,6,6',
      'RAS 6,6,6',
    ]);
  });

  it('have their organs on the right side in every patient', async () => {
    const folder = temporaryFolder();
    await writePhantoms(folder, { patients: 4, size: 48, seed: 1 });
    const { set } = await loadScanSet(folder, options, { seed: 1, cacheDirectory: temporaryFolder() });
    for (const volume of set.volumes) {
      // Liver (right) is brighter than stomach and its air (left); the spine behind than the belly in front.
      expect(meanOf(volume, [10, 12], [24, 32], [31, 37])).toBeGreaterThan(
        meanOf(volume, [10, 12], [24, 32], [11, 17]),
      );
      expect(meanOf(volume, [2, 12], [12, 16], [22, 25])).toBeGreaterThan(
        meanOf(volume, [2, 12], [32, 36], [22, 25]),
      );
      // There is a head above and no air below.
      expect(meanOf(volume, [46, 47], [2, 6], [2, 6])).toBeLessThan(-1);
      const { foreground } = wholeVolume(volume);
      const tissue = foreground.reduce((sum, inside) => sum + inside, 0) / foreground.length;
      expect(tissue).toBeGreaterThan(0.3);
    }
  });
});

type Range = readonly [number, number];

function meanOf(volume: Volume, d: Range, h: Range, w: Range): number {
  const [, , height, width] = volume.shape;
  const { voxels } = wholeVolume(volume);
  let [sum, count] = [0, 0];
  for (let z = d[0]; z <= d[1]; z++)
    for (let y = h[0]; y <= h[1]; y++)
      for (let x = w[0]; x <= w[1]; x++, count++)
        sum += present(voxels[(z * height + y) * width + x], 'a voxel');
  return sum / count;
}
