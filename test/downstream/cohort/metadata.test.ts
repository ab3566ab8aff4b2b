/**
 * What scans tell without being understood.
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { present } from '../../../src/core/errors.js';
import { applyCovariates, encodeCovariates } from '../../../src/downstream/cohort/encode.js';
import { metadataCovariates, metadataOf, readMetadata } from '../../../src/downstream/cohort/metadata.js';
import { openScanFolder } from '../../../src/scans/folder/scan-folder.js';
import { affineOfColumns } from '../../../src/scans/geometry.js';
import type { RawScan } from '../../../src/scans/formats/format.js';
import { ScanOptions } from '../../../src/scans/options.js';
import { temporaryFolder, writePatient } from '../../support/scans/nifti-file.js';

/** A clip of 3 frames, 16 columns and 4 rows: brighter from frame to frame, by 1, and from column to column, by 10. */
const clip: RawScan = {
  format: 'video',
  modality: 'US',
  size: [16, 4, 1],
  frames: 3,
  spacing: [1, 1, 1],
  calibrated: false,
  frameTime: 0.04,
  frameTimes: null,
  affine: affineOfColumns(
    [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ],
    [0, 0, 0],
    'RAS',
  ),
  remarks: [],
  voxels: Uint8Array.from({ length: 3 * 64 }, (_, i) => Math.floor(i / 64) + 10 * (i % 16)),
};

describe('metadata of a scan', () => {
  it('are its container, size, spacing and frame rate as stored', () => {
    expect(metadataOf(clip, { container: '.mp4', bytes: 2048 })).toMatchObject({
      container: '.mp4',
      modality: 'US',
      kilobytes: 2,
      columns: 16,
      rows: 4,
      slices: 1,
      frames: 3,
      spacing_columns: null,
      frame_rate: 25,
    });
    expect(
      metadataOf({ ...clip, calibrated: true, spacing: [0.5, 0.7, 3] }, { container: '', bytes: 0 }),
    ).toMatchObject({ spacing_columns: 0.5, spacing_rows: 0.7, spacing_slices: 3 });
  });

  it('are quantiles of intensity, without what is not finite', () => {
    const { quantile_0, quantile_50, quantile_100 } = metadataOf(clip, { container: '', bytes: 0 });
    expect([quantile_0, quantile_50, quantile_100]).toEqual([0, 76, 152]);
    const voxels = Float32Array.from(clip.voxels as Uint8Array, (value, i) => (i === 3 ? NaN : value));
    const damaged = metadataOf({ ...clip, voxels }, { container: '', bytes: 0 });
    expect(Object.values(damaged).every((value) => typeof value !== 'number' || Number.isFinite(value))).toBe(
      true,
    );
  });

  it('are an 8 × 8 frame, the mean over frames, also of frames with fewer rows', () => {
    const told = metadataOf(clip, { container: '', bytes: 0 });
    expect(Object.keys(told).filter((name) => name.startsWith('block_'))).toHaveLength(64);
    // Columns 6 and 7 in frames 0, 1 and 2.
    expect(told['block_0_3']).toBeCloseTo(66, 10);
    expect(told['block_7_3']).toBeCloseTo(66, 10);
  });

  it('are read from files, and become columns of a baseline where they differ', async () => {
    const folder = temporaryFolder();
    for (const seed of [1, 2, 3]) writePatient(join(folder, `${seed}.nii`), seed);
    const { files } = await openScanFolder(folder, ScanOptions.parse({}), temporaryFolder());
    const read = await Promise.all(files.map((file) => readMetadata(file)));
    expect(read[0]).toMatchObject({
      container: '.nii',
      kilobytes: statSync(join(folder, '1.nii')).size / 1024,
      frame_rate: null,
    });
    const covariates = metadataCovariates(read);
    const plan = encodeCovariates(
      { manifest: 'm.csv', covariates, targets: { kind: 'value', values: [1, 2, 3] } },
      [0, 1, 2],
    );
    const names = plan.columns.map(({ name }) => name);
    expect(names).toContain('x_quantile_100');
    expect(names).toContain('x_block_4_4');
    expect(names).not.toContain('x_rows');
    const { data, shape } = applyCovariates(plan, covariates, [0, 1, 2]);
    expect(shape).toEqual([3, names.length]);
    const at = names.indexOf('x_quantile_100');
    expect(data[names.length + at]).toBeCloseTo(present(read[1], 'scan 1')['quantile_100'] as number, 3);
  });
});
