/**
 * Groups of rows as tensors.
 */
import { tensor, type Tensor } from '../../core/tensor.js';

/** Names of the groups, sorted; rows of unknown group (null) name none. */
export function groupNames(groups: readonly (string | null)[]): string[] {
  return [...new Set(groups.filter((group) => group !== null))].sort();
}

/** One-hot groups `[N, names]`; a row of unknown group, or of one that is not named, is all zeros. */
export function oneHotGroups(groups: readonly (string | null)[], names: readonly string[]): Tensor {
  const data = new Float32Array(groups.length * names.length);
  groups.forEach((group, row) => {
    const at = group === null ? -1 : names.indexOf(group);
    if (at >= 0) data[row * names.length + at] = 1;
  });
  return tensor([groups.length, names.length], data);
}
