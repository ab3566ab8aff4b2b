import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { genesView } from '../../../src/dashboard/views/genes.js';
import { studentInterval } from '../../../src/core/statistics/intervals.js';
import { openStore, readLineage, type ExperimentRow, type Store } from '../../../src/store/index.js';
import { geneEffects } from '../../../src/study/index.js';
import { runToy, toyExperimentIn } from '../../study/simulation.js';
import { temporaryFolder } from '../../support/tiny.js';

const folder = temporaryFolder();
let store: Store;
let row: ExperimentRow;
beforeAll(async () => {
  store = openStore(`${folder}/genes.db`, 'create');
  row = toyExperimentIn(store);
  await runToy(store, { candidates: 150 });
});
afterAll(() => store.close());

describe('the effects of genes', () => {
  it('are those of voxolve lineage, with intervals', () => {
    const { genes } = genesView(store, row);
    const expected = geneEffects(readLineage(store, row.id));
    expect(genes.length).toBeGreaterThan(3);
    expect(genes.map(({ gene }) => gene)).toEqual(expected.map(({ gene }) => gene));
    for (const [i, { explained, values }] of genes.entries()) {
      expect(explained.value).toBeCloseTo(expected[i]?.explained ?? NaN, 10);
      const [low, high] = explained.interval ?? [NaN, NaN];
      expect(low).toBeGreaterThanOrEqual(0);
      expect(high).toBeGreaterThan(low);
      expect(high).toBeLessThan(1);
      const own = new Map(expected[i]?.values.map((one) => [one.value, one]));
      expect(own.size).toBe(values.length);
      for (const { value, candidates, mean } of values) {
        expect(candidates).toBe(own.get(value)?.candidates);
        expect(mean.value).toBeCloseTo(own.get(value)?.mean ?? NaN, 10);
      }
    }
  });

  it('have Student’s interval where a gene occurs once in a genome', () => {
    const { genes } = genesView(store, row);
    const stem = genes.find(({ gene }) => gene === '/stem');
    expect(stem?.values).toHaveLength(2);
    for (const { value, mean } of stem?.values ?? []) {
      const scores = readLineage(store, row.id).flatMap(({ genome, score }) =>
        score !== null && (JSON.parse(genome) as { stem: string }).stem === value ? [score] : [],
      );
      const [low, high] = studentInterval(scores);
      expect(mean.interval?.[0]).toBeCloseTo(low, 9);
      expect(mean.interval?.[1]).toBeCloseTo(high, 9);
    }
  });

  it('count a candidate once in intervals, however often its genome has the value', () => {
    const repeated = openStore(`${folder}/repeated.db`, 'create');
    const own = toyExperimentIn(repeated);
    const insert = repeated.statement(
      "INSERT INTO candidates (experiment, number, genome, genome_hash, status, score) VALUES (?, ?, ?, '', 'done', ?)",
    );
    const scores = [0.1, 0.5, 0.4, 0.9];
    scores.forEach((score, number) =>
      insert.run(
        own.id,
        number,
        JSON.stringify({ list: Array.from({ length: 5 }, () => (number < 2 ? 'a' : 'b')) }),
        score,
      ),
    );
    const [effect] = genesView(repeated, own).genes;
    repeated.close();
    const b = effect?.values[0];
    expect(b).toMatchObject({ value: 'b', candidates: 10 });
    const [low, high] = studentInterval([0.4, 0.9]);
    expect(b?.mean.interval?.[0]).toBeCloseTo(low, 9);
    expect(b?.mean.interval?.[1]).toBeCloseTo(high, 9);
  });

  it('of an experiment without scores are none', () => {
    const empty = openStore(`${folder}/none.db`, 'create');
    expect(genesView(empty, toyExperimentIn(empty))).toEqual({ genes: [] });
    empty.close();
  });
});
