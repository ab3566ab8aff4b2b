import { describe, expect, it } from 'vitest';
import { cell3d } from '../../search-spaces/cell3d.js';
import { rngOf } from '../../src/core/random.js';
import { tensor, type Tensor } from '../../src/core/tensor.js';
import { onnxEngine } from '../../src/engines/onnx/index.js';
import { Builder } from '../../src/ir/builder.js';
import type { Architecture } from '../../src/nn/architecture.js';
import { buildEncoder } from '../../src/nn/build.js';
import { checkArchitecture } from '../../src/nn/check.js';
import { groupNorm, stack } from '../../src/nn/layers.js';
import { walk } from '../../src/nn/modules.js';
import { groupsOf, withNorm, type Norm } from '../../src/nn/norm.js';
import { countParameters } from '../../src/nn/parameters.js';
import { infeasibility } from '../../src/nn/shapes.js';
import { randomArchitecture, randomTensor, randomWeights } from '../search-spaces/genomes.js';

const INPUT = [3, 1, 8, 12, 12] as const;

function architectures(): Architecture[] {
  const cells = [0, 1].map((seed) =>
    cell3d.build(cell3d.gene.sample(rngOf('cell3d', seed)), { channels: 1 }),
  );
  const residual = Array.from({ length: 8 }, (_, seed) => randomArchitecture(seed));
  return [...cells, ...residual].filter((one) => infeasibility(one, INPUT) === null);
}

const kindsIn = ({ encoder }: Architecture): string[] => [...walk(encoder)].map(({ layer }) => layer.kind);

/** Features as they are in a step of training. */
async function trainedOn(architecture: Architecture, x: Tensor): Promise<Tensor> {
  const builder = new Builder();
  const input = builder.input('x', x.shape);
  builder.output('y', buildEncoder(builder, architecture, input, { training: true }));
  const graph = { ...builder.build(), updates: {} };
  const weights = randomWeights(architecture, rngOf('weights'));
  const inference = await onnxEngine.openInference(graph, weights, { device: 'cpu', threads: 1 });
  const { y } = await inference.run({ x });
  await inference.dispose();
  return y as Tensor;
}

describe('an architecture with another norm', () => {
  it.each(['group', 'layer'] as const)('has no batch norm left, and as many %s norms', (norm) => {
    for (const architecture of architectures()) {
      const changed = withNorm(architecture, norm);
      expect(kindsIn(changed)).toEqual(
        kindsIn(architecture).map((kind) => (kind === 'batchNorm' ? 'groupNorm' : kind)),
      );
      expect(countParameters(changed)).toBe(countParameters(architecture));
      expect(() => checkArchitecture(changed)).not.toThrow();
      expect(withNorm(changed, 'batch')).toBe(changed);
      const groups = [...walk(changed.encoder)].flatMap(({ layer }) =>
        layer.kind === 'groupNorm' ? [layer.groups] : [],
      );
      if (norm === 'layer') expect(new Set(groups)).toEqual(new Set([1]));
    }
  });

  it('is the same object for batch norm, the default', () => {
    const [architecture] = architectures();
    expect(withNorm(architecture!, undefined)).toBe(architecture);
    expect(withNorm(architecture!, 'batch')).toBe(architecture);
  });

  it('has as many groups as divide the channels and leave each 8 of them, at most 32', () => {
    const widths = [4, 8, 12, 16, 20, 24, 28, 32, 48, 64, 96, 256, 512, 17, 34];
    expect(widths.map(groupsOf)).toEqual([1, 1, 1, 2, 2, 3, 2, 4, 6, 8, 12, 32, 32, 1, 2]);
  });

  it('refuses groups that do not divide the channels', () => {
    const encoder = stack([groupNorm(12, 5)]);
    expect(() => checkArchitecture({ name: 'mine', inChannels: 12, encoder, features: 12 })).toThrow(
      'architecture mine: layer 0 has 12 channels, which 5 groups do not divide',
    );
  });

  it.each<[Norm, boolean]>([
    ['group', true],
    ['layer', true],
    ['batch', false],
  ])(
    'with %s norm computes of a sample the same whatever its batch while it trains: %s',
    async (norm, alone) => {
      const architecture = withNorm(architectures()[2]!, norm);
      const x = randomTensor(INPUT, rngOf('x'));
      const size = x.data.length / INPUT[0];
      const first = tensor([1, ...INPUT.slice(1)], x.data.slice(0, size));
      const together = await trainedOn(architecture, x);
      const single = await trainedOn(architecture, first);
      const difference = Math.max(...single.data.map((value, i) => Math.abs(value - together.data[i]!)));
      if (alone) expect(difference).toBeLessThan(1e-5);
      else expect(difference).toBeGreaterThan(1e-2);
    },
  );
});
