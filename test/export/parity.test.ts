import { describe, expect, it } from 'vitest';
import { rngOf } from '../../src/core/random.js';
import { norms, withNorm } from '../../src/nn/norm.js';
import { infeasibility } from '../../src/nn/shapes.js';
import { randomArchitecture } from '../search-spaces/genomes.js';
import { needsPython, python } from '../support/python.js';
import { compare, expectEqual } from './compare.js';
import { randomTree } from './random-trees.js';
import { zoo } from './zoo.js';

describe('exported PyTorch modules', () => {
  it.skipIf(python === undefined)(
    `compute the features of 20 random genomes of all norms with random weights as the onnx engine does ${needsPython}`,
    async () => {
      const input = [2, 1, 14, 14, 14] as const;
      const architectures = Array.from({ length: 40 }, (_, seed) => ({
        ...randomArchitecture(1000 + seed),
        name: `genome ${seed}`,
      }))
        .map((architecture, i) => withNorm(architecture, norms[i % norms.length]))
        .filter((architecture) => infeasibility(architecture, input) === null)
        .slice(0, 20);
      const found = await compare(architectures, input);
      expect(found).toHaveLength(20);
      architectures.forEach((architecture, i) => expectEqual(architecture, found[i]));
    },
  );

  it.skipIf(python === undefined)(
    `compute what architectures of other spaces compute, whatever layers they combine ${needsPython}`,
    async () => {
      const found = await compare(zoo, [2, 2, 5, 6, 7]);
      zoo.forEach((architecture, i) => expectEqual(architecture, found[i]));
    },
  );

  it.skipIf(python === undefined)(
    `compute what random trees compute, in which types recur, nest and differ ${needsPython}`,
    async () => {
      const trees = Array.from({ length: 15 }, (_, seed) => randomTree(rngOf('trees', seed)));
      const found = await compare(trees, [2, 1, 4, 5, 6]);
      trees.forEach((architecture, i) => expectEqual(architecture, found[i]));
    },
  );
});
