/** The comparison of strategies on tables: any table, and the published one where it lies beside the repository. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { parseArguments } from '../../bench/strategies/arguments.js';
import { compareStrategies, type Comparison } from '../../bench/strategies/compare.js';
import { temporaryFolder } from '../support/tiny.js';

const folder = temporaryFolder();

/** Codes of three genes with 3, 2 and 4 values (one combination missing); the score grows with every digit. */
function smallTable(): string {
  const lines = ['name,code,err,acc2,acc8,size'];
  for (const a of [0, 4, 7])
    for (const b of [1, 2])
      for (const c of [0, 1, 2, 3]) {
        if (a === 0 && b === 1 && c === 0) continue;
        const score = a + b + c;
        lines.push(`"net, ${a}",${a}${b}${c},${100 - score},${score / 2},${score},${score * score}`);
      }
  const path = join(folder, 'small.csv.gz');
  writeFileSync(path, gzipSync(lines.join('\n')));
  return path;
}

function compare(words: string): readonly Comparison[] {
  return compareStrategies(parseArguments(words.split(' ')));
}

describe('strategies on a table', () => {
  const table = smallTable();

  it('find its best code, whatever digits its genes have', () => {
    const found = compare(
      `--table ${table} --score acc8 --strategy random,evolution,local-search,predictor --population 5 --sample 2 --evaluations 80 --seeds 2 --report size`,
    );
    for (const { mean, report } of found) {
      expect(mean).toBeCloseTo(12, 6);
      expect(report?.mean).toBeCloseTo(144, 6);
    }
  });

  it('spend no more than the budget of a cost column', () => {
    const [random] = compare(
      `--table ${table} --score acc8 --cost size --cost-budget 500 --strategy random --evaluations 1000 --seeds 5`,
    );
    expect(random?.cost).toBeLessThanOrEqual(500);
    expect(random?.evaluations).toBeLessThan(100);
  });

  it('count the epochs of a schedule against those of full trainings', () => {
    const [halving] = compare(
      `--table ${table} --score acc8 --strategy successive-halving --evaluations 30 --seeds 2`,
    );
    expect(halving?.evaluations).toBeGreaterThan(30);
    expect(halving?.cost).toBeLessThanOrEqual(30 * 8);
    expect(halving?.mean).toBeGreaterThan(10);
  });

  it('of several objectives are judged by the share of the true front', () => {
    const [nsga2] = compare(
      `--table ${table} --score acc8 --minimize size --reference 145,100 --strategy nsga2 --population 6 --evaluations 300 --seeds 2`,
    );
    expect(nsga2).toMatchObject({ metric: 'hypervolume' });
    expect(nsga2?.mean).toBeGreaterThan(0.9);
    expect(nsga2?.mean).toBeLessThanOrEqual(1 + 1e-12);
  });

  it.each([
    [
      '--score no --strategy random',
      '--score: .* has no column of numbers named "no"; choose one of err, acc2',
    ],
    ['--score acc8 --strategy genetic', 'strategy: "genetic" is none of random, evolution'],
    ['--score acc8 --strategy hyperband --cost size --cost-budget 9', 'takes no --cost'],
    ['--score err --strategy hyperband', 'needs columns of less training than err'],
    ['--score acc8 --strategy random --seeds 0', '--seeds: must be a number of at least 1'],
    ['--score acc8 --strategy random --colour red', 'has no option --colour'],
    ['--score acc8 --strategy random --minimize size --reference 3', 'needs a value for each column'],
  ])('refuse %s in one line', (words, message) => {
    expect(() => compare(`--table ${table} ${words} --evaluations 9`)).toThrow(new RegExp(message));
  });
});

const PUBLISHED = fileURLToPath(new URL('../../../shared/data/nas-tables/nb201.csv.gz', import.meta.url));

describe.skipIf(!existsSync(PUBLISHED))('on NAS-Bench-201 (needs its table beside the repository)', () => {
  const nb201 = (words: string): readonly number[] =>
    compare(`--table ${PUBLISHED} ${words}`).map(({ mean }) => mean);

  it('NSGA-II finds the front of accuracy and size, better than random search', () => {
    const [nsga2 = 0, random = 0] = nb201(
      '--score c10_val200 --minimize params_M --reference 1.6,20 --strategy nsga2,random --population 20 --evaluations 500 --seeds 8',
    );
    expect(nsga2).toBeGreaterThan(0.98);
    expect(random).toBeLessThan(0.98);
  });

  it('successive halving beats random search at equal epochs', () => {
    const [halving = 0, random = 0] = nb201(
      '--score c10_val200 --strategy successive-halving,random --evaluations 200 --seeds 30',
    );
    expect(halving).toBeGreaterThan(random + 0.05);
  });

  it('local search and the predictor reach in 100 evaluations what evolution needs 200 for', () => {
    const [local = 0] = nb201('--score c10_val200 --strategy local-search --evaluations 100 --seeds 30');
    const [predictor = 0] = nb201('--score c10_val200 --strategy predictor --evaluations 100 --seeds 4');
    expect(local).toBeGreaterThan(91.42);
    expect(predictor).toBeGreaterThan(91.42);
  });
});
