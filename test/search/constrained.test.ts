import { describe, expect, it } from 'vitest';
import type { Genome } from '../../src/core/records.js';
import { rngOf } from '../../src/core/random.js';
import { constrained } from '../../src/search/constrained.js';
import { int, record } from '../../src/search/genes/index.js';
import { genomeSpace } from '../../src/search/space.js';

const space = genomeSpace({
  name: 'pair',
  source: '',
  gene: record({ a: int(0, 3), b: int(0, 3) }),
  build: () => null,
});
const sum = (genome: Genome): number => {
  const { a, b } = genome as { a: number; b: number };
  return a + b;
};

describe('a constrained space', () => {
  it('proposes feasible genomes only, by drawing again from the same generator', () => {
    const small = constrained(space, (genome) => (sum(genome) <= 2 ? null : 'too large'));
    for (let seed = 0; seed < 200; seed++) {
      const genome = small.sample(rngOf(seed));
      expect(sum(genome)).toBeLessThanOrEqual(2);
      expect(small.sample(rngOf(seed))).toEqual(genome);
      const child = small.mutate(genome, rngOf(seed, 'child'));
      expect(sum(child.genome)).toBeLessThanOrEqual(2);
      expect(child.genome).not.toEqual(genome);
      expect(small.mutate(genome, rngOf(seed, 'child'))).toEqual(child);
    }
  });

  it('takes several mutations where no single one keeps the constraint', () => {
    const even = constrained(space, (genome) => (sum(genome) === 3 ? null : 'not three'));
    const { genome, mutations } = even.mutate({ a: 1, b: 2 }, rngOf(0));
    expect(sum(genome)).toBe(3);
    expect(mutations.length).toBeGreaterThan(1);
  });

  it('says which constraint left nothing to propose', () => {
    const none = constrained(space, () => 'needs 3 G multiply-accumulates', { tries: 20 });
    expect(() => none.sample(rngOf(0))).toThrow(
      'constraints: no genome that keeps them was drawn in 20 tries (the last: needs 3 G multiply-accumulates); loosen',
    );
    expect(() => none.mutate({ a: 0, b: 0 }, rngOf(0))).toThrow('was mutated in 20 tries');
  });
});
