/**
 * A gene for a list of alike parts, whose length can change: insert, remove, duplicate.
 */
import { isJsonArray, type Json } from '../../core/json.js';
import type { Rng } from '../../core/random.js';
import { replaced, type Gene, type Site } from './gene.js';
import { complaint } from './problems.js';

export interface Length {
  readonly min: number;
  readonly max: number;
}

export function listOf<T extends Json>(item: Gene<T>, { min, max }: Length): Gene<readonly T[]> {
  if (!Number.isInteger(min) || !Number.isInteger(max) || min < 0 || max < min || max < 1) {
    throw new Error(`listOf needs whole numbers 0 <= min <= max and max >= 1, got min ${min}, max ${max}`);
  }
  const draw = (length: number, rng: Rng): T[] => Array.from({ length }, () => item.sample(rng));
  return {
    kind: 'listOf',
    sample: (rng) => draw(min + rng.int(max - min + 1), rng),
    sites: (list) => [...itemSites(item, list), ...lengthSites(item, list, { min, max })],
    cross: (a, b, rng) => {
      const length = rng.bool(0.5) ? a.length : b.length;
      return Array.from({ length }, (_, i) => {
        if (i >= a.length) return b[i] as T;
        return i >= b.length ? (a[i] as T) : item.cross(a[i] as T, b[i] as T, rng);
      });
    },
    distance: (a, b) => {
      const shared = Math.min(a.length, b.length);
      const longest = Math.max(a.length, b.length);
      let sum = longest - shared;
      for (let i = 0; i < shared; i++) sum += item.distance(a[i] as T, b[i] as T);
      return longest === 0 ? 0 : sum / longest;
    },
    count: () => {
      const each = item.count();
      if (each === null) return null;
      let total = 0n;
      for (let length = min; length <= max; length++) total += each ** BigInt(length);
      return total;
    },
    width: max * (1 + item.width),
    // Each place: whether it is there, then its item.
    encode: (list) =>
      Array.from({ length: max }, (_, i) => list?.[i]).flatMap((value) => [
        value === undefined ? 0 : 1,
        ...item.encode(value),
      ]),
    problems: (value, at) => {
      if (value === undefined || !isJsonArray(value) || value.length < min || value.length > max) {
        return [complaint(at, `must be a list of ${min} to ${max} items`, value)];
      }
      return value.flatMap((one, i) => item.problems(one, [...at, i]));
    },
  };
}

function itemSites<T extends Json>(item: Gene<T>, list: readonly T[]): Site<readonly T[]>[] {
  return list.flatMap((value, i) =>
    item.sites(value).map((site) => ({
      weight: site.weight,
      change: (rng: Rng) => {
        const inner = site.change(rng);
        return { ...inner, value: list.with(i, inner.value), path: [i, ...inner.path] };
      },
    })),
  );
}

function lengthSites<T extends Json>(
  item: Gene<T>,
  list: readonly T[],
  { min, max }: Length,
): Site<readonly T[]>[] {
  const site = (kind: string, edit: (rng: Rng) => readonly T[]): Site<readonly T[]> => ({
    weight: 1,
    change: (rng) => replaced(kind, list, edit(rng)),
  });
  const grow = list.length < max;
  return [
    ...(grow ? [site('insert', (rng) => list.toSpliced(rng.int(list.length + 1), 0, item.sample(rng)))] : []),
    ...(grow && list.length > 0
      ? [
          site('duplicate', (rng) => {
            const i = rng.int(list.length);
            return list.toSpliced(i, 0, list[i] as T);
          }),
        ]
      : []),
    ...(list.length > min ? [site('remove', (rng) => list.toSpliced(rng.int(list.length), 1))] : []),
  ];
}
