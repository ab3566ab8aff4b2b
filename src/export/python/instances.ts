/**
 * The instances of each class in an architecture, in an order in which classes can be derived: inner ones
 * before those that contain them.
 */
import { present } from '../../core/errors.js';
import type { Layer } from '../../nn/architecture.js';
import { walk } from '../../nn/modules.js';
import { partsOf, type Parts } from './parts.js';

export interface Instance {
  readonly layer: Layer;
  readonly parts: Parts;
}

/** Groups of instances that can share a class; the encoder itself is none of them. */
export function instancesOf(encoder: Layer): Instance[][] {
  const instances = instancesBelow(encoder);
  const nested = new Map(instances.map(({ layer }) => [layer, instancesBelow(layer)]));
  const recursive = recursiveKeys(instances, nested);

  // A class cannot be used in its own constructor: types that contain themselves get a class for each level.
  const levels = new Map<Layer, number>();
  for (const { layer, parts } of instances.toReversed()) {
    const below = present(nested.get(layer), 'instances inside').filter((one) =>
      recursive.has(one.parts.key),
    );
    const level = Math.max(0, ...below.map((one) => (levels.get(one.layer) ?? 0) + 1));
    levels.set(layer, recursive.has(parts.key) ? level : 0);
  }
  const keyOf = ({ layer, parts }: Instance): string => `${parts.key} ${levels.get(layer)}`;

  const groups = new Map<string, Instance[]>();
  const place = (key: string): void => {
    if (groups.has(key)) return;
    const group = instances.filter((instance) => keyOf(instance) === key);
    for (const { layer } of group) nested.get(layer)?.forEach((inner) => place(keyOf(inner)));
    groups.set(key, group);
  };
  for (const instance of instances) place(keyOf(instance));
  return [...groups.values()];
}

/** Outer instances before those inside them. */
function instancesBelow(layer: Layer): Instance[] {
  return [...walk(layer)].flatMap(({ layer: one }) => {
    const parts = one === layer ? undefined : partsOf(one);
    return parts === undefined ? [] : [{ layer: one, parts }];
  });
}

/** Classes of which an instance stands, at any depth and through any other class, inside another. */
function recursiveKeys(
  instances: readonly Instance[],
  nested: ReadonlyMap<Layer, readonly Instance[]>,
): ReadonlySet<string> {
  const inside = new Map<string, Set<string>>();
  for (const { layer, parts } of instances) {
    const keys = inside.get(parts.key) ?? new Set();
    nested.get(layer)?.forEach((inner) => keys.add(inner.parts.key));
    inside.set(parts.key, keys);
  }
  const reaches = (from: string, to: string, seen: Set<string>): boolean =>
    [...(inside.get(from) ?? [])].some((key) => {
      if (key === to) return true;
      if (seen.has(key)) return false;
      seen.add(key);
      return reaches(key, to, seen);
    });
  return new Set([...inside.keys()].filter((key) => reaches(key, key, new Set())));
}
