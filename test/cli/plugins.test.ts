/**
 * A user's own search space, proxy task and strategy, each with a helper beside it, from a folder outside.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Sqlite } from '../../src/store/sqlite.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { voxolve } from '../support/cli.js';
import { voxolveHere } from '../support/cli-here.js';
import { lineageTables, temporaryFolder, writeExperiment } from '../support/tiny.js';

const folder = temporaryFolder();
const env = { VOXOLVE_CACHE: join(folder, 'cache') };

/** The first block of a guide in a language. */
function codeIn(guide: string, language = 'ts'): string {
  const text = readFileSync(new URL(`../../docs/${guide}`, import.meta.url), 'utf8');
  const [, code] = new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(text) ?? [];
  if (code === undefined) throw new Error(`${guide} shows no ${language}`);
  return code;
}

const statusOf = async (
  db: string,
): Promise<{ candidates: Record<string, number>; best: unknown; chance: number; strategy: string }> =>
  JSON.parse((await voxolveHere(['status', db, '--json'], env)).stdout) as never;

const own = (name: string): string => join(folder, 'own', name);

const strategy = `
import { defineStrategy, founder, offspring, z } from 'voxolve';
import { better } from './lib/order.mjs';
export default defineStrategy({
  name: 'greedy', source: '', options: z.strictObject({ initial: z.number().int().default(2) }),
  create: ({ initial }, space) => {
    let best; let told = 0;
    return {
      name: 'greedy',
      ask: (_number, rng) => best === undefined || told < initial ? founder(space, rng) : offspring(space, best, rng),
      tell: (result) => { told++; if (better(result, best)) best = result; },
    };
  },
});`;

describe('files of the user', { timeout: 120_000 }, () => {
  const db = join(folder, 'own.db');
  const experiment = {
    name: 'own',
    candidates: 6,
    lookahead: 2,
    space: './own/plain3d.ts',
    proxyTask: { name: './own/mirror3d.ts', options: { side: 12 } },
    strategy: { name: './own/greedy.ts', options: {} },
  };

  beforeAll(async () => {
    mkdirSync(own('lib'), { recursive: true });
    writeFileSync(own('mirror3d.ts'), codeIn('adding-a-proxy-task.md'));
    writeFileSync(own('mirror3d.py'), codeIn('adding-a-proxy-task.md', 'python'));
    const space = codeIn('adding-a-search-space.md');
    writeFileSync(
      own('plain3d.ts'),
      space
        .replace('ordered([8, 16, 32])', 'ordered(widths)')
        .replace('const gene', "import { widths } from './lib/widths.js';\nconst gene"),
    );
    writeFileSync(
      own('lib/widths.ts'),
      "import data from './widths.json';\nexport const widths = data.widths;\n",
    );
    writeFileSync(own('lib/widths.json'), '{ "widths": [4, 8] }');
    writeFileSync(own('greedy.ts'), strategy);
    writeFileSync(
      own('lib/order.mjs'),
      'export const better = (a, b) => (a.score ?? -1) > (b?.score ?? -1);\n',
    );
    const file = writeExperiment(folder, experiment);
    const { code, stderr } = await voxolve(['search', file, '--db', db, '--workers', '2'], env);
    expect(code, stderr).toBe(0);
  }, 120_000);

  /** Runs with a file edited, and restores it. */
  async function whileEdited(name: string, ...args: string[]): ReturnType<typeof voxolve> {
    const before = readFileSync(own(name), 'utf8');
    writeFileSync(own(name), `${before}\n`);
    try {
      return await voxolve(args, env);
    } finally {
      writeFileSync(own(name), before);
    }
  }

  it('serve as search space, proxy task and strategy, in main thread and workers', async () => {
    const { candidates, chance, strategy: name } = await statusOf(db);
    expect(candidates['done']).toBe(6);
    expect(chance).toBe(0.5);
    expect(name).toBe('greedy');
    const { parents } = lineageTables(db);
    expect(parents?.length).toBeGreaterThan(0);
    const { code, stdout, stderr } = await voxolveHere(['verify', db], env);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/6 decisions derived anew, all as recorded/);
  });

  const changed = (name: string): string =>
    `voxolve: ${own(name)}: this file was changed since the search began, so the search would not be the same; restore it`;
  const lastLine = ({ stderr }: { readonly stderr: string }): string =>
    stderr.trim().split('\n').at(-1) ?? '';

  it.each(['plain3d.ts', 'mirror3d.ts', 'greedy.ts', 'lib/widths.ts', 'lib/widths.json', 'lib/order.mjs'])(
    'are what the search is bound to: it does not go on with %s edited',
    async (name) => {
      const end = await whileEdited(name, 'resume', db, '--candidates', '7');
      expect(end.code).toBe(1);
      expect(lastLine(end)).toContain(changed(name));
    },
  );

  it('are what a search that is typed again, and a verification, are bound to as well', async () => {
    const file = writeExperiment(folder, { ...experiment, candidates: 7 }, 'longer.json');
    for (const args of [
      ['search', file, '--db', db],
      ['verify', db],
    ]) {
      const end = await whileEdited('lib/widths.ts', ...args);
      expect(end.code).toBe(1);
      expect(lastLine(end)).toContain(changed('lib/widths.ts'));
    }
  });

  it('of a search that an earlier version began are compared as it recorded them: by the named files', async () => {
    const old = join(folder, 'old.db');
    const store = new Sqlite(db);
    store.exec(`VACUUM INTO '${old}'`);
    store.close();
    const altered = new Sqlite(old);
    altered.exec(
      "UPDATE experiments SET spec = json_remove(spec, '$.code.loaded'), voxolve_version = '0.2.0'",
    );
    altered.close();
    const refused = await whileEdited('mirror3d.ts', 'resume', old, '--candidates', '7');
    expect(refused.stderr).toContain('mirror3d.ts: this file was changed since the search began');
    const { code, stderr } = await whileEdited('lib/widths.ts', 'resume', old, '--candidates', '7');
    expect(code, stderr).toBe(0);
  });

  it('let the search go on, the same as one that was never ended', async () => {
    const { code, stderr } = await voxolveHere(['resume', db, '--candidates', '8'], env);
    expect(code, stderr).toBe(0);
    const whole = join(folder, 'whole.db');
    const file = writeExperiment(folder, { ...experiment, candidates: 8 }, 'whole.json');
    expect((await voxolveHere(['search', file, '--db', whole, '--workers', '1'], env)).code).toBe(0);
    const { candidates, parents, mutations } = lineageTables(whole);
    expect(lineageTables(db)).toMatchObject({ candidates, parents, mutations });
  });

  it('may be strategies within strategies', async () => {
    const halving = {
      name: 'successive-halving',
      options: { strategy: { name: './own/greedy.ts', options: { initial: 1 } }, rungs: 2, reduction: 2 },
    };
    const file = writeExperiment(folder, { ...experiment, strategy: halving }, 'halving.json');
    const nested = join(folder, 'halving.db');
    const { code, stderr } = await voxolveHere(['search', file, '--db', nested], env);
    expect(code, stderr).toBe(0);
    const { code: refused, stderr: why } = await whileEdited('lib/order.mjs', 'resume', nested);
    expect(refused).toBe(1);
    expect(why).toContain(`${own('lib/order.mjs')}: this file was changed`);
  });

  it('that draw elsewhere while they are told are found out when the search goes on', async () => {
    writeFileSync(
      own('clock.ts'),
      strategy
        .replace(
          "'./lib/order.mjs'",
          "'./lib/order.mjs'; const salt = process.argv.includes('resume') ? 'again' : 'first'",
        )
        .replace('founder(space, rng) :', 'founder(space, rng.split(salt)) :'),
    );
    const file = writeExperiment(folder, { ...experiment, strategy: './own/clock.ts' }, 'clock.json');
    const clock = join(folder, 'clock.db');
    expect((await voxolve(['search', file, '--db', clock], env)).code).toBe(0);
    const { code, stderr } = await voxolve(['resume', clock, '--candidates', '7'], env);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /clock\.ts: decides otherwise than when the search was run \(candidate 0: genome\)/,
    );
  });

  it('that are not there, or are not known by name, are refused in one line', async () => {
    const refused = async (space: string): Promise<string> => {
      const bad = writeExperiment(folder, { name: 'bad', space }, 'bad.json');
      const { code, stderr } = await voxolveHere(['search', bad, '--db', join(folder, 'bad.db')], env);
      expect(code).toBe(1);
      expect(stderr.trim().split('\n')).toHaveLength(1);
      return stderr;
    };
    expect(await refused('./own/absent.ts')).toMatch(/absent\.ts: search space file does not exist/);
    expect(await refused('./own/lib')).toMatch(/own\/lib: search space file does not exist/);
    expect(await refused('resnet')).toMatch(/search space "resnet": is none of factorized3d/);
    expect(await refused('factorised3d')).toMatch(/; did you mean "factorized3d"\?/);
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
