/**
 * Weights of a federation: those that the server averages, and those that each site keeps.
 */
import { present } from '../core/errors.js';
import type { Rng } from '../core/random.js';
import type { TensorMap } from '../core/tensor.js';
import type { ParameterSpec } from '../ir/graph.js';
import { initialWeights } from '../pretrain/initialise.js';
import type { Site } from './sites.js';

export interface FederatedWeights {
  /** The server's. */
  readonly shared: TensorMap;
  /** By site; empty where nothing is local. */
  readonly local: Readonly<Record<string, TensorMap>>;
}

/** Those that one network would begin with; sites begin alike. */
export function initialFederation(
  parameters: readonly ParameterSpec[],
  localNames: ReadonlySet<string>,
  sites: readonly Site[],
  rng: Rng,
): FederatedWeights {
  const drawn = initialWeights(parameters, rng);
  const names = Object.keys(drawn);
  const own = picked(
    drawn,
    names.filter((name) => localNames.has(name)),
  );
  return {
    shared: picked(
      drawn,
      names.filter((name) => !localNames.has(name)),
    ),
    local: Object.fromEntries(sites.map(({ name }) => [name, own])),
  };
}

/** The network of a site. */
export function networkAt({ shared, local }: FederatedWeights, site: string): TensorMap {
  return { ...shared, ...local[site] };
}

export function picked(tensors: TensorMap, names: readonly string[]): TensorMap {
  return Object.fromEntries(names.map((name) => [name, present(tensors[name], `tensor ${name}`)]));
}

const SHARED = 'shared/';
const LOCAL = 'local/';

/** All tensors in one map, for a checkpoint. */
export function packWeights({ shared, local }: FederatedWeights): TensorMap {
  return Object.fromEntries([
    ...Object.entries(shared).map(([name, value]) => [SHARED + name, value] as const),
    ...Object.entries(local).flatMap(([site, tensors]) =>
      Object.entries(tensors).map(([name, value]) => [`${LOCAL}${site}/${name}`, value] as const),
    ),
  ]);
}

/** The inverse of `packWeights`; names of sites hold no `/`. */
export function unpackWeights(tensors: TensorMap, sites: readonly Site[]): FederatedWeights {
  const below = (prefix: string): TensorMap =>
    Object.fromEntries(
      Object.entries(tensors).flatMap(([name, value]) =>
        name.startsWith(prefix) ? [[name.slice(prefix.length), value] as const] : [],
      ),
    );
  return {
    shared: below(SHARED),
    local: Object.fromEntries(sites.map(({ name }) => [name, below(`${LOCAL}${name}/`)])),
  };
}
