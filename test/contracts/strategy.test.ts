/** The contract that every search strategy keeps (src/search/strategy.ts). */
import { describe, expect, it } from 'vitest';
import type { Genome } from '../../src/core/records.js';
import { rngOf } from '../../src/core/random.js';
import { constrained } from '../../src/search/constrained.js';
import { replaceAt, pathOf } from '../../src/search/genes/pointer.js';
import { createStrategy, strategies } from '../../src/search/strategies/index.js';
import {
  asSequential,
  type GenomeSpace,
  type SelectiveStrategy,
  type Strategy,
} from '../../src/search/strategy.js';
import { listener, type Trace } from '../../src/search/trace.js';
import { gene, resultOf, search, selective, space } from '../support/strategies.js';

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

  it('decides alike whether a trace hears it or not', () => {
    const trace = listener();
    const tight = (heard?: Trace): GenomeSpace => {
      const feasible = (genome: Genome): string | null => {
        return (genome as { a: number }).a <= 20 ? null : 'a exceeds 20';
      };
      return constrained(space, feasible, { trace: heard });
    };
    const heard = createStrategy({ name }, tight(trace), { lookahead: 4, trace });
    expect(search(heard, 6, 120)).toEqual(
      search(createStrategy({ name }, tight(), { lookahead: 4 }), 6, 120),
    );
    expect(trace.heard.sentences.length).toBeGreaterThanOrEqual(120);
    expect(trace.heard.refusals.length).toBeGreaterThan(0);
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
