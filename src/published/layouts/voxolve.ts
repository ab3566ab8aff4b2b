/**
 * voxolve's own names, as exports have them.
 */
import { namedNetworks } from '../../../search-spaces/named.js';
import type { Layout } from './layout.js';

export const voxolve: Layout = {
  name: 'voxolve',
  source: 'voxolve export',
  networks: namedNetworks.map(({ name }) => name),
  nameOf: (ours) => ours,
  classifier: /^(fc|head|hidden)\./,
  normalisation: null,
  epsilon: 1e-5,
};
