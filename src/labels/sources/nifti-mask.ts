/**
 * Masks in NIfTI files: each value but 0 is a label, named by its number. The scan is the one of the same name, but for endings
 * such as `_seg`; else the only one on the same grid.
 */
import { basename } from 'node:path';
import { UserError, present } from '../../core/errors.js';
import type { RawScan } from '../../scans/formats/format.js';
import { nifti } from '../../scans/formats/nifti.js';
import { remark, type Region } from '../statement.js';
import type { Grid, Target } from '../scans/target.js';
import { ELSEWHERE, onlyTarget, type LabelFile, type Reading, type Source } from './source.js';
import { markStored, otherGrid, placed } from './stored-mask.js';

export const niftiMask: Source = {
  kind: 'nifti',
  async read(file, reading) {
    const scan = await nifti.read(file.path);
    const target = await targetOf(file, scan, reading);
    if (target === null) return remark(reading.collected, ELSEWHERE);
    await stateMask(
      { file, scan, target, source: 'nifti', reader: reading.options.readerOf(file) ?? '' },
      reading,
    );
  },
};

interface Mask {
  readonly file: LabelFile;
  readonly scan: RawScan;
  readonly target: Target;
  readonly source: 'nifti' | 'csv';
  readonly reader: string;
}

/** Values that a mask may have; pictures have more, and are none. */
const MOST_LABELS = 1024;

/** Says of a scan what a mask marks on it. */
export async function stateMask(
  { file, scan, target, source, reader }: Mask,
  { collected }: Reading,
): Promise<void> {
  const grid = await target.grid();
  const placement = placed(scan, grid);
  if (placement === null || scan.frames !== grid.frames) throw otherGrid(file.path, scan, grid, target.path);
  const values = labelsIn(scan, file);
  const voxels = scan.size[0] * scan.size[1] * scan.size[2];
  let outside = 0;
  collected.looked.push({ target, reader, source });
  const regions = new Map(
    values.map((value): [number, Region] => [value, { slices: new Map(), complete: true }]),
  );
  for (let frame = 0; frame < grid.frames; frame++) {
    const first = frame * voxels;
    const valueAt = (voxel: number): number => Number(scan.voxels[first + voxel]);
    const regionOf = (value: number): Region => present(regions.get(value), 'a value of the mask');
    outside += markStored({ size: scan.size, valueAt, placement, frame }, regionOf, grid, collected);
  }
  for (const [value, region] of regions)
    collected.statements.push({
      target,
      reader,
      label: String(value),
      parent: null,
      source,
      file: file.number,
      region,
    });
  if (outside > 0) throw otherGrid(file.path, scan, grid, target.path);
}

function labelsIn({ voxels }: RawScan, { path }: LabelFile): number[] {
  const values = new Set<number>();
  for (const voxel of voxels) {
    const value = Number(voxel);
    if (value === 0 || values.has(value)) continue;
    values.add(value);
    if (Number.isInteger(value) && value > 0 && values.size <= MOST_LABELS) continue;
    throw new UserError({
      subject: path,
      problem: `is no mask: ${values.size > MOST_LABELS ? `more than ${MOST_LABELS} values` : `the value ${value}`}`,
      fix: 'give masks of whole numbers, 0 for background',
    });
  }
  return [...values].sort((a, b) => a - b);
}

/** Endings that masks have and their scans have not, and nnU-Net's number of the channel, which scans have. */
const ENDINGS = /[-_.](seg|segmentation|mask|labels?|gt|groundtruth|dseg|0000)$/i;

const stemOf = (name: string): string => {
  const stem = basename(name).replace(/\.(nii|hdr|img|dcm|nrrd|nhdr|mha|mhd|npy|npz)?(\.gz)?$/i, '');
  return stem.replace(ENDINGS, '').toLowerCase();
};

async function targetOf(file: LabelFile, scan: RawScan, { index }: Reading): Promise<Target | null> {
  const stem = stemOf(file.path);
  const named = index.targets.filter(
    ({ names, uids }) => uids?.series === stem || names.some((name) => stemOf(name) === stem),
  );
  const onGrid: Target[] = [];
  for (const target of named.length === 0 ? index.targets : named) {
    const grid: Grid = await target.grid();
    if (scan.frames === grid.frames && sameSize(scan.size, grid.size) && placed(scan, grid) !== null)
      onGrid.push(target);
  }
  const [first] = named;
  if (first !== undefined && onGrid.length === 0)
    throw otherGrid(file.path, scan, await first.grid(), first.path);
  return onlyTarget(onGrid, file.path, named.length === 0 ? 'its grid' : 'its name');
}

const sameSize = (a: readonly number[], b: readonly number[]): boolean =>
  [...a].sort((x, y) => x - y).join() === [...b].sort((x, y) => x - y).join();
