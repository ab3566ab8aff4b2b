/**
 * Masks in NIfTI files: 0 is background, −1 unknown, each other value a label, named as `classes.csv` beside the mask says, else by
 * its number.
 */
import { UserError, present } from '../../core/errors.js';
import type { RawScan } from '../../scans/formats/format.js';
import { nifti } from '../../scans/formats/nifti.js';
import { remark, type Region } from '../statement.js';
import type { Bits } from '../geometry/bits.js';
import type { Target } from '../scans/target.js';
import { classNames } from './class-names.js';
import { scanOfMask } from './mask-lookup.js';
import { addMarks, ELSEWHERE, type LabelFile, type Reading, type Source } from './source.js';
import { otherGrid, placed, placeStored } from './stored-mask.js';

export const niftiMask: Source = {
  kind: 'nifti',
  async read(file, reading) {
    const scan = await nifti.read(file.path);
    const target = await scanOfMask(file, scan, reading.index);
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

/** Value of voxels of which a mask says nothing. */
const UNKNOWN = -1;

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
  const names = classNames(file.path);
  let outside = 0;
  const unknown = new Map<number, Bits>();
  collected.looked.push({ target, reader, source, whole: true, unknown });
  const regions = new Map(
    values.map((value): [number, Region] => [value, { slices: new Map(), complete: true }]),
  );
  for (let frame = 0; frame < grid.frames; frame++) {
    const first = frame * voxels;
    const valueAt = (voxel: number): number => Number(scan.voxels[first + voxel]);
    outside += placeStored({ size: scan.size, valueAt, placement, frame }, grid, (value, slice, bits) => {
      if (value === UNKNOWN) unknown.set(slice, bits);
      else addMarks(present(regions.get(value), 'a value of the mask'), slice, bits, collected);
    });
  }
  for (const [value, region] of regions)
    collected.statements.push({
      target,
      reader,
      label: names.get(value) ?? String(value),
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
    if (value === 0 || value === UNKNOWN || values.has(value)) continue;
    values.add(value);
    if (Number.isInteger(value) && value > 0 && values.size <= MOST_LABELS) continue;
    throw new UserError({
      subject: path,
      problem: `is no mask: ${values.size > MOST_LABELS ? `more than ${MOST_LABELS} values` : `the value ${value}`}`,
      fix: 'give masks of whole numbers, 0 for background, -1 for what is unknown',
    });
  }
  return [...values].sort((a, b) => a - b);
}
