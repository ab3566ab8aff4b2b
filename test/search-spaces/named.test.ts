/** Published networks: their exact sizes, and that they build, train and leave. */
import { describe, expect, it } from 'vitest';
import { searchSpaces } from '../../search-spaces/index.js';
import { classifier, namedNetworks } from '../../search-spaces/named.js';
import { rngOf } from '../../src/core/random.js';
import { intTensor } from '../../src/core/tensor.js';
import { onnxEngine } from '../../src/engines/onnx/index.js';
import { Builder } from '../../src/ir/builder.js';
import type { Graph } from '../../src/ir/graph.js';
import { buildEncoder } from '../../src/nn/build.js';
import type { Architecture } from '../../src/nn/architecture.js';
import { countParameters } from '../../src/nn/parameters.js';
import { infeasibility } from '../../src/nn/shapes.js';
import { summarise } from '../../src/nn/summary.js';
import { initialWeights } from '../../src/pretrain/initialise.js';
import { compare, expectEqual } from '../export/compare.js';
import { needsPython, python } from '../support/python.js';
import { randomTensor } from './genomes.js';

/** Trainable parameters as torchvision, PyTorchVideo and the papers' code have them. */
const PARAMETERS: Readonly<Record<string, number>> = {
  'r3d-18': 33_371_472,
  'mc3-18': 11_695_440,
  'r2plus1d-18': 31_505_325,
  'x3d-xs': 3_794_274,
  'x3d-s': 3_794_274,
  'x3d-m': 3_794_274,
  'x3d-l': 6_153_384,
  'movinet-a0': 3_111_799,
};

const CLIP = [2, 3, 8, 48, 48] as const;
/** Long enough for pools after two halvings. */
const LONG_CLIP = [2, 3, 12, 48, 48] as const;
const CLASSES = 5;
/** One of each. */
const STRUCTURES = ['r3d-18', 'mc3-18', 'r2plus1d-18', 'x3d-s', 'movinet-a0'];

function graphOf(architecture: Architecture, training: boolean): Graph {
  const builder = new Builder();
  const x = builder.input('input', CLIP);
  const labels = builder.input('labels', [CLIP[0]], 'i64');
  const logits = buildEncoder(builder, architecture, x, { training });
  builder.output('loss', builder.crossEntropy(logits, labels));
  return builder.build();
}

/** The network itself, but for the video ResNets at an eighth of their width: it is the structure that is tried. */
function narrowed(name: string): Architecture {
  const { space, genome } = namedNetworks.find((one) => one.name === name)!;
  const narrow = space.name === 'video-resnet' ? { ...(genome as object), width: 8 } : genome;
  return { ...classifier(space, narrow, 3, CLASSES), name };
}

describe('the published networks', () => {
  it('are the ones that have published sizes', () => {
    expect(namedNetworks.map(({ name }) => name).sort()).toEqual(Object.keys(PARAMETERS).sort());
  });

  it.each(namedNetworks)(
    '$name is a genome of its space with the published number of parameters',
    (network) => {
      const { name, space, genome, classes, input } = network;
      expect(space.gene.problems(genome, [])).toEqual([]);
      const architecture = classifier(space, genome, 3, classes);
      expect(countParameters(architecture)).toBe(PARAMETERS[name]);
      const { layers, params, macs } = summarise(architecture, [1, ...input]);
      expect(params).toBe(PARAMETERS[name]);
      expect(layers.at(-1)?.output).toEqual([1, classes]);
      expect(macs).toBeGreaterThan(params);
    },
  );

  it('cost as many multiply-accumulates as published', () => {
    const gigaMacs = (name: string): number => {
      const network = namedNetworks.find((one) => one.name === name);
      if (network === undefined) throw new Error(`no network ${name}`);
      const architecture = classifier(network.space, network.genome, 3, network.classes);
      return summarise(architecture, [1, ...network.input]).macs / 1e9;
    };
    // torchvision lists 40.7, 43.3 and 40.5 GFLOPs (one for a multiply-accumulate) for clips of 16×112×112.
    expect(gigaMacs('r3d-18')).toBeCloseTo(40.7, 1);
    expect(gigaMacs('mc3-18')).toBeCloseTo(43.34, 1);
    expect(gigaMacs('r2plus1d-18')).toBeCloseTo(40.52, 1);
  });

  it.each(STRUCTURES)('%s trains', async (name) => {
    const architecture = narrowed(name);
    const session = await onnxEngine.open(
      {
        train: graphOf(architecture, true),
        evaluate: graphOf(architecture, false),
        optimiser: { kind: 'sgd', momentum: 0.9, nesterov: false, weightDecay: 0 },
      },
      { device: 'cpu', threads: 1 },
    );
    const weights = initialWeights(graphOf(architecture, true).parameters, rngOf('weights', name));
    session.load({ weights });
    const clip = randomTensor([1, ...CLIP], rngOf('clip'));
    const labels = intTensor([1, CLIP[0]], Int32Array.of(1, 3));
    const { curves } = await session.train({ input: clip, labels }, Float32Array.of(0.01));
    expect(curves['loss']?.every(Number.isFinite)).toBe(true);
    const { weights: after } = await session.read();
    await session.dispose();
    expect(after['fc.weight']).not.toEqual(weights['fc.weight']);
  });
});

describe('exported to PyTorch', () => {
  it.skipIf(python === undefined)(
    `the published networks, and random genomes of every space, compute the same ${needsPython}`,
    async () => {
      const random = Object.entries(searchSpaces).flatMap(([name, space]) =>
        [0, 1, 2, 3, 4, 5]
          .map((seed) => space.build(space.gene.sample(rngOf(name, seed)), { channels: 3 }))
          .filter((one) => infeasibility(one, CLIP) === null && countParameters(one) < 3e6)
          .slice(0, 1)
          .map((one, i) => ({ ...one, name: `${name} ${i}` })),
      );
      const architectures = [...STRUCTURES.map(narrowed), ...random];
      const found = await compare(architectures, [1, 3, 8, 48, 48]);
      architectures.forEach((one, i) => expectEqual(one, found[i]));
    },
    180_000,
  );
});

describe.each(Object.keys(searchSpaces))('the search space %s', (name) => {
  const space = searchSpaces[name]!;

  it('builds, from most genomes, encoders of clips that verify', () => {
    let built = 0;
    for (let seed = 0; seed < 20; seed++) {
      const genome = space.gene.sample(rngOf(name, seed));
      const architecture = space.build(genome, { channels: 3 });
      if (infeasibility(architecture, LONG_CLIP) !== null) continue;
      built++;
      const builder = new Builder();
      const x = builder.input('input', LONG_CLIP);
      const features = buildEncoder(builder, architecture, x, { training: true });
      expect(features.shape.slice(0, 2)).toEqual([LONG_CLIP[0], architecture.features]);
    }
    expect(built).toBeGreaterThanOrEqual(10);
  });
});
