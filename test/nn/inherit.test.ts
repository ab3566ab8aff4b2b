/** Children that inherit weights compute what their parents compute, where the mutation allows it. */
import { describe, expect, it } from 'vitest';
import { factorized3d } from '../../search-spaces/factorized3d.js';
import { rngOf } from '../../src/core/random.js';
import { runGraph } from '../../src/engines/onnx/index.js';
import type { TensorMap } from '../../src/core/tensor.js';
import { inheritWeights } from '../../src/nn/inherit.js';
import type { Architecture } from '../../src/nn/architecture.js';
import { encoderParameters } from '../../src/nn/parameters.js';
import { infeasibility } from '../../src/nn/shapes.js';
import { initialWeights } from '../../src/pretrain/initialise.js';
import { encoderGraph } from '../../src/pretrain/program.js';
import { randomGenome, randomTensor, randomWeights } from '../search-spaces/genomes.js';

type Genome = ReturnType<typeof randomGenome>;
type Stage = Genome['stages'][number];
const SHAPE = [1, 1, 6, 8, 8] as const;

const build = (genome: Genome): Architecture => factorized3d.build(genome, { channels: 1 });

function withStage(genome: Genome, index: number, change: Partial<Stage>): Genome {
  return { ...genome, stages: genome.stages.with(index, { ...genome.stages[index]!, ...change }) };
}

/** What follows in a list of values, if anything does. */
function next<T>(values: readonly T[], value: T): T | undefined {
  return values[values.indexOf(value) + 1];
}

const WIDTHS = [8, 12, 16, 24, 32, 48, 64] as const;

/** By name: the changed genome, or undefined where this one cannot be changed so without changing its function. */
const MUTATIONS: Readonly<Record<string, (genome: Genome, index: number) => Genome | undefined>> = {
  deeper: (genome, index) => {
    const { depth, block } = genome.stages[index]!;
    const repeats = genome.activation === 'relu' || block === 'depthwise-separable';
    return repeats && depth < 3 ? withStage(genome, index, { depth: depth + 1 }) : undefined;
  },
  wider: (genome, index) => {
    const width = next(WIDTHS, genome.stages[index]!.width);
    return width === undefined ? undefined : withStage(genome, index, { width });
  },
  'larger temporal kernel': (genome, index) => {
    const temporalKernel = next([1, 3, 5] as const, genome.stages[index]!.temporalKernel);
    return temporalKernel === undefined ? undefined : withStage(genome, index, { temporalKernel });
  },
  'larger spatial kernel': (genome, index) =>
    genome.stages[index]!.spatialKernel === 3 ? withStage(genome, index, { spatialKernel: 5 }) : undefined,
  'squeeze and excitation': (genome, index) =>
    genome.stages[index]!.squeeze === 0 ? withStage(genome, index, { squeeze: 0.25 }) : undefined,
};

async function features(architecture: Architecture, weights: TensorMap): Promise<Float32Array> {
  const input = randomTensor(SHAPE, rngOf('input'));
  const outputs = await runGraph(encoderGraph(architecture, SHAPE), weights, { input });
  return outputs['features']!.data;
}

/** Largest difference of the channels that both have, over the largest feature; null where it does not apply. */
async function difference(seed: number, mutation: string): Promise<number | null> {
  const rng = rngOf('inherit', mutation, seed);
  const genome = randomGenome(seed);
  const changed = MUTATIONS[mutation]!(genome, rng.int(genome.stages.length));
  if (changed === undefined) return null;
  const [parent, child] = [build(genome), build(changed)];
  if (infeasibility(parent, SHAPE) !== null || infeasibility(child, SHAPE) !== null) return null;
  const held = new Set(encoderParameters(child).map(({ name }) => name));
  // A projection that is gone took part in the function.
  if (encoderParameters(parent).some(({ name }) => !held.has(name))) return null;
  const weights = randomWeights(parent, rng.split('weights'));
  const fresh = initialWeights(encoderParameters(child), rng.split('fresh'));
  const inherited = inheritWeights(child, weights, fresh);
  const before = await features(parent, weights);
  const after = await features(child, inherited.weights);
  const places = before.length / parent.features;
  let [worst, largest] = [0, 0];
  for (let i = 0; i < after.length; i++) {
    const channel = Math.floor(i / places) % parent.features;
    const own = before[channel * places + (i % places)] ?? NaN;
    worst = Math.max(worst, Math.abs((after[i] ?? NaN) - own));
    largest = Math.max(largest, Math.abs(own));
  }
  return worst / largest;
}

describe('a child that inherits weights', () => {
  it.each(Object.keys(MUTATIONS))(
    'computes the same as its parent, %s, within 1e-4',
    async (mutation) => {
      let tried = 0;
      for (let seed = 0; seed < 200 && tried < 40; seed++) {
        const found = await difference(seed, mutation);
        if (found === null) continue;
        tried++;
        expect(found, `genome ${seed}`).toBeLessThan(1e-4);
      }
      expect(tried).toBe(40);
    },
    120_000,
  );

  it('says of every tensor where it comes from', () => {
    const genome: Genome = { ...randomGenome(3), activation: 'relu' };
    const stage: Stage = { ...genome.stages[0]!, block: 'conv3d', depth: 1, width: 16, squeeze: 0 };
    const small = build({ ...genome, stages: [stage, stage] });
    const large = build({
      ...genome,
      stages: [
        { ...stage, depth: 2 },
        { ...stage, squeeze: 0.25 },
      ],
    });
    const weights = randomWeights(small, rngOf('weights'));
    const fresh = initialWeights(encoderParameters(large), rngOf('fresh'));
    const { provenance } = inheritWeights(large, weights, fresh);
    expect(provenance['stem.conv.weight']).toBe('copied');
    expect(provenance['stages.0.1.conv2.norm.weight']).toBe('zero');
    expect(provenance['stages.0.1.conv1.conv.weight']).toBe('fresh');
    expect(provenance['stages.1.0.squeeze.expand.bias']).toBe('open');
    expect(Object.keys(provenance)).toHaveLength(encoderParameters(large).length);
  });
});
