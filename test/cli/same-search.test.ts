/**
 * The promise that matters most: the same experiment gives the same lineage, whatever happens to the run.
 */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Sqlite } from '../../src/store/sqlite.js';
import { describe, expect, it } from 'vitest';
import { rngOf } from '../../src/core/random.js';
import { said, startVoxolve, voxolve } from '../support/cli.js';
import { lineageTables, temporaryFolder, winnerTables, writeExperiment } from '../support/tiny.js';

const folder = temporaryFolder();
const env = { VOXOLVE_CACHE: join(folder, 'cache') };
const candidates = 12;
// Trainings end by their curves, some are repeated in full, the best are repeated at the end.
const training = { steps: 6, batch: 2, evaluationBatches: 3, evaluateEvery: 2 };
const searched = { training, curveStopping: { atLeast: 3 } };
const experiment = writeExperiment(folder, { ...searched, candidates });
const reference = join(folder, 'reference.db');

const countOf = (path: string, sql: string): number => {
  const db = new Sqlite(path, { readonly: true });
  try {
    return db.prepare(sql).pluck().get() as number;
  } finally {
    db.close();
  }
};

/** Whether a search was killed after it was written down; before that there is nothing to resume. */
function begun(path: string): boolean {
  if (!existsSync(path)) return false;
  const tables = countOf(path, "SELECT count(*) FROM sqlite_master WHERE name = 'experiments'");
  return tables === 1 && countOf(path, 'SELECT count(*) FROM experiments') === 1;
}

/** Searches with two workers, killed at any moment so many times at least. */
async function searchKilled(file: string, db: string, times: number): Promise<void> {
  const rng = rngOf('kill', db.length);
  let kills = 0;
  let evaluations = 0;
  while (kills < times + 2) {
    const args = !begun(db) ? ['search', file, '--db', db] : ['resume', db];
    const { child, finished } = startVoxolve([...args, '--workers', '2'], env);
    // Any moment from before the database is opened to some candidates later.
    const moment = said(child, 'engine: ').then(() => sleep(rng.int(700)));
    const end = await Promise.race([finished, moment.then(() => null)]);
    if (end !== null) {
      expect(end.code, end.stderr).toBe(0);
      break;
    }
    child.kill('SIGKILL');
    await finished;
    kills++;
    const now = begun(db) ? countOf(db, 'SELECT count(*) FROM evaluations') : 0;
    expect(now).toBeGreaterThanOrEqual(evaluations);
    evaluations = now;
  }
  expect(kills).toBeGreaterThanOrEqual(times);
  expect((await voxolve(['resume', db, '--workers', '2'], env)).code).toBe(0);
}

describe('a search', { timeout: 300_000 }, () => {
  it('completes with one worker and verifies', async () => {
    const { code, stderr } = await voxolve(['search', experiment, '--db', reference, '--workers', '1'], env);
    expect(stderr).not.toMatch(/voxolve: /);
    expect(code).toBe(0);
    const { code: verified, stdout } = await voxolve(['verify', reference], env);
    expect(stdout).toContain(`${candidates} decisions derived anew`);
    for (const condition of ["purpose = 'trust'", "purpose = 'winner'", "ended = 'curve'"]) {
      expect(countOf(reference, `SELECT count(*) FROM evaluations WHERE ${condition}`)).toBeGreaterThan(0);
    }
    expect(verified).toBe(0);
  });

  it('gives the same tables with four workers, and with two where memory lets one at a time train', async () => {
    for (const options of ['--workers 4', '--workers 2 --memory 1']) {
      const db = join(folder, `${options}.db`);
      const { code } = await voxolve(['search', experiment, '--db', db, ...options.split(' ')], env);
      expect(code).toBe(0);
      expect(lineageTables(db)).toEqual(lineageTables(reference));
      expect(winnerTables(db)).toEqual(winnerTables(reference));
    }
  });

  it('gives the same tables after being killed ten times, and loses no evaluation', async () => {
    const db = join(folder, 'killed.db');
    await searchKilled(experiment, db, 10);
    expect(lineageTables(db)).toEqual(lineageTables(reference));
    expect(winnerTables(db)).toEqual(winnerTables(reference));
    expect(countOf(db, `SELECT count(*) FROM candidates WHERE status IN ('running', 'pending')`)).toBe(0);
    expect((await voxolve(['verify', db], env)).code).toBe(0);
  });

  it('extends to the same candidates that a longer search has', async () => {
    const long = join(folder, 'long.db');
    const longer = writeExperiment(folder, { ...searched, candidates: candidates + 4 }, 'longer.json');
    expect((await voxolve(['search', longer, '--db', long, '--workers', '2'], env)).code).toBe(0);
    expect((await voxolve(['resume', reference, '--candidates', String(candidates + 4)], env)).code).toBe(0);
    expect(lineageTables(reference)).toEqual(lineageTables(long));
  });

  it('fails verification, naming the candidate, when a parent, mutation, genome or score was altered', async () => {
    const altered = async (sql: string): Promise<string> => {
      const path = join(folder, 'altered.db');
      const db = new Sqlite(reference);
      db.exec(`VACUUM INTO '${path}'`);
      db.close();
      const copy = new Sqlite(path);
      copy.exec(sql);
      copy.close();
      const { code, stderr } = await voxolve(['verify', path], env);
      expect(code).toBe(1);
      rmSync(path);
      return stderr;
    };
    const child = countOf(
      reference,
      'SELECT max(number) FROM candidates JOIN candidate_parents ON candidates.id = candidate',
    );
    const id = `(SELECT id FROM candidates WHERE number = ${child})`;
    const other = `(SELECT id FROM candidates WHERE number = (SELECT CASE WHEN p.number = 0 THEN 1 ELSE 0 END
      FROM candidate_parents JOIN candidates p ON p.id = parent WHERE candidate = ${id}))`;
    const named = new RegExp(`^candidate ${child}: `, 'm');
    expect(await altered(`UPDATE candidate_parents SET parent = ${other} WHERE candidate = ${id}`)).toMatch(
      named,
    );
    expect(await altered(`UPDATE mutations SET after = '"x"' WHERE candidate = ${id}`)).toMatch(named);
    expect(await altered(`DELETE FROM mutations WHERE candidate = ${id}`)).toMatch(named);
    expect(await altered(`UPDATE candidates SET score = score + 0.01 WHERE number = ${child}`)).toMatch(
      named,
    );
  });
});

describe('a search whose candidates are decided out of order', { timeout: 300_000 }, () => {
  const training = { steps: 6, batch: 2, evaluationBatches: 3 };
  const byNeed = writeExperiment(folder, { name: 'by-need', training, candidates: 16 }, 'by-need.json');
  const whole = join(folder, 'whole.db');

  it('is the same with one worker, with four, and killed five times', async () => {
    expect((await voxolve(['search', byNeed, '--db', whole, '--workers', '1'], env)).code).toBe(0);
    expect(countOf(whole, 'SELECT count(*) FROM candidate_parents')).toBeGreaterThan(6);
    const many = join(folder, 'many.db');
    expect((await voxolve(['search', byNeed, '--db', many, '--workers', '4'], env)).code).toBe(0);
    const killed = join(folder, 'killed-by-need.db');
    await searchKilled(byNeed, killed, 5);
    for (const db of [many, killed]) {
      expect(lineageTables(db)).toEqual(lineageTables(whole));
      expect(winnerTables(db)).toEqual(winnerTables(whole));
      expect((await voxolve(['verify', db], env)).code).toBe(0);
    }
  });

  it('goes on with another version only where that decides the same', async () => {
    const db = new Sqlite(whole);
    db.exec("UPDATE experiments SET voxolve_version = '0.0.1', processor = 'Z80'");
    db.close();
    const same = await voxolve(['resume', whole, '--candidates', '17'], env);
    expect(same.stderr).toMatch(
      /begun by voxolve 0\.0\.1; this is .*, and 16 decisions derived anew are as recorded/,
    );
    expect(same.stderr).toMatch(
      /begun on Z80, this is .*: where the two compute with different instructions/,
    );
    expect(same.code).toBe(0);
    const altered = new Sqlite(whole);
    altered.exec(
      "UPDATE candidate_parents SET role = 'crossover' WHERE candidate = (SELECT max(id) FROM candidates)",
    );
    altered.close();
    const { code, stderr } = await voxolve(['resume', whole, '--candidates', '18'], env);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /voxolve 0\.0\.1 began this search, and version .* decides otherwise \(candidate 16: parents\); resume it with/,
    );
    expect(countOf(whole, 'SELECT candidates FROM experiments')).toBe(17);
  });
});
