import { describe, expect, it } from 'vitest';
import type { Genome } from '../../src/core/records.js';
import { rngOf } from '../../src/core/random.js';
import { int, record } from '../../src/search/genes/index.js';
import { genomeSpace } from '../../src/search/space.js';
import { agreements, createStrategy } from '../../src/search/strategies/index.js';
import { asSequential, type Strategy } from '../../src/search/strategy.js';
import type { ZeroCostScores } from '../../src/search/zero-cost.js';

type Point = { readonly a: number; readonly b: number };
const gene = record({ a: int(0, 999), b: int(0, 999) });
const space = genomeSpace({ name: 'plain', source: '', gene, build: () => null });

/** The trained score is `a`; one score knows it, one knows nothing, and parameters say a little. */
const zeroCost: ZeroCostScores = {
  names: ['knowing', 'ignorant', 'params'],
  score: (name, genome) => {
    const { a, b } = genome as Point;
    return name === 'knowing' ? a : name === 'ignorant' ? b : a + b;
  },
};

function make(options: object, scores = zeroCost): Strategy {
  return createStrategy({ name: 'random', options: { prescreen: options } }, space, { zeroCost: scores });
}

function run(own: Strategy, count: number): readonly Genome[] {
  const strategy = asSequential(own);
  return Array.from({ length: count }, (_, number) => {
    const { genome } = strategy.ask(number, rngOf('run', number));
    strategy.tell({ number, genome, status: 'done', score: (genome as Point).a });
    return genome;
  });
}

describe('a prescreen', () => {
  it('leaves the first proposals alone, then takes those that the trusted score likes', () => {
    const plain = run(createStrategy({ name: 'random' }, space), 60);
    const screened = run(make({ pool: 8, after: 20 }), 60);
    expect(screened.slice(0, 20)).toEqual(plain.slice(0, 20));
    const mean = (genomes: readonly Genome[]): number =>
      genomes.reduce<number>((sum, genome) => sum + (genome as Point).a, 0) / genomes.length;
    // The greatest of eight uniform draws is 8/9 of the range in the mean.
    expect(mean(screened.slice(20))).toBeGreaterThan(800);
    expect(mean(plain.slice(20))).toBeLessThan(650);
  });

  it('is off while its score orders candidates no better than their parameters do', () => {
    const plain = run(createStrategy({ name: 'random' }, space), 60);
    expect(run(make({ score: 'ignorant', after: 20 }), 60)).toEqual(plain);
    expect(run(make({ score: 'params', after: 20 }), 60)).toEqual(plain);
  });

  it('reports how well every score orders the trained candidates', () => {
    const trained = run(createStrategy({ name: 'random' }, space), 80).map((genome) => ({
      genome,
      score: (genome as Point).a,
    }));
    const found = Object.fromEntries(agreements(zeroCost, trained).map((one) => [one.name, one]));
    expect(found['knowing']).toEqual({ name: 'knowing', correlation: 1, trusted: true });
    expect(Math.abs(found['ignorant']!.correlation)).toBeLessThan(0.2);
    expect(found['params']!.trusted).toBe(false);
  });

  it('refuses a score that it does not know, and a search without networks', () => {
    expect(() => make({ score: 'oracle' })).toThrow('"oracle" is not known');
    const choice = { name: 'random', options: { prescreen: {} } };
    expect(() => createStrategy(choice, space)).toThrow('no networks to score');
    expect(() => make({ pool: 1 })).toThrow('strategy.options: "prescreen.pool" is 1');
  });
});
