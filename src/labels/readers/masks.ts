/**
 * One voxel mask a scan, or one a reader, out of the readers' own.
 */
import { UserError } from '../../core/errors.js';
import type { Grid, Target } from '../scans/target.js';
import { readerMap, UNKNOWN, type LabelClass, type ReaderMap } from './label-map.js';
import { byTarget, type Opinion } from './opinion.js';
import { majority, type Policy } from './policy.js';

export interface SettledMask {
  readonly target: Target;
  readonly grid: Grid;
  readonly opinions: readonly Opinion[];
  /** `[frames, z, y, x]`: −1 unknown, 0 background. */
  readonly voxels: Int16Array;
}

export interface MaskCounts {
  /** Voxels on which no label has more than half of the readers: unknown. */
  undecided: number;
  /** Voxels with two labels of one reader. */
  overlaps: number;
}

export interface MaskOptions {
  readonly classes: readonly LabelClass[];
  readonly policy: Policy;
  readonly absent: boolean;
  readonly nameOf: (reader: string) => string;
  readonly counts: MaskCounts;
}

/** Masks one after another, since together they may be larger than memory. */
export async function* settleMasks(
  opinions: readonly Opinion[],
  options: MaskOptions,
): AsyncGenerator<SettledMask> {
  const drawn = opinions.filter(
    ({ statements, whole }) => options.absent || whole || statements.some(({ region }) => region !== null),
  );
  for (const own of byTarget(drawn)) {
    const target = (own[0] as Opinion).target;
    const grid = await target.grid();
    const groups = options.policy === 'each' ? own.map((opinion) => [opinion]) : [own];
    for (const group of groups) yield settle(group, { target, grid }, options);
  }
}

function settle(
  opinions: readonly Opinion[],
  { target, grid }: { target: Target; grid: Grid },
  { classes, policy, absent, nameOf, counts }: MaskOptions,
): SettledMask {
  const maps = opinions.map((opinion) => readerMap(opinion, classes, grid, absent));
  const size = grid.size[0] * grid.size[1];
  const slices = grid.size[2] * grid.frames;
  const voxels = new Int16Array(size * slices).fill(UNKNOWN);
  for (let slice = 0; slice < slices; slice++) {
    const known = maps.flatMap((map: ReaderMap) => map.slice(slice) ?? []);
    const [only, another] = known;
    if (only === undefined) continue;
    if (another === undefined) voxels.set(only, slice * size);
    else
      for (let i = 0; i < size; i++) {
        const first = only[i] as number;
        if (known.every((labels) => labels[i] === first)) {
          voxels[slice * size + i] = first;
          continue;
        }
        const values = known.map((labels) => labels[i] as number).filter((value) => value !== UNKNOWN);
        if (policy === 'refuse' && new Set(values).size > 1) throw differ(opinions, target, nameOf);
        const label = majority(values);
        if (label === null) counts.undecided++;
        voxels[slice * size + i] = label ?? UNKNOWN;
      }
  }
  for (const map of maps) counts.overlaps += map.overlaps();
  return { target, grid, opinions, voxels };
}

function differ(opinions: readonly Opinion[], target: Target, nameOf: (reader: string) => string): UserError {
  return new UserError({
    subject: target.path,
    problem: `readers differ: the masks of ${opinions.map(({ reader }) => nameOf(reader) || 'a reader').join(' and ')} are not the same`,
    fix: 'choose --readers majority or --readers each',
  });
}
