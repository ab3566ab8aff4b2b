import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UserError } from '../../../src/core/errors.js';
import type { Dashboard } from '../../../src/dashboard/index.js';
import { problemOf } from '../../../src/dashboard/server/making/problem.js';
import { NotThere } from '../../../src/dashboard/views/not-there.js';
import { Sqlite } from '../../../src/store/sqlite.js';
import { temporaryFolder } from '../../support/tiny.js';
import { databaseOf, get, serve } from './made-up.js';

const folder = temporaryFolder();
const path = join(folder, 'search.db');
let dashboard: Dashboard;
beforeAll(async () => {
  const store = databaseOf(path, ['fine', 'altered']);
  store.statement(`UPDATE candidates SET genome = '{"<img' WHERE experiment = 2`).run();
  store.close();
  dashboard = await serve([path]);
});
afterAll(() => dashboard.close());

async function problem(asked: string): Promise<readonly [status: number, error: string]> {
  const { status, headers, text } = await get(dashboard, asked);
  expect(headers['content-type']).toBe('application/json; charset=utf-8');
  const { error, ...rest } = JSON.parse(text) as { error: string };
  expect(rest).toEqual({});
  expect(error).not.toMatch(/\n|\.js:|\.ts:/);
  return [status, error];
}

describe('what cannot be answered', () => {
  it('is 404 where it does not exist', async () => {
    expect(await problem('/api/candidates/99')).toEqual([
      404,
      `${path}: has no candidate 99; choose one from voxolve lineage`,
    ]);
    expect((await problem('/api/candidates/99/why'))[0]).toBe(404);
    expect(await problem('/api/candidates?experiment=none')).toEqual([
      404,
      'the database holds no such experiment',
    ]);
  });

  it('is 409 where the database was altered, or the experiment cannot be resolved here', async () => {
    const altered = `${path}: the genome of candidate 0 was altered: it is not JSON; restore the database from a copy`;
    expect(await problem('/api/candidates?experiment=altered')).toEqual([409, altered]);
    expect(await problem('/api/genes?experiment=altered')).toEqual([409, altered]);
    const [status, error] = await problem('/api/candidates/1/why');
    expect(status).toBe(409);
    expect(error).toContain('experiment fine');
  });

  it('does not keep other views from being answered', async () => {
    expect((await get(dashboard, '/api/lineage?experiment=altered')).status).toBe(200);
  });
});

describe('the status of a problem', () => {
  const details = { subject: 'it', problem: 'is wrong', fix: 'mend it' };
  const sqlite = (code: string): Error => new Sqlite.SqliteError('said\nSQLite', code);
  it.each([
    [new NotThere(details), 404, 'it: is wrong; mend it'],
    [new UserError(details), 409, 'it: is wrong; mend it'],
    [
      sqlite('SQLITE_BUSY'),
      503,
      'x.db: cannot be used any further (said SQLite); end the other program that is writing to it, then continue',
    ],
    [
      sqlite('SQLITE_IOERR_READ'),
      503,
      'x.db: cannot be used any further (said SQLite); check its disk; a database on a network share may need a local one',
    ],
    [sqlite('SQLITE_CORRUPT'), 500, 'x.db: cannot be used any further (said SQLite); restore it from a copy'],
    [new TypeError('a defect\nin two lines'), 500, 'a defect in two lines'],
    ['thrown text', 500, 'thrown text'],
  ])('%s: %d', (thrown, status, error) => {
    const answer = problemOf(thrown, 'x.db');
    expect(answer.status).toBe(status);
    expect(JSON.parse(Buffer.from(answer.body).toString())).toEqual({ error });
  });
});
