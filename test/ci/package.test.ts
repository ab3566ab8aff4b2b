/**
 * The package as npm would publish it: what it holds, and that it runs by itself, as a command and as a library.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { smallSpace, temporaryFolder, writeExperiment } from '../support/tiny.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = temporaryFolder();
const unpacked = join(folder, 'package');
let files: readonly string[];

beforeAll(() => {
  const pack = ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder];
  execFileSync('npm', pack, { cwd: root, env: { ...process.env, NODE_OPTIONS: '' } });
  const [archive = 'nothing was packed'] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  execFileSync('tar', ['-xzf', archive], { cwd: folder });
  files = readdirSync(unpacked, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(unpacked.length + 1));
  symlinkSync(join(root, 'node_modules'), join(unpacked, 'node_modules'));
}, 60_000);

/** Files that git tracks in a folder, by ending. */
function tracked(place: string, ending: string): string[] {
  return execFileSync('git', ['ls-files', place], { cwd: root, encoding: 'utf8' })
    .split('\n')
    .filter((name) => name.endsWith(ending) && existsSync(join(root, name)));
}

describe('the package', () => {
  it('holds neither benchmarks, tests, source maps nor build caches', () => {
    const unwanted = /^(dist\/)?(bench|test)\/|\.map$|\.tsbuildinfo$|\.test\.|^src\/|^\.ci\//;
    expect(files.filter((name) => unwanted.test(name))).toEqual([]);
  });

  it.each([
    ['src', '.ts', 'dist/', '.js'],
    ['search-spaces', '.ts', 'dist/', '.js'],
    ['proxy-tasks', '.ts', 'dist/', '.js'],
    ['docs', '.md', '', '.md'],
    ['experiments', '.json', '', '.json'],
    ['python', '.py', '', '.py'],
    ['proxy-tasks', '.py', '', '.py'],
  ])('holds every file of %s that ends in %s', (place, ending, prefix, packed) => {
    // The page of the dashboard is bundled.
    const own = tracked(place, ending).filter((name) => !name.startsWith('src/dashboard/page/'));
    const names = own.map((name) => prefix + name.slice(0, -ending.length) + packed);
    expect(files).toEqual(expect.arrayContaining(names));
  });

  it('holds the page of the dashboard, with the licences of what is bundled', () => {
    const page = files.filter((name) => name.startsWith('dist/src/dashboard/page/'));
    for (const kind of [/index\.html$/, /assets\/.*\.js$/, /assets\/.*\.css$/, /third-party-licenses\.md$/])
      expect(
        page.some((name) => kind.test(name)),
        String(kind),
      ).toBe(true);
  });

  it('searches, verifies and exports by itself', { timeout: 60_000 }, () => {
    const voxolve = (...args: string[]): string => {
      const main = join(unpacked, 'dist/src/cli/main.js');
      const env = { ...process.env, VOXOLVE_CACHE: join(folder, 'cache') };
      const { status, stderr, stdout } = spawnSync(process.execPath, [main, ...args], {
        env,
        encoding: 'utf8',
      });
      expect(status, stderr).toBe(0);
      return stdout;
    };
    const experiment = writeExperiment(folder, {
      space: smallSpace,
      candidates: 2,
      lookahead: 1,
      training: { steps: 1, batch: 2, evaluationBatches: 1 },
      trust: { share: 0 },
      winners: { candidates: 0 },
    });
    const db = join(folder, 'packed.db');
    voxolve('search', experiment, '--db', db, '--workers', '1');
    expect(voxolve('verify', db)).toContain('2 decisions derived anew, all as recorded');
    voxolve('export', db, '--to', 'pytorch', '-o', join(folder, 'export'));
    expect(readdirSync(join(folder, 'export'))).toEqual(
      expect.arrayContaining(['model.py', 'task.py', 'pretrain.py', 'scans.py']),
    );
  });

  it('is a library whose exports are those of its sources', async () => {
    const built = (await import(join(unpacked, 'dist/src/index.js'))) as object;
    const sources = (await import('../../src/index.js')) as object;
    expect(Object.keys(built).sort()).toEqual(Object.keys(sources).sort());
  });
});
