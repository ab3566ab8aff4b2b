/** The contract that every search strategy keeps (src/search/strategy.ts). */
import { describe, expect, it } from 'vitest';
import type { Genome } from '../../src/core/records.js';
import { rngOf } from '../../src/core/random.js';
import { constrained } from '../../src/search/constrained.js';
import { int, oneOf, record } from '../../src/search/genes/index.js';
import { replaceAt, pathOf } from '../../src/search/genes/pointer.js';
import { genomeSpace } from '../../src/search/space.js';
import {
  createStrategy,
  strategies,
  type StrategyChoice,
  type StrategySetting,
} from '../../src/search/strategies/index.js';
import {
  asSequential,
  type Proposal,
  type Result,
  type SelectiveStrategy,
  type Strategy,
} from '../../src/search/strategy.js';

const gene = record({ a: int(0, 30), b: int(0, 30), c: oneOf(['x', 'y', 'z']) });
const space = genomeSpace({ name: 'plain', source: '', gene, build: () => null });

/** Higher is better; every seventh candidate fails, every eleventh is infeasible. */
function resultOf(number: number, genome: Genome): Result {
  const { a, b } = genome as { a: number; b: number };
  if (number % 7 === 6) return { number, genome, status: 'failed', score: null };
  if (number % 11 === 10) return { number, genome, status: 'infeasible', score: null };
  return { number, genome, status: 'done', score: -Math.abs(a - 20) - Math.abs(b - 5) };
}

function search(own: Strategy, seed: number, count: number, lookahead = 4): Proposal[] {
  const strategy = asSequential(own);
  const proposals: Proposal[] = [];
  for (let i = 0; i < count; i++) {
    const due = i - lookahead;
    const before = proposals[due];
    if (before !== undefined) strategy.tell(resultOf(due, before.genome));
    proposals.push(strategy.ask(i, rngOf(seed, i, 'ask')));
  }
  return proposals;
}

describe.each(Object.keys(strategies))('the strategy %s', (name) => {
  const make = (): Strategy => createStrategy({ name }, space, { lookahead: 4 });

  it('knows its name and its source', () => {
    expect(make().name).toBe(name);
    expect(strategies[name as keyof typeof strategies].source).toMatch(/^https:/);
  });

  it('gives the same proposals for the same seed, and others for another', () => {
    const first = search(make(), 1, 120);
    expect(search(make(), 1, 120)).toEqual(first);
    expect(search(make(), 2, 120)).not.toEqual(first);
  });

  it('proposes valid genomes', () => {
    for (const { genome } of search(make(), 3, 200)) expect(gene.problems(genome, [])).toEqual([]);
  });

  it('names as parents only candidates that were told, and mutations that lead from the parent to the child', () => {
    const lookahead = 4;
    const proposals = search(make(), 4, 200, lookahead);
    for (const [i, { genome, parents, mutations }] of proposals.entries()) {
      for (const { number } of parents) expect(number).toBeLessThanOrEqual(i - lookahead);
      const [parent] = parents;
      if (parents.length !== 1 || parent === undefined) continue;
      const origin = proposals[parent.number]?.genome as Genome;
      const replayed = mutations.reduce(
        (value, { path, after }) => replaceAt(value, pathOf(path), after),
        origin,
      );
      expect(replayed).toEqual(genome);
    }
  });

  it('rests on what it was told, not on what was asked before', () => {
    const asked = asSequential(make());
    const idle = asSequential(make());
    for (let i = 0; i < 60; i++) {
      for (let repeat = 0; repeat < 3; repeat++) asked.ask(i + 3, rngOf('other', i, repeat));
      const result = resultOf(i, space.sample(rngOf('told', i)));
      asked.tell(result);
      idle.tell(result);
      expect(asked.ask(i + 4, rngOf(i))).toEqual(idle.ask(i + 4, rngOf(i)));
    }
  });

  it('goes on where every candidate fails', () => {
    const strategy = asSequential(make());
    for (let i = 0; i < 60; i++) {
      strategy.tell({ number: i, genome: space.sample(rngOf(i)), status: 'failed', score: null });
      expect(gene.problems(strategy.ask(i + 4, rngOf(i)).genome, [])).toEqual([]);
    }
  });

  it('keeps constraints at proposal', () => {
    const tight = constrained(space, (genome) => ((genome as { a: number }).a <= 10 ? null : 'a exceeds 10'));
    for (const { genome } of search(createStrategy({ name }, tight, { lookahead: 4 }), 5, 100)) {
      expect((genome as { a: number }).a).toBeLessThanOrEqual(10);
    }
  });
});

function selective(choice: StrategyChoice, setting: StrategySetting = {}): SelectiveStrategy {
  const strategy = createStrategy(choice, space, setting);
  if (strategy.kind !== 'selective') throw new Error(`${choice.name} is ${strategy.kind}`);
  return strategy;
}

const namesOfSelective = Object.keys(strategies).filter(
  (name) => createStrategy({ name }, space).kind === 'selective',
);

describe.each(namesOfSelective)('the selective strategy %s', (name) => {
  const make = (): SelectiveStrategy => selective({ name }, { lookahead: 4 });

  it('needs early results only, the same whatever was asked before', () => {
    const [asked, idle] = [make(), make()];
    search(asked, 5, 60);
    for (let i = 0; i < 120; i++) {
      const needed = idle.needs(i, rngOf('needs', i));
      for (const number of needed) {
        expect(number).toBeGreaterThanOrEqual(0);
        expect(number).toBeLessThanOrEqual(i - 4);
      }
      expect(new Set(needed).size).toBe(needed.length);
      expect(asked.needs(i, rngOf('needs', i))).toEqual(needed);
    }
  });
});

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
