/**
 * A layout: how other code names the weights of a network that voxolve knows.
 */
import type { Architecture } from '../../nn/architecture.js';
import type { Normalisation } from '../normalisation.js';

export interface Layout {
  /** The code that names them so. */
  readonly name: string;
  /** Page or file that shows the names. */
  readonly source: string;
  /** Names of the networks (search-spaces/named.ts). */
  readonly networks: readonly string[];
  /** Their name of a tensor, from ours. */
  readonly nameOf: (ours: string) => string;
  /** Tensors behind the encoder, which are left out. */
  readonly classifier: RegExp;
  /** Intensities that the published weights were trained on; null where they were those of voxolve's tasks. */
  readonly normalisation: Normalisation | null;
  /** Epsilon of their batch norms. */
  readonly epsilon: number;
  /** What differs from the network of the paper in their code. */
  readonly adapted?: (architecture: Architecture) => Architecture;
  /** What is not as in their code, said to whoever imports. */
  readonly remark?: string;
}

/** A renaming of modules by rules that are applied in turn; the tensor's own name, behind the last dot, stays. */
export function renaming(rules: readonly (readonly [RegExp, string])[]): Layout['nameOf'] {
  return (ours) => {
    const dot = ours.lastIndexOf('.');
    const module = rules.reduce((name, [from, to]) => name.replace(from, to), ours.slice(0, dot));
    return `${module}${ours.slice(dot)}`;
  };
}
