import { describe, expect, it } from 'vitest';
import { factorized3d } from '../../search-spaces/factorized3d.js';
import { rngOf } from '../../src/core/random.js';
import { Builder } from '../../src/ir/builder.js';
import type { Graph } from '../../src/ir/graph.js';
import { verify } from '../../src/ir/verify.js';
import type { Architecture } from '../../src/nn/architecture.js';
import { buildEncoder } from '../../src/nn/build.js';
import { walk } from '../../src/nn/modules.js';
import { countParameters } from '../../src/nn/parameters.js';
import { infeasibility, outputShape } from '../../src/nn/shapes.js';
import { randomArchitecture, randomGenome } from './genomes.js';

const COUNT = 200;
const seeds = Array.from({ length: COUNT }, (_, seed) => seed);
const PATCHES = [2, 1, 14, 14, 14] as const;

function graphOf(architecture: Architecture, training: boolean): Graph {
  const builder = new Builder();
  const x = builder.input('input', PATCHES);
  builder.output('features', buildEncoder(builder, architecture, x, { training, prefix: 'encoder.' }));
  return builder.build();
}

describe('the search space factorized3d', () => {
  it('builds, from any genome, graphs that verify and have the predicted shapes, in training and inference', () => {
    let built = 0;
    for (const seed of seeds) {
      const architecture = randomArchitecture(seed);
      if (infeasibility(architecture, PATCHES) !== null) continue;
      built++;
      const shape = outputShape(architecture, PATCHES);
      expect(shape.slice(0, 2)).toEqual([2, architecture.features]);
      for (const training of [false, true]) {
        const graph = verify(graphOf(architecture, training));
        expect(graph.nodes[graph.outputs['features'] ?? -1]?.shape).toEqual(shape);
        expect(Object.keys(graph.updates)).toHaveLength(
          training ? graph.parameters.filter((parameter) => !parameter.trainable).length : 0,
        );
      }
    }
    // The others average over windows larger than what is left of so small a patch.
    expect(built).toBeGreaterThan(0.7 * COUNT);
  });

  it('gives every parameter a name of its own, the same in training and inference', () => {
    for (const seed of seeds.slice(0, 50)) {
      const architecture = randomArchitecture(seed);
      if (infeasibility(architecture, PATCHES) !== null) continue;
      const names = (training: boolean) =>
        graphOf(architecture, training).parameters.map((parameter) => parameter.name);
      expect(new Set(names(true)).size).toBe(names(true).length);
      expect(new Set(names(false))).toEqual(new Set(names(true)));
      expect(names(true).every((name) => /^encoder\.(stem|stages\.\d+\.\d+)\./.test(name))).toBe(true);
    }
  });

  it('has as many parameters as a count from the genome alone', () => {
    for (const seed of seeds) {
      expect(countParameters(randomArchitecture(seed))).toBe(countedFromGenome(randomGenome(seed)));
    }
  });

  it('puts weight decay on convolutions and linear layers, and on nothing else', () => {
    for (const { name, shape, decay } of graphOf(randomArchitecture(0), true).parameters) {
      expect([name, decay]).toEqual([name, shape.length > 1]);
    }
  });

  it('takes clips of 3 channels and 32 frames of 112×112', () => {
    for (const seed of seeds.slice(0, 50)) {
      expect(infeasibility(randomArchitecture(seed, 3), [1, 3, 32, 112, 112])).toBeNull();
    }
  });

  it('draws the same genomes whatever its norm, which a list makes a gene', () => {
    const kinds = (architecture: Architecture): Set<string> =>
      new Set(
        [...walk(architecture.encoder)].map(({ layer }) => layer.kind).filter((kind) => /Norm$/.test(kind)),
      );
    const fixed = factorized3d.withOptions!({ norm: 'layer' });
    const genome = fixed.gene.sample(rngOf('factorized3d', 5));
    expect(genome).toEqual(randomGenome(5));
    expect(kinds(fixed.build(genome, { channels: 1 }))).toEqual(new Set(['groupNorm']));
    expect(factorized3d.withOptions!({}).build(genome, { channels: 1 })).toEqual(randomArchitecture(5));

    const searched = factorized3d.withOptions!({ norm: ['batch', 'group'] });
    const drawn = Array.from({ length: 20 }, (_, i) => searched.gene.sample(rngOf('norm', i)));
    expect(new Set(drawn.map((one) => (one as { norm: string }).norm))).toEqual(new Set(['batch', 'group']));
    for (const one of drawn) {
      const kind = (one as { norm: string }).norm === 'batch' ? 'batchNorm' : 'groupNorm';
      expect(kinds(searched.build(one, { channels: 1 }))).toEqual(new Set([kind]));
    }
    expect(searched.gene.problems({ ...(drawn[0] as object), norm: 'layer' }, [])[0]).toContain('norm');
  });

  it('says which layer a small input is too small for', () => {
    const stage = {
      block: 'conv3d',
      depth: 1,
      width: 8,
      temporalKernel: 1,
      spatialKernel: 3,
      temporalStride: 2,
      spatialStride: 1,
      squeeze: 0,
    } as const;
    const halving = {
      activation: 'relu',
      stem: { width: 8, temporalKernel: 1, spatialKernel: 3, temporalStride: 2, spatialStride: 1 },
      stages: [stage, stage, stage, stage],
    } as const;
    const architecture = factorized3d.build(halving, { channels: 1 });
    expect(infeasibility(architecture, [1, 1, 16, 16, 16])).toMatch(
      /^stages\.3\.0\.conv1\.conv: stride 2 along depth meets an extent of 1$/,
    );
    expect(infeasibility(architecture, [1, 1, 32, 16, 16])).toBeNull();
    expect(infeasibility(architecture, [1, 2, 32, 16, 16])).toBe('stem.conv: takes 1 channels, gets 2');
  });
});

/** Trainable parameters, from the definition of the space; shares no code with it. */
function countedFromGenome({ stem, stages }: ReturnType<typeof randomGenome>): number {
  const conv = (i: number, o: number, kernel: number, groups = 1): number =>
    (i / groups) * o * kernel + 2 * o;
  let total = conv(1, stem.width, stem.temporalKernel * stem.spatialKernel ** 2);
  let width: number = stem.width;
  const fourths = (channels: number): number => Math.max(4, 4 * Math.round(channels / 4));
  for (const stage of stages) {
    const [t, s, o] = [stage.temporalKernel, stage.spatialKernel ** 2, stage.width];
    for (let block = 0; block < stage.depth; block++) {
      const strided = block === 0 && (stage.temporalStride === 2 || stage.spatialStride === 2);
      if (strided || width !== o) total += conv(width, o, 1);
      let gated: number = o;
      if (stage.block === 'conv3d') total += conv(width, o, t * s) + conv(o, o, t * s);
      if (stage.block === 'factorized') {
        const mid = fourths(o * (stage.expansion ?? 0));
        total += conv(width, mid, s) + conv(mid, o, t);
      }
      if (stage.block === 'depthwise-separable') {
        const mid = width * (stage.expansion ?? 0);
        gated = mid;
        total += (mid === width ? 0 : conv(width, mid, 1)) + conv(mid, mid, t * s, mid) + conv(mid, o, 1);
      }
      if (stage.block === 'depthwise-factorized') {
        const mid = width * (stage.expansion ?? 0);
        gated = mid;
        total += (mid === width ? 0 : conv(width, mid, 1)) + conv(mid, mid, s, mid) + conv(mid, mid, t, mid);
        total += conv(mid, o, 1);
      }
      if (stage.block === 'pooling') {
        const mid = width * (stage.expansion ?? 0);
        gated = mid;
        total += conv(width, mid, 1) + conv(mid, o, 1);
      }
      if (stage.block === 'bottleneck') {
        const mid = fourths(o / (stage.reduction ?? 0));
        total += conv(width, mid, 1) + conv(mid, mid, t * s) + conv(mid, o, 1);
      }
      if (stage.squeeze > 0) {
        const reduced = roundedUp(gated * stage.squeeze);
        total += 2 * gated * reduced + gated + reduced;
      }
      width = o;
    }
  }
  return total;

  /** To a multiple of 4, never losing more than a tenth. */
  function roundedUp(channels: number): number {
    return fourths(channels) < 0.9 * channels ? fourths(channels) + 4 : fourths(channels);
  }
}
