/**
 * The scan that a mask in a file of its own is of: the one of the same name, but for endings such as `_seg`; else the only one on
 * the same grid. Names and grids of all scans are gathered once, for thousands of masks.
 */
import { basename } from 'node:path';
import type { Triple } from '../../core/tensor.js';
import type { RawScan } from '../../scans/formats/format.js';
import type { TargetIndex } from '../scans/target-index.js';
import type { Target } from '../scans/target.js';
import { onlyTarget, type LabelFile } from './source.js';
import { covers, otherGrid, type StoredGrid } from './stored-mask.js';

/** Endings that masks have and their scans have not, and nnU-Net's number of the channel, which scans have. */
const ENDINGS = /[-_.](seg|segmentation|mask|labels?|gt|groundtruth|dseg|0000)$/i;

const stemOf = (name: string): string => {
  const stem = basename(name).replace(/\.(nii|hdr|img|dcm|nrrd|nhdr|mha|mhd|npy|npz)?(\.gz)?$/i, '');
  return stem.replace(ENDINGS, '').toLowerCase();
};

/** A scan with the middle of its grid, which is the same however axes are turned. */
interface Centred {
  readonly target: Target;
  readonly middle: Triple;
}

interface Lookup {
  readonly byStem: ReadonlyMap<string, readonly Target[]>;
  /** Targets by the extents of their grid, in ascending order, and their frames; gathered when first asked for. */
  readonly bySize: () => Promise<ReadonlyMap<string, readonly Centred[]>>;
}

const lookups = new WeakMap<TargetIndex, Lookup>();

function lookupOf(index: TargetIndex): Lookup {
  const found = lookups.get(index);
  if (found !== undefined) return found;
  const byStem = new Map<string, Target[]>();
  for (const target of index.targets)
    for (const stem of new Set([...target.names.map(stemOf), target.uids?.series ?? '']))
      if (stem !== '') byStem.set(stem, [...(byStem.get(stem) ?? []), target]);
  let sizes: Promise<Map<string, Centred[]>> | undefined;
  const lookup = { byStem, bySize: () => (sizes ??= sizesOf(index.targets)) };
  lookups.set(index, lookup);
  return lookup;
}

async function sizesOf(targets: readonly Target[]): Promise<Map<string, Centred[]>> {
  const bySize = new Map<string, Centred[]>();
  for (const target of targets) {
    const grid = await target.grid();
    const own = bySize.get(sizeKey(grid)) ?? [];
    own.push({ target, middle: middleOf(grid) });
    bySize.set(sizeKey(grid), own);
  }
  return bySize;
}

const middleOf = ({ size, affine }: StoredGrid): Triple =>
  affine.map(
    ([a, b, c, d]) => (a * (size[0] - 1) + b * (size[1] - 1) + c * (size[2] - 1)) / 2 + d,
  ) as unknown as Triple;

/** Scans of the extents of a mask whose middle is less than a voxel from its own. */
async function near(scan: RawScan, { bySize }: Lookup): Promise<Target[]> {
  const middle = middleOf(scan);
  const reach = Math.max(...scan.spacing);
  const apart = (other: Triple): number =>
    Math.hypot(...other.map((value, axis) => value - (middle[axis] as number)));
  return ((await bySize()).get(sizeKey(scan)) ?? [])
    .filter((each) => apart(each.middle) < reach)
    .map(({ target }) => target);
}

const sizeKey = ({ size, frames }: Pick<RawScan, 'size' | 'frames'>): string =>
  [...[...size].sort((a, b) => a - b), frames].join();

/** Null where no scan fits; throws `UserError` where several do, or where the scan of that name has another grid. */
export async function scanOfMask(file: LabelFile, scan: RawScan, index: TargetIndex): Promise<Target | null> {
  const lookup = lookupOf(index);
  const named = lookup.byStem.get(stemOf(file.path)) ?? [];
  const [first] = named;
  const candidates = first === undefined ? await near(scan, lookup) : named;
  const fitting: Target[] = [];
  for (const target of candidates) {
    const grid = await target.grid();
    if (scan.frames === grid.frames && covers(scan, grid)) fitting.push(target);
  }
  if (first !== undefined && fitting.length === 0)
    throw otherGrid(file.path, scan, await first.grid(), first.path);
  const what = first === undefined ? 'its grid' : 'its name';
  const fix = 'name it as its scan, or say by a table with path and labels of which it is';
  return onlyTarget(fitting, file.path, what, fix);
}
