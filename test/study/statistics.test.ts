import { describe, expect, it } from 'vitest';
import type { LineageRow } from '../../src/store/lineage.js';
import { diversityOverTime, geneEffects, operatorSuccess } from '../../src/study/lineage-statistics.js';

function row(number: number, changes: Partial<LineageRow> = {}): LineageRow {
  return {
    number,
    rung: 0,
    status: 'done',
    score: 0.5,
    params: null,
    macs: null,
    latency: null,
    genome: '{"a":1}',
    parent: null,
    role: null,
    parentRung: null,
    parentScore: null,
    mutations: [],
    ...changes,
  };
}

describe('the success of operators', () => {
  const child = (number: number, score: number | null, path: string, rest: Partial<LineageRow> = {}) =>
    row(number, {
      score,
      parent: 0,
      parentRung: 0,
      parentScore: 0.5,
      mutations: [{ kind: 'step', path }],
      ...rest,
    });

  it('counts gains by operator and gene, wherever in a list it was', () => {
    const found = operatorSuccess([
      row(0),
      child(1, 0.6, '/stages/0/width'),
      child(2, 0.4, '/stages/3/width'),
      child(3, 0.7, '/stem'),
    ]);
    expect(found).toHaveLength(2);
    expect(found[0]).toMatchObject({ kind: 'step', gene: '/stages/[]/width', trials: 2, successes: 1 });
    expect(found[0]?.meanGain).toBeCloseTo(0, 12);
    expect(found[1]).toMatchObject({ gene: '/stem', trials: 1, rate: 1 });
  });

  it('leaves out children without a score, of several mutations, and of another rung than the parent', () => {
    const two = [
      { kind: 'step', path: '/a' },
      { kind: 'step', path: '/b' },
    ];
    const rows = [
      child(1, null, '/a'),
      child(2, 0.9, '/a', { mutations: two }),
      child(3, 0.9, '/a', { rung: 1 }),
    ];
    expect(operatorSuccess(rows)).toEqual([]);
  });
});

describe('the effects of genes', () => {
  it('explain all of the variance where a gene decides the score, none where it does not', () => {
    const rows = [0, 1, 2, 3].map((i) =>
      row(i, { genome: JSON.stringify({ a: i % 2, b: i >> 1, c: 7 }), score: i % 2 }),
    );
    const [first, second, ...others] = geneEffects(rows);
    expect(first).toMatchObject({ gene: '/a', explained: 1 });
    expect(first?.values[0]).toEqual({ value: 1, candidates: 2, mean: 1 });
    expect(second).toMatchObject({ gene: '/b', explained: 0 });
    expect(others).toEqual([]);
  });
});

describe('diversity over time', () => {
  it('falls from one, where values are equally frequent, to zero, where all are alike', () => {
    const genomes = [0, 1, 2, 3, 1, 1, 1, 1].map((a) => JSON.stringify({ a }));
    const found = diversityOverTime(
      genomes.map((genome, i) => row(i, { genome, score: i })),
      2,
    );
    expect(found.map(({ from, to }) => [from, to])).toEqual([
      [0, 3],
      [4, 7],
    ]);
    expect(found[0]?.entropy).toBeCloseTo(1, 12);
    expect(found[1]?.entropy).toBe(0);
    expect(found.map(({ distinct }) => distinct)).toEqual([1, 0.25]);
    expect(found.map(({ best }) => best)).toEqual([3, 7]);
  });
});
