/**
 * All that one reader says of one scan.
 */
import type { Collected, Region, SourceKind, Statement } from '../statement.js';
import { NO_BITS, unionOf, type Bits } from '../geometry/bits.js';
import type { Target } from '../scans/target.js';

export interface Opinion {
  readonly target: Target;
  /** Identity as the source has it. */
  readonly reader: string;
  readonly sources: readonly SourceKind[];
  readonly statements: readonly Statement[];
  /** True where a mask speaks of the whole scan, of whatever label. */
  readonly whole: boolean;
  /** Voxels by slice of which that mask says nothing. */
  readonly unknown: ReadonlyMap<number, Bits>;
}

interface Gathered {
  readonly target: Target;
  readonly reader: string;
  readonly sources: Set<SourceKind>;
  readonly own: Statement[];
  readonly unknown: Map<number, Bits>;
  whole: boolean;
}

/** Opinions in the order of scans and of readers; `labels`: those that count, null for all. */
export function opinionsOf({ statements, looked }: Collected, labels: ReadonlySet<string> | null): Opinion[] {
  const order = new Map<string, number>();
  const found = new Map<string, Gathered>();
  const at = ({ target, reader, source }: { target: Target; reader: string; source: SourceKind }) => {
    if (!order.has(reader)) order.set(reader, order.size);
    const key = JSON.stringify([target.number, reader]);
    const opinion: Gathered = found.get(key) ?? {
      target,
      reader,
      sources: new Set(),
      own: [],
      whole: false,
      unknown: new Map(),
    };
    found.set(key, opinion);
    opinion.sources.add(source);
    return opinion;
  };
  for (const statement of statements) {
    const opinion = at(statement);
    if (labels === null || labels.has(statement.label)) opinion.own.push(statement);
  }
  for (const one of looked) {
    const opinion = at(one);
    opinion.whole ||= one.whole ?? false;
    for (const [slice, bits] of one.unknown ?? [])
      opinion.unknown.set(slice, unionOf(opinion.unknown.get(slice) ?? NO_BITS, bits));
  }
  return [...found.values()]
    .sort(
      (a, b) => a.target.number - b.target.number || (order.get(a.reader) ?? 0) - (order.get(b.reader) ?? 0),
    )
    .map(({ target, reader, sources, own, whole, unknown }) => ({
      target,
      reader,
      sources: [...sources].sort(),
      statements: own,
      whole,
      unknown,
    }));
}

/** Opinions of each scan that any is of. */
export function byTarget(opinions: readonly Opinion[]): readonly Opinion[][] {
  const groups = new Map<Target, Opinion[]>();
  for (const opinion of opinions)
    groups.set(opinion.target, [...(groups.get(opinion.target) ?? []), opinion]);
  return [...groups.values()];
}

/** What the opinion marks of each label, drawings of one label together. */
export function regionsOf({ statements }: Opinion): Map<string, Region> {
  const regions = new Map<string, Region>();
  for (const { label, region } of statements) {
    if (region === null) continue;
    const own = regions.get(label) ?? { slices: new Map<number, Bits>(), complete: false };
    for (const [slice, mask] of region.slices) {
      const before = own.slices.get(slice);
      own.slices.set(slice, before === undefined ? mask : unionOf(before, mask));
    }
    regions.set(label, { slices: own.slices, complete: own.complete || region.complete });
  }
  return regions;
}
