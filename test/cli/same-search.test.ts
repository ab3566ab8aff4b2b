/**
 * The promise that matters most: the same experiment gives the same lineage, whatever happens to the run.
 * (`kill-sweep.test.ts` kills each kind of command at moments from its start to its end.)
 */
import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { rngOf } from '../../src/core/random.js';
import { Sqlite } from '../../src/store/sqlite.js';
import { succeed as succeedIn, type Finished } from '../support/cli.js';
import { succeedHere, voxolveHere } from '../support/cli-here.js';
import { killIn } from '../support/kills.js';
import {
  lineageTables,
  smallSpace,
  temporaryFolder,
  winnerTables,
  writeExperiment,
} from '../support/tiny.js';

const folder = temporaryFolder();
const env = { VOXOLVE_CACHE: join(folder, 'cache') };
const at = (name: string): string => join(folder, name);

const succeed = (...args: string[]): Promise<Finished> => succeedIn(args, env);
const here = (...args: string[]): Promise<Finished> => succeedHere(args, env);

const countOf = (path: string, sql: string): number => {
  const db = new Sqlite(path, { readonly: true });
  try {
    return db.prepare(sql).pluck().get() as number;
  } finally {
    db.close();
  }
};

const change = (path: string, sql: string): void => {
  const db = new Sqlite(path);
  db.exec(sql);
  db.close();
};

/** A copy of a finished search, which a test may alter or extend. */
function copyOf(db: string, name: string): string {
  const copy = at(name);
  const source = new Sqlite(db);
  source.exec(`VACUUM INTO '${copy}'`);
  source.close();
  cpSync(`${db}.artifacts`, `${copy}.artifacts`, { recursive: true });
  return copy;
}

function expectSame(db: string, other: string): void {
  expect(lineageTables(db)).toEqual(lineageTables(other));
  expect(winnerTables(db)).toEqual(winnerTables(other));
}

describe('a search', { timeout: 300_000 }, () => {
  const candidates = 10;
  // Trainings end by their curves, some are repeated in full, the best are repeated at the end.
  const searched = {
    seed: 5,
    space: smallSpace,
    training: { steps: 6, batch: 2, evaluationBatches: 5, evaluateEvery: 1 },
    curveStopping: { atLeast: 2 },
    trust: { share: 0.3 },
  };
  const experiment = writeExperiment(folder, { ...searched, candidates });
  const reference = at('reference.db');
  let said: string;
  beforeAll(async () => {
    said = (await succeed('search', experiment, '--db', reference, '--workers', '1')).stderr;
  }, 300_000);

  it('completes with one worker and verifies', async () => {
    expect(said).not.toMatch(/voxolve: /);
    expect((await here('verify', reference)).stdout).toContain(`${candidates} decisions derived anew`);
    for (const condition of ["purpose = 'trust'", "purpose = 'winner'", "ended = 'curve'"])
      expect(
        countOf(reference, `SELECT count(*) FROM evaluations WHERE ${condition}`),
        condition,
      ).toBeGreaterThan(0);
  });

  it.each(['--workers 4', '--workers 2 --memory 1'])('gives the same tables with %s', async (options) => {
    const db = at(`${options}.db`);
    await succeed('search', experiment, '--db', db, ...options.split(' '));
    expectSame(db, reference);
  });

  it('fails verification, naming the candidate, when a parent, mutation, genome or score was altered', async () => {
    const child = countOf(
      reference,
      'SELECT max(number) FROM candidates JOIN candidate_parents ON candidates.id = candidate',
    );
    const id = `(SELECT id FROM candidates WHERE number = ${child})`;
    const other = `(SELECT id FROM candidates WHERE number = (SELECT CASE WHEN p.number = 0 THEN 1 ELSE 0 END
      FROM candidate_parents JOIN candidates p ON p.id = parent WHERE candidate = ${id}))`;
    const alterations = [
      `UPDATE candidate_parents SET parent = ${other} WHERE candidate = ${id}`,
      `UPDATE mutations SET after = '"x"' WHERE candidate = ${id}`,
      `DELETE FROM mutations WHERE candidate = ${id}`,
      `UPDATE candidates SET score = score + 0.01 WHERE number = ${child}`,
    ];
    for (const [i, sql] of alterations.entries()) {
      const altered = copyOf(reference, `altered-${i}.db`);
      change(altered, sql);
      const { code, stderr } = await voxolveHere(['verify', altered], env);
      expect(code).toBe(1);
      expect(stderr).toMatch(new RegExp(`^candidate ${child}: `, 'm'));
    }
  });
});

describe('a search whose candidates are decided out of order', { timeout: 300_000 }, () => {
  const candidates = 12;
  const byNeed = {
    name: 'by-need',
    space: smallSpace,
    training: { steps: 6, batch: 2, evaluationBatches: 3 },
  };
  const experiment = writeExperiment(folder, { ...byNeed, candidates }, 'by-need.json');
  const whole = at('whole.db');
  beforeAll(async () => {
    await here('search', experiment, '--db', whole, '--workers', '1');
  }, 300_000);

  it('has children to decide', () => {
    expect(countOf(whole, 'SELECT count(*) FROM candidate_parents')).toBeGreaterThan(4);
  });

  it('is the same with four workers', async () => {
    await succeed('search', experiment, '--db', at('many.db'), '--workers', '4');
    expectSame(at('many.db'), whole);
  });

  it('is the same after being killed again and again, and loses no evaluation', async () => {
    const db = at('killed.db');
    const rng = rngOf('again');
    let evaluations = 0;
    // The first before anything is evaluated, the others after one more evaluation at least.
    for (const from of ['engine: ', ': done', ': done', ': done']) {
      const args = existsSync(db) ? ['resume', db] : ['search', experiment, '--db', db];
      await killIn({ name: 'search', from }, rng.int(200), [...args, '--workers', '2'], env);
      const now = existsSync(db) ? countOf(db, 'SELECT count(*) FROM evaluations') : 0;
      expect(now).toBeGreaterThanOrEqual(evaluations);
      evaluations = now;
    }
    expect(evaluations).toBeGreaterThan(0);
    await succeed('resume', db, '--workers', '2');
    expectSame(db, whole);
    expect(countOf(db, `SELECT count(*) FROM candidates WHERE status IN ('running', 'pending')`)).toBe(0);
    await here('verify', db);
  });

  it('extends to the same candidates that a longer search has', async () => {
    const more = candidates + 3;
    const longer = writeExperiment(folder, { ...byNeed, candidates: more }, 'longer.json');
    await here('search', longer, '--db', at('long.db'), '--workers', '2');
    const extended = copyOf(whole, 'extended.db');
    await here('resume', extended, '--candidates', String(more));
    expect(lineageTables(extended)).toEqual(lineageTables(at('long.db')));
  });

  it('goes on with another version only where that decides the same', async () => {
    const db = copyOf(whole, 'other-version.db');
    change(db, "UPDATE experiments SET voxolve_version = '0.0.1', processor = 'Z80'");
    const { stderr } = await here('resume', db, '--candidates', String(candidates + 1));
    expect(stderr).toContain('begun by voxolve 0.0.1; this is ');
    expect(stderr).toContain(`, and ${candidates} decisions derived anew are as recorded`);
    expect(stderr).toMatch(/begun on Z80, this is .*: where the two compute with different instructions/);
    change(
      db,
      "UPDATE candidate_parents SET role = 'crossover' WHERE candidate = (SELECT max(id) FROM candidates)",
    );
    const refused = await voxolveHere(['resume', db, '--candidates', String(candidates + 2)], env);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(
      /voxolve 0\.0\.1 began this search, and version .* decides otherwise \(candidate 12: parents\); resume it with/,
    );
    expect(countOf(db, 'SELECT candidates FROM experiments')).toBe(candidates + 1);
  });
});
