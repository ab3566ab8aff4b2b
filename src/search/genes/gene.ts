/**
 * The contract of a gene: one typed part of a genome, and everything that a search derives from its type.
 *
 * Genomes are plain JSON. A gene draws values, says where a value can change and how, crosses two values,
 * measures their distance, counts its values, encodes them as numbers and checks a value that a user wrote.
 *
 * Laws, tested for every gene type:
 * - `sample`, every change of every site and `cross` give values without `problems`.
 * - A change differs from the value it came from, and replacing `before` by `after` at `path` *is* the change.
 * - `distance` is 0 for equal values, symmetric and at most 1.
 * - `encode` has `width` numbers in [0, 1], whatever the value; `undefined` (an absent gene) encodes as zeros.
 */
import type { Json } from '../../core/json.js';
import type { Rng } from '../../core/random.js';
import type { Path } from './pointer.js';

/** One step away from a value: the new value, and what was replaced where inside it. */
export interface Change<T extends Json = Json> {
  readonly value: T;
  /** The operator: `resample`, `step`, `perturb`, `insert`, `remove`, `duplicate`, `switch` or a space's own. */
  readonly kind: string;
  /** Relative to the value; empty where the value as a whole was replaced. */
  readonly path: Path;
  readonly before: Json;
  readonly after: Json;
}

/** A place in a value where one mutation can happen. */
export interface Site<T extends Json = Json> {
  /** Weight with which it is picked among the sites; positive. */
  readonly weight: number;
  change(rng: Rng): Change<T>;
}

export interface Gene<T extends Json = Json> {
  readonly kind: string;
  /** All values in order, where the gene is a choice among few; conditions can refer only to such genes. */
  readonly values?: readonly T[];
  sample(rng: Rng): T;
  /** Where `value` can change; empty where it cannot. */
  sites(value: T): readonly Site<T>[];
  /** A value made of parts of both. */
  cross(a: T, b: T, rng: Rng): T;
  /** In [0, 1]. */
  distance(a: T, b: T): number;
  /** Number of values; null where they are a continuum. */
  count(): bigint | null;
  /** Numbers that `encode` gives. */
  readonly width: number;
  encode(value: T | undefined): number[];
  /** Problems of a value of unknown origin, each naming its place below `at`; empty where it is valid. */
  problems(value: Json | undefined, at: Path): readonly string[];
}

/** The type of the genomes that a gene describes. */
export type GenomeOf<G> = G extends Gene<infer T> ? T : never;

/** Picks a site by weight. Sites must not be empty. */
export function pickSite<S extends { readonly weight: number }>(sites: readonly S[], rng: Rng): S {
  const total = sites.reduce((sum, site) => sum + site.weight, 0);
  let left = rng.float() * total;
  for (const site of sites) {
    left -= site.weight;
    if (left < 0) return site;
  }
  return sites[sites.length - 1] as S;
}

/** A change of the value as a whole. */
export function replaced<T extends Json>(kind: string, before: T, after: T): Change<T> {
  return { value: after, kind, path: [], before, after };
}

/** Makes a gene's sites `weight` times as likely to be picked. */
export function weighted<T extends Json>(weight: number, gene: Gene<T>): Gene<T> {
  if (!(weight > 0)) throw new Error(`a gene's weight is positive, got ${weight}`);
  return {
    ...gene,
    sites: (value) => gene.sites(value).map((site) => ({ ...site, weight: site.weight * weight })),
  };
}
