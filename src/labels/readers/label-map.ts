/**
 * Voxel labels of one reader, slice by slice: the number of a label, 0 for background, −1 where nothing is known.
 *
 * Sources that speak of the whole scan (SEG, RTSTRUCT, NIfTI) leave nothing unknown; elsewhere a slice that a reader drew nothing
 * on says nothing.
 */
import { eachBit, NO_BITS } from '../geometry/bits.js';
import type { Grid } from '../scans/target.js';
import { regionsOf, type Opinion } from './opinion.js';

export const UNKNOWN = -1;

export interface LabelClass {
  readonly name: string;
  /** In masks; above 0. */
  readonly number: number;
  /** Labels that it refines, directly or not. */
  readonly ancestors: ReadonlySet<string>;
}

/** Labels with their numbers: their own if all are numbers, else in the order of their names. */
export function numberLabels(opinions: readonly Opinion[]): LabelClass[] {
  const parents = new Map<string, string | null>();
  for (const { label, parent } of opinions.flatMap(({ statements }) => statements))
    parents.set(label, parents.get(label) ?? parent);
  const names = [...parents.keys()].sort((a, b) => Number(a) - Number(b) || (a < b ? -1 : 1));
  const plain = names.every((name) => /^[1-9]\d{0,3}$/.test(name));
  return names.map((name, at) => ({
    name,
    number: plain ? Number(name) : at + 1,
    ancestors: ancestorsOf(name, parents),
  }));
}

function ancestorsOf(name: string, parents: ReadonlyMap<string, string | null>): Set<string> {
  const found = new Set<string>();
  for (
    let at = parents.get(name) ?? null;
    at !== null && at !== name && !found.has(at);
    at = parents.get(at) ?? null
  )
    found.add(at);
  return found;
}

export interface ReaderMap {
  /** Labels of a slice, −1 where nothing is known; null where nothing is known of all of it. */
  slice(slice: number): Int16Array | null;
  /** Voxels so far that had two labels of which neither refines the other. */
  overlaps(): number;
}

/** @param absent what is not marked is background, everywhere */
export function readerMap(
  opinion: Opinion,
  classes: readonly LabelClass[],
  grid: Grid,
  absent: boolean,
): ReaderMap {
  const regions = regionsOf(opinion);
  const whole = absent || opinion.whole || [...regions.values()].some(({ complete }) => complete);
  // What refines comes last, and stays.
  const painted = classes
    .filter(({ name }) => regions.has(name))
    .sort((a, b) => a.ancestors.size - b.ancestors.size || a.number - b.number);
  const byNumber = new Map(classes.map((each) => [each.number, each]));
  let overlaps = 0;
  return {
    overlaps: () => overlaps,
    slice(slice) {
      const masks = painted.map(({ name }) => regions.get(name)?.slices.get(slice));
      if (!whole && masks.every((mask) => mask === undefined)) return null;
      const labels = new Int16Array(grid.size[0] * grid.size[1]);
      painted.forEach(({ name, number, ancestors }, at) => {
        eachBit(masks[at] ?? NO_BITS, (i) => {
          const before = byNumber.get(labels[i] as number);
          if (before !== undefined && before.name !== name && !ancestors.has(before.name)) overlaps++;
          labels[i] = number;
        });
      });
      eachBit(opinion.unknown.get(slice) ?? NO_BITS, (i) => {
        if (labels[i] === 0) labels[i] = UNKNOWN;
      });
      return labels;
    },
  };
}
