import { describe, expect, it } from 'vitest';
import { sameJson, type Json } from '../../src/core/json.js';
import { rngOf } from '../../src/core/random.js';
import type { Gene } from '../../src/search/genes/gene.js';
import { float, int, listOf, oneOf, ordered, record, weighted, when } from '../../src/search/genes/index.js';
import { pointerOf, replaceAt, valueAt } from '../../src/search/genes/pointer.js';
import { genomeSpace } from '../../src/search/space.js';

const stage = record({
  block: oneOf(['conv', 'bottleneck', 'separable']),
  width: ordered([8, 16, 32]),
  kernel: ordered([
    [1, 3, 3],
    [3, 3, 3],
  ]),
  expansion: when({ block: ['bottleneck', 'separable'] }, int(2, 6)),
  excite: when({ block: ['separable'] }, oneOf([true, false])),
  reduction: when({ excite: [true] }, int(4, 16, { step: 4 })),
});

/** Every gene type, alone and nested. */
const genes: Readonly<Record<string, Gene>> = {
  oneOf: oneOf(['a', 'b', 'c']),
  ordered: ordered([8, 16, 32, 64]),
  int: int(-3, 40),
  'int in steps': int(1, 9, { step: 2 }),
  float: float(-1, 1),
  'logarithmic float': float(1e-5, 1e-1, { log: true }),
  listOf: listOf(oneOf([1, 2, 3]), { min: 0, max: 4 }),
  'record with conditions': stage,
  weighted: weighted(3, int(0, 5)),
  'choices of null and lists': record({
    a: oneOf([null, [1, 2], false]),
    b: when({ a: [null] }, oneOf([null, 0])),
  }),
  'whole space': record({ stem: oneOf(['small', 'large']), stages: listOf(stage, { min: 2, max: 4 }) }),
};

const SEEDS = 200;

describe.each(Object.entries(genes))('%s', (name, gene) => {
  const draws = Array.from({ length: SEEDS }, (_, seed) => gene.sample(rngOf(name, seed)));

  it('draws valid values, and the same for the same generator', () => {
    for (const [seed, value] of draws.entries()) {
      expect(gene.problems(value, [])).toEqual([]);
      expect(gene.sample(rngOf(name, seed))).toEqual(value);
    }
    expect(new Set(draws.map((value) => JSON.stringify(value))).size).toBeGreaterThan(1);
  });

  it('changes at exactly one place, which before and after describe', () => {
    for (const [seed, value] of draws.entries()) {
      for (const [i, site] of gene.sites(value).entries()) {
        const { value: after, ...change } = site.change(rngOf(name, seed, 'change', i));
        expect(gene.problems(after, [])).toEqual([]);
        expect(sameJson(after, value)).toBe(false);
        expect(change.before).toEqual(valueAt(value, change.path));
        expect(change.after).toEqual(valueAt(after, change.path));
        expect(after).toEqual(replaceAt(value, change.path, change.after));
      }
    }
  });

  it('does not depend on the order of keys, which storage does not keep', () => {
    for (const [seed, value] of draws.entries()) {
      const stored = reversedKeys(value);
      const changed = (from: Json): Json[] =>
        gene.sites(from).map((site, i) => site.change(rngOf(name, seed, 'change', i)).value);
      expect(changed(stored)).toEqual(changed(value));
    }
  });

  it('crosses two values into a valid one', () => {
    for (const [seed, value] of draws.entries()) {
      const other = draws[(seed + 1) % SEEDS] as Json;
      expect(gene.problems(gene.cross(value, other, rngOf(name, seed, 'cross')), [])).toEqual([]);
      expect(gene.cross(value, value, rngOf(name, seed, 'cross'))).toEqual(value);
    }
  });

  it('has a distance that is zero for equals, symmetric and at most one', () => {
    for (const [seed, value] of draws.entries()) {
      const other = draws[(seed + 1) % SEEDS] as Json;
      expect(gene.distance(value, value)).toBe(0);
      expect(gene.distance(value, other)).toBe(gene.distance(other, value));
      expect(gene.distance(value, other)).toBeLessThanOrEqual(1);
      expect(gene.distance(value, other) > 0).toBe(!sameJson(value, other));
    }
  });

  it('encodes as a fixed number of numbers in [0, 1], different ones for different values', () => {
    for (const [seed, value] of draws.entries()) {
      const code = gene.encode(value);
      expect(code).toHaveLength(gene.width);
      expect(code.every((number) => number >= 0 && number <= 1)).toBe(true);
      const other = draws[(seed + 1) % SEEDS] as Json;
      expect(sameJson(code, gene.encode(other))).toBe(sameJson(value, other));
    }
    expect(gene.encode(undefined)).toEqual(Array<number>(gene.width).fill(0));
  });

  it('counts as many values as can be reached by mutation', () => {
    const count = gene.count();
    if (count === null || count > 2000n) return;
    const reached = new Map<string, Json>();
    const queue: Json[] = [draws[0] as Json];
    for (const value of queue) {
      const key = JSON.stringify(value);
      if (reached.has(key)) continue;
      reached.set(key, value);
      for (const site of gene.sites(value)) {
        for (let i = 0; i < 60; i++) queue.push(site.change(rngOf(key, i, queue.length)).value);
      }
      if (reached.size > 2000) break;
    }
    expect(BigInt(reached.size)).toBe(count);
  });
});

describe('counting', () => {
  it('takes conditions into account, also conditions on conditional parts', () => {
    // conv; bottleneck × 5 expansions; separable × 5 × (excite × 4 reductions, or not), each × 3 widths × 2 kernels
    expect(stage.count()).toBe(BigInt((1 + 5 + 5 * (4 + 1)) * 3 * 2));
  });

  it('is exact beyond what numbers hold', () => {
    expect(listOf(int(1, 1000), { min: 7, max: 7 }).count()).toBe(10n ** 21n);
  });

  it('gives null for a continuum', () => {
    expect(record({ rate: float(0, 1) }).count()).toBeNull();
  });
});

describe('a mutation', () => {
  it('of what decides over other parts is recorded as a switch of the record, with what came and went', () => {
    const parent = { block: 'separable', width: 8, kernel: [3, 3, 3], expansion: 4, excite: false };
    const site = stage.sites(parent as never)[0];
    const change = site?.change(rngOf('switch', 0));
    expect(change).toMatchObject({ kind: 'switch', path: [], before: parent });
    const after = change?.after as Record<string, Json>;
    expect(after.block).not.toBe('separable');
    expect('excite' in after).toBe(false);
    expect('expansion' in after).toBe(after.block === 'bottleneck');
    if ('expansion' in after) expect(after.expansion).toBe(4);
  });

  it('steps to a neighbour mostly, where values are ordered', () => {
    const gene = ordered([1, 2, 3, 4, 5, 6, 7, 8]);
    const steps = Array.from(
      { length: 1000 },
      (_, i) => gene.sites(4)[0]?.change(rngOf('near', i)).value ?? 0,
    );
    const near = steps.filter((value) => value === 3 || value === 5).length;
    expect(near).toBeGreaterThan(780);
    expect(new Set(steps).size).toBe(7);
  });

  it('picks uniformly over the sites, and by weight where one is given', () => {
    const gene = record({ a: int(0, 9), b: weighted(3, int(0, 9)) });
    const space = genomeSpace({ name: 'two', source: '', gene, build: () => null });
    const genome = { a: 0, b: 0 };
    const paths = Array.from(
      { length: 2000 },
      (_, i) => space.mutate(genome, rngOf('weight', i)).mutations[0]?.path,
    );
    const share = paths.filter((path) => path === '/b').length / paths.length;
    expect(share).toBeGreaterThan(0.72);
    expect(share).toBeLessThan(0.78);
  });

  it('of a genome that cannot change says so', () => {
    const space = genomeSpace({
      name: 'fixed',
      source: '',
      gene: record({ a: oneOf([1]) }),
      build: () => null,
    });
    expect(() => space.mutate({ a: 1 }, rngOf(0))).toThrow(
      'search space fixed: has a genome that cannot change',
    );
  });
});

describe('checking a genome', () => {
  const gene = record({ stages: listOf(stage, { min: 1, max: 3 }) });
  const good = { block: 'conv', width: 8, kernel: [3, 3, 3] };

  it.each([
    [null, 'the genome must be an object, got null'],
    [{}, '/stages must be a list of 1 to 3 items, got nothing'],
    [{ stages: [] }, '/stages must be a list of 1 to 3 items, got []'],
    [{ stages: [good], extra: 1 }, '/extra is not known; stages are, got 1'],
    [{ stages: [good, { ...good, width: 12 }] }, '/stages/1/width must be one of 8, 16, 32, got 12'],
    [
      { stages: [{ ...good, expansion: 2 }] },
      '/stages/0/expansion exists only where {"block":["bottleneck","separable"]} holds, got 2',
    ],
    [
      { stages: [{ ...good, block: 'bottleneck' }] },
      '/stages/0/expansion must be an integer from 2 to 6, got nothing',
    ],
    [
      { stages: [{ ...good, block: 'bottleneck', expansion: 2.5 }] },
      '/stages/0/expansion must be an integer from 2 to 6, got 2.5',
    ],
  ])('of %j names the place', (genome, message) => {
    expect(gene.problems(genome as Json, [])).toContain(message);
  });
});

describe('making a gene', () => {
  it('refuses arguments that make no sense', () => {
    expect(() => oneOf([])).toThrow('at least one');
    expect(() => ordered([1, 1])).toThrow('different values');
    expect(() => int(3, 1)).toThrow('min <= max');
    expect(() => float(0, 1, { log: true })).toThrow('positive where logarithmic');
    expect(() => listOf(int(0, 1), { min: 2, max: 1 })).toThrow('min <= max');
    expect(() => record({ a: when({ b: [1] }, int(0, 1)), b: oneOf([1, 2]) })).toThrow('a depends on b');
    expect(() => record({ b: oneOf([1, 2]), a: when({ b: [3] }, int(0, 1)) })).toThrow(
      'a depends on b being 3, which it never is',
    );
    expect(() => weighted(0, int(0, 1))).toThrow('positive');
  });
});

describe('JSON pointers', () => {
  it('escape ~ and /', () => {
    expect(pointerOf(['a/b', 0, '~'])).toBe('/a~1b/0/~0');
  });
});

function reversedKeys(value: Json): Json {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((item) => reversedKeys(item as Json));
  const entries = Object.entries(value as Record<string, Json>).map(([key, item]) => [
    key,
    reversedKeys(item),
  ]);
  return Object.fromEntries(entries.reverse()) as Json;
}
