import { copyFileSync, mkdirSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import { beforeAll, describe, expect, it } from 'vitest';
import { present } from '../../src/core/errors.js';
import { describeScans } from '../../src/scans/describe.js';
import { loadScanSet, type LoadOptions } from '../../src/scans/load.js';
import { ScanOptions } from '../../src/scans/options.js';
import {
  openScanSet,
  openShared,
  scanSetRecipe,
  shareScans,
  type SharedScans,
} from '../../src/scans/sampling/scan-set-transfer.js';
import { wholeVolume, type ScanSet } from '../../src/scans/sampling/scan-set.js';
import { temporaryFolder, writeNifti, writePatient } from '../support/scans/nifti-file.js';

const cacheDirectory = temporaryFolder();
const options = (given: object = {}): ScanOptions => ScanOptions.parse({ spacing: 3, ...given });
const load = (
  folder: string,
  given: object = {},
  extra: Partial<LoadOptions> = {},
): ReturnType<typeof loadScanSet> =>
  loadScanSet(folder, options(given), { seed: 1, cacheDirectory, ...extra });

/** A new folder with some patients' scans. */
function patients(count: number): string {
  const folder = temporaryFolder();
  for (let i = 0; i < count; i++) writePatient(join(folder, `p${i}.nii.gz`), i);
  return folder;
}

const voxelsOf = (set: ScanSet): ReturnType<typeof wholeVolume>[] => set.volumes.map(wholeVolume);

const sidesOf = (set: ScanSet): string[] => set.volumes.map(({ patient, split }) => `${patient} ${split}`);

describe('a scan set', () => {
  let folder: string;
  beforeAll(() => {
    folder = patients(6);
  });

  it('holds every usable scan in memory that threads share', async () => {
    const { set } = await load(folder);
    expect(set.volumes).toHaveLength(6);
    const { port1, port2 } = new MessageChannel();
    port1.postMessage(shareScans(set));
    const received = (receiveMessageOnPort(port2) as { message: SharedScans }).message;
    const other = openShared(received);
    expect(voxelsOf(other)).toEqual(voxelsOf(set));
    present(received.whole?.[0], 'a volume').voxels[5] = 123;
    expect(voxelsOf(set)[0]?.voxels[5]).toBe(123);
    port1.close();
  });

  it('is the same from the cache as from the files', async () => {
    const fresh = await load(folder, {}, { cacheDirectory: temporaryFolder() });
    const directory = temporaryFolder();
    await load(folder, {}, { cacheDirectory: directory });
    const cached = await load(folder, {}, { cacheDirectory: directory });
    expect(voxelsOf(cached.set)).toEqual(voxelsOf(fresh.set));
    expect(cached.set.fingerprint).toBe(fresh.set.fingerprint);
  });

  it('opens again from its recipe, as another process does', async () => {
    const { set } = await load(folder);
    const recipe = JSON.parse(JSON.stringify(scanSetRecipe(set))) as ReturnType<typeof scanSetRecipe>;
    expect(openScanSet(recipe)).toEqual((await load(folder)).set);
  });

  it('has another fingerprint for another seed, spacing or content', async () => {
    const { fingerprint } = (await load(folder)).set;
    const other = patients(6);
    writePatient(join(other, 'p3.nii.gz'), 33);
    expect((await load(patients(6))).set.fingerprint).toBe(fingerprint);
    expect((await load(folder, { spacing: 4 })).set.fingerprint).not.toBe(fingerprint);
    expect((await load(other)).set.fingerprint).not.toBe(fingerprint);
    const seeds = await Promise.all([2, 3, 4, 5].map((seed) => load(folder, {}, { seed })));
    expect(new Set(seeds.map(({ set }) => set.fingerprint)).size).toBeGreaterThan(1);
  });

  it('has the anatomy in canonical axes at the wanted spacing', async () => {
    const { set } = await load(folder, { spacing: [6, 3, 3] });
    expect(set.volumes[0]?.shape).toEqual([1, 10, 20, 20]);
    expect(set.volumes[0]?.spacing).toEqual([6, 3, 3]);
  });
});

describe('the split', () => {
  it('holds out a share of patients, at least one, and never all', async () => {
    const heldOut = async (count: number, validation: number): Promise<number> =>
      sidesOf((await load(patients(count), { validation })).set).filter((side) => side.endsWith('validation'))
        .length;
    expect(await heldOut(8, 0.25)).toBe(2);
    expect(await heldOut(3, 0.01)).toBe(1);
    expect(await heldOut(3, 0.99)).toBe(2);
  });

  it('never has scans of one patient on both sides', async () => {
    const folder = patients(9);
    const rows = readdirSync(folder).map((name, i) => `${name},patient ${i % 4}`);
    writeFileSync(join(folder, 'who.csv'), ['path,patient', ...rows].join('\n'));
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      const { set } = await load(folder, { manifest: 'who.csv' }, { seed });
      const sides = new Set(sidesOf(set));
      expect(sides.size, [...sides].join()).toBe(4);
      expect(new Set([...sides].map((side) => side.split(' ')[1])).size).toBe(2);
    }
  });

  it('skips a second copy of a scan, which could end up on the other side', async () => {
    const folder = patients(3);
    copyFileSync(join(folder, 'p1.nii.gz'), join(folder, 'p1-copy.nii.gz'));
    const { report } = await load(folder);
    expect(report.skipped).toEqual([{ path: 'p1.nii.gz', reason: 'the same content as p1-copy.nii.gz' }]);
  });

  it('needs two patients', async () => {
    await expect(load(patients(1))).rejects.toThrow(/holds usable scans of 1 patient/);
    const folder = patients(1);
    writeFileSync(join(folder, 'text.nii'), 'not a scan');
    await expect(load(folder)).rejects.toThrow(
      /without 1 skipped \(such as text.nii: .*\): holds usable scans of 1/,
    );
  });
});

describe('a manifest', () => {
  const manifest = (folder: string, text: string): object => {
    writeFileSync(join(folder, 'scans.csv'), text);
    return { manifest: 'scans.csv' };
  };

  it('fixes sides where it says so', async () => {
    const folder = patients(4);
    const rows = [
      'file,patient,split',
      'p0.nii.gz,a,validation',
      'p1.nii.gz,b,train',
      'p2.nii.gz,c,validation',
    ];
    const { report } = await load(folder, manifest(folder, rows.join('\n')));
    expect(report.used.map(({ path, split }) => `${path} ${split}`)).toEqual([
      'p0.nii.gz validation',
      'p1.nii.gz train',
      'p2.nii.gz validation',
    ]);
  });

  it.each([
    [
      'names a file that is not there',
      'path,patient\nnowhere.nii.gz,a\n',
      /line 2: nowhere.nii.gz exists neither/,
    ],
    [
      'has no column patient',
      'path,who\np0.nii.gz,a\n',
      /columns path and patient .* found columns path, who/,
    ],
    ['has no rows', 'path,patient\n', /found no rows/],
    ['has an unknown split', 'path,patient,split\np0.nii.gz,a,dev\n', /split is dev/],
    ['names a file twice', 'path,patient\np0.nii.gz,a\np0.nii.gz,b\n', /names p0.nii.gz twice/],
    [
      'splits a patient',
      'path,patient,split\np0.nii.gz,a,train\np1.nii.gz,a,validation\n',
      /more than one split/,
    ],
  ])('is refused when it %s', async (_, text, message) => {
    const folder = patients(2);
    await expect(load(folder, manifest(folder, text))).rejects.toThrow(message);
  });
});

describe('scans that can not be used', () => {
  /** Three good scans and one of each kind of trouble. */
  function trouble(): string {
    const folder = patients(3);
    const cube = { size: [20, 20, 20] };
    writeNifti(join(folder, 'constant.nii.gz'), { ...cube, value: () => 7 });
    writeNifti(join(folder, 'nan.nii.gz'), { ...cube, value: (x, y, z) => (x === 0 ? NaN : y * z) });
    writeNifti(join(folder, 'slice.nii.gz'), { size: [20, 20, 1], value: (x, y) => x * y });
    writePatient(join(folder, 'cut.nii'), 9);
    truncateSync(join(folder, 'cut.nii'), 1000);
    writeFileSync(join(folder, 'text.nii'), 'not a scan');
    writeFileSync(join(folder, 'notes.txt'), 'ignored');
    return folder;
  }

  it('are left out and listed with the reason', async () => {
    const { set, report } = await load(trouble(), {}, { minimumSize: [6, 6, 6] });
    expect(set.volumes).toHaveLength(3);
    expect(report.skipped).toEqual([
      { path: 'constant.nii.gz', reason: 'constant: all voxels are 7' },
      { path: 'cut.nii', reason: 'truncated: its header declares 32352 bytes, 1000 are there' },
      { path: 'nan.nii.gz', reason: '400 of 8000 voxels are NaN or infinite' },
      {
        path: 'slice.nii.gz',
        reason: '1 × 7 × 7 voxels after resampling, smaller than the crop of 6 × 6 × 6',
      },
      { path: 'text.nii', reason: 'not a NIfTI file: 10 bytes, its header alone has 348' },
    ]);
  });

  it.each([
    ['kilometres', 1e6, 'mm long, more than any patient'],
    ['half metres', 500, 'voxels after resampling, too many to be a scan'],
    ['nanometres', 1e-6, 'voxels after resampling, too few to be a scan'],
  ])('end in a reason where the header spaces voxels by %s', async (_, mm, reason) => {
    const folder = patients(2);
    const affine = [0, 1, 2].map((row) => [0, 1, 2, 3].map((column) => (column === row ? mm : 0)));
    writeNifti(join(folder, 'odd.nii'), { size: [6, 6, 6], affine, value: (x, y, z) => x + y * z });
    const { report } = await load(folder, { spacing: 1 });
    expect(report.skipped[0]?.reason).toMatch(reason);
  });

  it('end the run where the options say so', async () => {
    await expect(load(trouble(), { unreadable: 'refuse' })).rejects.toThrow(
      /constant.nii.gz: constant: all voxels are 7 \(and \d more\); remove it/,
    );
  });

  it('are used with NaN set to zero where the options say so', async () => {
    const { report } = await load(trouble(), { nonFinite: 'zero' });
    expect(report.used.map(({ path }) => path)).toContain('nan.nii.gz');
  });

  it('are described with what is wrong', async () => {
    const { series, skipped } = await describeScans(trouble(), options(), { cacheDirectory });
    expect(skipped.map(({ path }) => path)).toEqual(['cut.nii', 'text.nii']);
    expect(series.find(({ path }) => path === 'constant.nii.gz')?.problem).toBe('constant: all voxels are 7');
    expect(series.find(({ path }) => path === 'p0.nii.gz')).toEqual({
      path: 'p0.nii.gz',
      format: 'nifti',
      modality: null,
      patient: 'p0.nii.gz',
      files: 1,
      size: [20, 20, 20],
      frames: 1,
      spacing_mm: [3, 3, 3],
      frame_time_s: null,
      orientation: 'RAS',
      remarks: [],
      problem: null,
      prepared: {
        volumes: 1,
        size: [20, 20, 20],
        spacing_mm: [3, 3, 3],
        frame_time_s: null,
        clipped: 'percentiles 0.5 to 99.5',
        foreground: expect.any(Number) as number,
      },
    });
  });

  it('leave an error that names folder and reason when they are all there is', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'text.nii'), 'not a scan');
    await expect(load(folder)).rejects.toThrow(
      `${folder}: holds no usable scans: text.nii: not a NIfTI file`,
    );
  });

  it('leave an error when the folder is missing, a file or empty', async () => {
    const folder = temporaryFolder();
    await expect(load(join(folder, 'missing'))).rejects.toThrow(/missing: not a folder/);
    writeFileSync(join(folder, 'file'), '');
    await expect(load(join(folder, 'file'))).rejects.toThrow(/file: not a folder/);
    mkdirSync(join(folder, 'empty'));
    await expect(load(join(folder, 'empty'))).rejects.toThrow(
      /empty: holds no scans; put files in it that end in .nii/,
    );
  });
});

describe('frames of a 4D series', () => {
  const series = (): string => {
    const folder = patients(2);
    writeNifti(join(folder, 'series.nii.gz'), {
      size: [8, 8, 8, 3],
      value: (x, y, z, frame) => (x + y * z) * (frame + 1) + (x === 3 ? frame : 0),
    });
    return folder;
  };
  it.each([
    ['first', 1],
    ['each', 3],
    ['mean', 1],
  ])('become volumes of one patient as the policy %s says', async (frames, count) => {
    const { set, report } = await load(series(), { frames, spacing: 1 });
    expect(report.used.find(({ path }) => path === 'series.nii.gz')?.shapes).toHaveLength(count);
    expect(new Set(set.volumes.map(({ patient }) => patient)).size).toBe(3);
    expect(new Set(set.volumes.map(({ id }) => id)).size).toBe(set.volumes.length);
  });
});
