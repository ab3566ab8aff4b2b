/**
 * Targets by what files call them: UIDs, old or new by the key, and names.
 */
import { dirname } from 'node:path';
import type { SlicePlace, Target } from './target.js';

/** Slices of a target that one picture holds. */
export interface Pictured {
  readonly target: Target;
  readonly places: readonly SlicePlace[];
}

export interface TargetIndex {
  readonly targets: readonly Target[];
  byStudy(uid: string): readonly Target[];
  bySeries(uid: string): readonly Target[];
  byInstance(uid: string): readonly Pictured[];
  /** Targets of a path or of its end; several where that is not unique. */
  byName(name: string): readonly Target[];
}

/** @param newUid the new UID of an old one; absent: UIDs are taken as they are */
export function indexTargets(targets: readonly Target[], newUid?: (old: string) => string): TargetIndex {
  const studies = new Map<string, Target[]>();
  const series = new Map<string, Target[]>();
  const instances = new Map<string, Pictured[]>();
  const names = new Map<string, Target[]>();
  const both = (uid: string): string[] => (newUid === undefined ? [uid] : [uid, newUid(uid)]);
  for (const target of targets) {
    for (const uid of both(target.uids?.study ?? '')) add(studies, uid, target);
    for (const uid of both(target.uids?.series ?? '')) add(series, uid, target);
    for (const [instance, places] of target.pictures)
      for (const uid of both(instance)) add(instances, uid, { target, places });
    for (const name of new Set([...target.names, target.absolute].flatMap(shortened)))
      add(names, name, target);
  }
  studies.delete('');
  series.delete('');
  instances.delete('');
  // Labels may hold new UIDs and scans old ones, or the other way round.
  const find = <T>(map: ReadonlyMap<string, T[]>, uid: string): readonly T[] =>
    map.get(uid) ?? (newUid === undefined ? undefined : map.get(newUid(uid))) ?? [];
  return {
    targets,
    byStudy: (uid) => find(studies, uid),
    bySeries: (uid) => find(series, uid),
    byInstance: (uid) => find(instances, uid),
    byName: (name) => {
      const own = name.replace(/\\/g, '/').replace(/^\.\//, '').replace(/\/+$/, '');
      return names.get(own) ?? [];
    },
  };
}

function add<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else if (!list.includes(value)) list.push(value);
}

/** A path and its ends: `a/b/c.nii.gz`, `b/c.nii.gz`, `c.nii.gz`. */
function shortened(path: string): string[] {
  const names = [path];
  for (let rest = path; dirname(rest) !== '.' && rest.includes('/');) {
    rest = rest.slice(rest.indexOf('/') + 1);
    names.push(rest);
  }
  return names.filter((name) => name !== '' && !/^\.\.?$/.test(name));
}
