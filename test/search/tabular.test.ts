/** Strategies on published results: no training, known figures. */
import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { rngOf } from '../../src/core/random.js';
import { listOf, oneOf } from '../../src/search/genes/index.js';
import { defineSpace, genomeSpace } from '../../src/search/space.js';
import { createStrategy, type StrategyChoice } from '../../src/search/strategies/index.js';
import { asSequential } from '../../src/search/strategy.js';

/**
 * NAS-Bench-201 (Dong and Yang, ICLR 2020): six edges, each with one of five operations; the score is the
 * CIFAR-10 validation accuracy after 200 epochs, in per cent.
 */
const TABLE = new URL('../../../shared/data/nas-tables/nb201.csv.gz', import.meta.url);
const SEEDS = 30;
const EVALUATIONS = 200;

const space = genomeSpace(
  defineSpace({
    name: 'nb201',
    source: 'https://arxiv.org/abs/2001.00326',
    gene: listOf(oneOf(['0', '1', '2', '3', '4']), { min: 6, max: 6 }),
    build: (edges) => edges.join(''),
  }),
);

function readTable(): ReadonlyMap<string, number> {
  const rows = parse<Record<string, string>>(gunzipSync(readFileSync(TABLE)), { columns: true });
  return new Map(rows.map((row) => [row.code ?? '', Number(row.c10_val200)]));
}

/** The best score found, mean over seeds; every result is told before the next is asked. */
function meanBest(choice: StrategyChoice, table: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (let seed = 0; seed < SEEDS; seed++) {
    const strategy = asSequential(createStrategy(choice, space));
    let best = -Infinity;
    for (let number = 0; number < EVALUATIONS; number++) {
      const { genome } = strategy.ask(number, rngOf(seed, number, 'ask'));
      const score = table.get((genome as readonly string[]).join('')) ?? NaN;
      best = Math.max(best, score);
      strategy.tell({ number, genome, status: 'done', score });
    }
    sum += best;
  }
  return sum / SEEDS;
}

describe.skipIf(!existsSync(TABLE))('on NAS-Bench-201 (needs its table beside the repository)', () => {
  it('regularized evolution beats random search after 200 evaluations, both as published', () => {
    const table = readTable();
    expect(table.size).toBe(15_625);
    const random = meanBest({ name: 'random' }, table);
    const evolution = meanBest({ name: 'evolution', options: { population: 10, sample: 3 } }, table);
    // Means over many seeds are 91.20 and 91.52; the standard error over thirty is about .03.
    expect(random).toBeGreaterThan(91.1);
    expect(random).toBeLessThan(91.3);
    expect(evolution).toBeGreaterThan(91.42);
  });
});
