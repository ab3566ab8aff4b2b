import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { loadScanSet } from '../../../src/scans/load.js';
import { ScanOptions } from '../../../src/scans/options.js';
import { wholeVolume } from '../../../src/scans/sampling/scan-set.js';
import { startVoxolve } from '../../support/cli.js';
import { temporaryFolder, writePatient } from '../../support/scans/nifti-file.js';

it(
  'a cache whose writers are killed, two at a time, still gives the same set',
  { timeout: 180_000 },
  async () => {
    const folder = temporaryFolder();
    for (let i = 0; i < 8; i++) writePatient(join(folder, `p${i}.nii.gz`), i, 40);
    const directory = temporaryFolder();
    const load = (cacheDirectory: string): ReturnType<typeof loadScanSet> =>
      loadScanSet(folder, ScanOptions.parse({}), { seed: 1, cacheDirectory });
    let cut = 0;
    for (const patience of [300, 450, 600, 750]) {
      const writers = [1, 2].map(() =>
        startVoxolve(['scans', folder, '--json'], { VOXOLVE_CACHE: directory }),
      );
      await pause(patience);
      for (const { child } of writers) child.kill('SIGKILL');
      for (const { finished } of writers) if ((await finished).signal === 'SIGKILL') cut++;
    }
    expect(cut).toBeGreaterThan(0);
    const survivor = await load(directory);
    const fresh = await load(temporaryFolder());
    expect(survivor.set.volumes.map(wholeVolume)).toEqual(fresh.set.volumes.map(wholeVolume));
    const foreign = readdirSync(directory).filter(
      (name) =>
        !/^([0-9a-f]{64}\.zarr|[0-9a-f]{20}\.index|pseudonyms\.key|\.[0-9a-f]+\.(zarr|index)\.\d+-[0-9a-f]{16}\.unfinished)$/.test(
          name,
        ),
    );
    expect(foreign).toEqual([]);
  },
);
