/** Single strategies, beyond what all promise (test/contracts/strategy.test.ts). */
import { describe, expect, it } from 'vitest';
import { rngOf } from '../../src/core/random.js';
import { oneOf, record } from '../../src/search/genes/index.js';
import { genomeSpace } from '../../src/search/space.js';
import { createStrategy } from '../../src/search/strategies/index.js';
import { asSequential, type Result } from '../../src/search/strategy.js';
import { resultOf, search, selective, space } from '../support/strategies.js';

describe('regularized evolution', () => {
  const evolution = { name: 'evolution', options: { population: 10, sample: 3 } };

  it('is random until its population is told, then mutates one told candidate in one place', () => {
    const proposals = search(createStrategy(evolution, space, { lookahead: 4 }), 6, 60, 4);
    for (const [i, { parents, mutations }] of proposals.entries()) {
      const founder = i < 10 + 4 - 1;
      expect(parents).toHaveLength(founder ? 0 : 1);
      expect(mutations).toHaveLength(founder ? 0 : 1);
    }
  });

  it('takes parents from the youngest of its population only, however good the old were', () => {
    const strategy = asSequential(createStrategy(evolution, space));
    for (let i = 0; i < 80; i++) {
      strategy.tell({ number: i, genome: { a: i % 30, b: 0, c: 'x' }, status: 'done', score: -i });
    }
    for (let i = 30; i < 80; i++) {
      const [parent] = strategy.ask(i, rngOf(i)).parents;
      expect(parent?.number).toBeGreaterThanOrEqual(i - 10);
    }
  });

  it('takes the best of the sample; with a sample as large as the population, the best of all', () => {
    const strategy = asSequential(
      createStrategy({ name: 'evolution', options: { population: 5, sample: 5 } }, space),
    );
    [3, 9, 1, 4, 2].forEach((score, number) => {
      strategy.tell({ number, genome: { a: score, b: 0, c: 'x' }, status: 'done', score });
    });
    expect(strategy.ask(5, rngOf(0)).parents).toEqual([{ number: 1, role: 'parent' }]);
  });

  it('avoids the genomes of its tournament', () => {
    const few = genomeSpace({
      name: 'few',
      source: '',
      gene: record({ a: oneOf([0, 1, 2]) }),
      build: () => null,
    });
    const strategy = createStrategy({ name: 'evolution', options: { population: 2, sample: 2 } }, few);
    const tournament = [0, 1].map((a): Result => ({
      number: a,
      genome: { a },
      status: 'done',
      score: a,
    }));
    for (let i = 0; i < 50; i++) {
      expect(strategy.ask(2, rngOf('again', i), tournament).genome).toEqual({ a: 2 });
    }
  });

  it('decides without the results that its tournament is not drawn from', () => {
    const strategy = selective(evolution, { lookahead: 4 });
    for (let i = 13; i < 60; i++) {
      const needed = strategy.needs(i, rngOf(i));
      expect(needed).toHaveLength(3);
      const results = needed.map((number) => resultOf(number, { a: number % 30, b: 3, c: 'x' }));
      const { parents } = strategy.ask(i, rngOf(i), results);
      for (const { number } of parents) expect(needed).toContain(number);
    }
  });
});

describe('choosing a strategy', () => {
  it('names those that there are where the name is not known', () => {
    expect(() => createStrategy({ name: 'genetic' }, space)).toThrow(
      'strategy: "genetic" is none of random, evolution, local-search',
    );
  });

  it('names the option that is wrong', () => {
    expect(() => createStrategy({ name: 'evolution', options: { population: 0 } }, space)).toThrow(
      'options of strategy evolution: "population" is 0',
    );
    expect(() => createStrategy({ name: 'evolution', options: { population: 3, sample: 5 } }, space)).toThrow(
      '"sample" is 5, but the rule is: must not exceed the population',
    );
    expect(() => createStrategy({ name: 'random', options: { size: 3 } }, space)).toThrow('size');
  });
});
