/** Children that inherit weights compute what their parents compute, where the mutation allows it. */
import { describe, expect, it } from 'vitest';
import { factorized3d } from '../../search-spaces/factorized3d.js';
import { difference, grown, growths } from '../../bench/strategies/growth.js';
import { rngOf } from '../../src/core/random.js';
import { inheritWeights } from '../../src/nn/inherit.js';
import type { Architecture } from '../../src/nn/architecture.js';
import { encoderParameters } from '../../src/nn/parameters.js';
import { initialWeights } from '../../src/pretrain/initialise.js';
import { randomGenome, randomWeights } from '../search-spaces/genomes.js';

type Genome = ReturnType<typeof randomGenome>;
type Stage = Genome['stages'][number];
const SHAPE = [1, 1, 6, 8, 8] as const;
/** `npm run bench:inherit` tries 200. */
const GENOMES = 6;

const build = (genome: Genome): Architecture => factorized3d.build(genome, { channels: 1 });

describe('a child that inherits weights', () => {
  it.each(growths)(
    'computes the same as its parent, %s, within 1e-4',
    async (kind) => {
      let tried = 0;
      for (let seed = 0; seed < 400 && tried < GENOMES; seed++) {
        const pair = grown(kind, seed);
        const found = pair === undefined ? null : await difference(pair, SHAPE, seed);
        if (found === null) continue;
        tried++;
        expect(found, `genome ${seed}`).toBeLessThan(1e-4);
      }
      expect(tried).toBe(GENOMES);
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
