/** What a manifest says of arrays, whose files say nothing of the size and place of their voxels. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cellsOf, statedOf, type Stated } from '../../../src/scans/folder/stated.js';
import { describeScans } from '../../../src/scans/describe.js';
import { npyFile } from '../../../src/scans/npy.js';
import { ScanOptions } from '../../../src/scans/options.js';
import { temporaryFolder } from '../../support/scans/nifti-file.js';

const [folder, cacheDirectory] = [temporaryFolder(), temporaryFolder()];
const values = Int16Array.from({ length: 4 * 9 * 12 }, (_, i) => (i * 37) % 101);
writeFileSync(join(folder, 'volume.npy'), npyFile([4, 9, 12], values));
writeFileSync(join(folder, 'few.npy'), npyFile([12, 9, 4], values));

/** The first scan of the folder as a manifest with these columns tells it. */
async function described(name: string, columns: string, cells: string) {
  const manifest = join(folder, 'manifest.csv');
  writeFileSync(manifest, `path,patient,${columns}\n${name},1,${cells}\n`);
  const { series, skipped } = await describeScans(folder, ScanOptions.parse({ manifest, spacing: 1 }), {
    cacheDirectory,
  });
  return series[0] ?? skipped[0];
}

describe('an array of which a manifest states', () => {
  it('the spacing has that size of voxels', async () => {
    const prepared = { size: [20, 9, 6], spacing_mm: [1, 1, 1] };
    expect(await described('volume.npy', 'spacing_mm', '0.5 1 5')).toMatchObject({
      spacing_mm: [0.5, 1, 5],
      orientation: 'RAS',
      remarks: [],
      prepared,
    });
    // Not that of the cache.
    expect(await described('volume.npy', 'spacing_mm', '1 1 5')).toMatchObject({
      prepared: { size: [20, 9, 12] },
    });
  });

  it('the affine is turned as it says', async () => {
    const found = await described('volume.npy', 'affine', '0 0 -3 7 -2 0 0 0 0 2 0 0.5');
    expect(found).toMatchObject({ spacing_mm: [2, 2, 3], orientation: 'PSL' });
    expect(found).toMatchObject({ prepared: { size: [18, 24, 12] } });
  });

  it('the axes is read, although its last axis might be colours', async () => {
    expect(await described('few.npy', 'spacing_mm', '1 1 1')).toMatchObject({
      reason: expect.stringContaining('colours') as string,
    });
    expect(await described('few.npy', 'axes', 'zyx')).toMatchObject({ size: [4, 9, 12], frames: 1 });
  });

  it('times of frames has these, if they are as many', async () => {
    const columns = 'axes,frame_times_s';
    expect(await described('few.npy', columns, 'tyx,0 1 2')).toMatchObject({
      reason: 'its manifest states 3 times of frames, and it has 12 frames',
    });
    const times = Array.from({ length: 12 }, (_, i) => i * 0.25).join(' ');
    expect(await described('few.npy', columns, `tyx,${times}`)).toMatchObject({ frame_time_s: 0.25 });
  });

  it('padding does not count it as tissue', async () => {
    const whole = await described('volume.npy', 'axes', 'zyx');
    const without = await described('volume.npy', 'axes,padding', 'zyx,50 200');
    const tissue = (found: typeof whole): number =>
      found !== undefined && 'prepared' in found ? (found.prepared?.foreground ?? -1) : -1;
    expect(tissue(without)).toBeGreaterThan(0);
    expect(tissue(without)).toBeLessThan(tissue(whole) - 0.2);
  });
});

describe('cells of a manifest', () => {
  it('give back what they were written from', () => {
    const stated: Stated = {
      axes: 'tzyx',
      spacing: [0.1, 1 / 3, 5e-7],
      affine: [
        [1, 0, 0.125, -3.25],
        [0, -1, 1e-17, 4],
        [0.3, 0.2, 2, 1],
      ],
      frameTime: null,
      frameTimes: [0, 0.04, 0.13],
      padding: [-2000, -1024.5],
    };
    expect(statedOf(cellsOf(stated), 'a')).toEqual(stated);
    expect(statedOf(cellsOf({}), 'a')).toBeNull();
  });

  it.each([
    ['spacing_mm', '1 2'],
    ['spacing_mm', '0 1 1'],
    ['spacing_mm', '0.7x0.7x2'],
    ['affine', '1 0 0'],
    ['affine', '0 0 0 1 0 1 0 1 0 0 1 1'],
    ['frame_time_s', '-1'],
    ['frame_time_s', 'soon'],
    ['padding', 'NaN 1'],
    ['axes', 'xx'],
  ])('are refused where %s is %s', (column, cell) => {
    expect(() => statedOf({ [column]: cell }, 'm.csv line 2')).toThrow(`m.csv line 2: ${column} is ${cell}`);
  });
});
