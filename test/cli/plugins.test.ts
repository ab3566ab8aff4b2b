/**
 * A user's own search space and proxy task: the code in the guides, word for word, from a folder outside.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Sqlite } from '../../src/store/sqlite.js';
import { describe, expect, it } from 'vitest';
import { voxolve } from '../support/cli.js';
import { temporaryFolder, writeExperiment } from '../support/tiny.js';

const folder = temporaryFolder();
const env = { VOXOLVE_CACHE: join(folder, 'cache') };

/** The first TypeScript block of a guide. */
function codeIn(guide: string): string {
  const text = readFileSync(new URL(`../../docs/${guide}`, import.meta.url), 'utf8');
  const [, code] = /```ts\n([\s\S]*?)```/.exec(text) ?? [];
  if (code === undefined) throw new Error(`${guide} shows no TypeScript`);
  return code;
}

const statusOf = async (
  db: string,
): Promise<{ candidates: Record<string, number>; best: unknown; chance: number }> =>
  JSON.parse((await voxolve(['status', db, '--json'], env)).stdout) as never;

describe('a file of the user', { timeout: 120_000 }, () => {
  mkdirSync(join(folder, 'own'));
  writeFileSync(join(folder, 'own', 'mirror3d.ts'), codeIn('adding-a-proxy-task.md'));
  writeFileSync(join(folder, 'own', 'plain3d.ts'), codeIn('adding-a-search-space.md'));

  it('serves as search space and as proxy task, in main thread and workers', async () => {
    const experiment = writeExperiment(folder, {
      name: 'own',
      candidates: 5,
      space: './own/plain3d.ts',
      proxyTask: { name: './own/mirror3d.ts', options: { side: 12 } },
    });
    const db = join(folder, 'own.db');
    const { code, stderr } = await voxolve(['search', experiment, '--db', db, '--workers', '2'], env);
    expect(code, stderr).toBe(0);
    const { candidates, chance } = await statusOf(db);
    expect(candidates['done']).toBe(5);
    expect(chance).toBe(0.5);
  });

  it('makes resuming refuse to go on once it was edited', async () => {
    const path = join(folder, 'own', 'plain3d.ts');
    const before = readFileSync(path, 'utf8');
    writeFileSync(path, `${before}\n// edited\n`);
    const { code, stderr } = await voxolve(['resume', join(folder, 'own.db'), '--candidates', '6'], env);
    writeFileSync(path, before);
    expect(code).toBe(1);
    expect(stderr).toMatch(/plain3d\.ts: this file was changed since the search began.*restore it/);
  });

  it('that cannot be loaded, or exports something else, is refused in one line', async () => {
    const refused = async (space: string): Promise<string> => {
      const experiment = writeExperiment(folder, { name: 'bad', space }, 'bad.json');
      const { code, stderr } = await voxolve(['search', experiment, '--db', join(folder, 'bad.db')], env);
      expect(code).toBe(1);
      expect(stderr.trim().split('\n')).toHaveLength(1);
      return stderr;
    };
    writeFileSync(join(folder, 'own', 'broken.ts'), 'export default {{');
    writeFileSync(join(folder, 'own', 'other.ts'), 'export default { name: "other" };');
    expect(await refused('./own/broken.ts')).toMatch(/broken\.ts: the search space cannot be loaded/);
    expect(await refused('./own/other.ts')).toMatch(/other\.ts: its default export is not a search space/);
    expect(await refused('./own/absent.ts')).toMatch(/absent\.ts: search space file does not exist/);
    expect(await refused('resnet')).toMatch(/search space "resnet": is none of factorized3d/);
  });
});

describe('a space with candidates that misbehave', { timeout: 120_000 }, () => {
  it('has each recorded as what it is, and the search goes on', async () => {
    const space = fileURLToPath(new URL('../fixtures/plugins/planted-space.ts', import.meta.url));
    const experiment = writeExperiment(folder, {
      name: 'planted',
      candidates: 16,
      space,
      isolation: 'process',
      strategy: 'random',
      constraints: { memory: 100 },
    });
    const db = join(folder, 'planted.db');
    const { code, stderr } = await voxolve(['search', experiment, '--db', db, '--workers', '2'], env);
    expect(code, stderr).toBe(0);
    const store = new Sqlite(db, { readonly: true });
    const rows = store
      .prepare(
        `SELECT json_extract(genome, '$.kind') AS kind, candidates.status AS status, evaluations.status AS evaluation,
           candidates.score AS score, attempts, error
         FROM candidates LEFT JOIN evaluations
           ON candidate = candidates.id AND purpose = 'search'`,
      )
      .all() as {
      kind: string;
      status: string;
      evaluation: string;
      score: number | null;
      attempts: number;
      error: string | null;
    }[];
    store.close();
    expect(rows).toHaveLength(16);
    const expected: Record<string, readonly [string, string]> = {
      fine: ['done', 'done'],
      diverges: ['done', 'diverged'],
      crashes: ['failed', 'failed'],
    };
    // What would not fit in memory is not even proposed.
    expect(new Set(rows.map(({ kind }) => kind))).toEqual(new Set(Object.keys(expected)));
    for (const { kind, status, evaluation, score, attempts, error } of rows) {
      expect([status, evaluation], kind).toEqual(expected[kind]);
      if (kind === 'diverges') expect(score).toBe(0);
      if (kind === 'crashes') {
        expect(attempts).toBe(2);
        expect(error).toMatch(/SIGKILL/);
      }
    }
  });
});
