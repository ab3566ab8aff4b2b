/**
 * A folder with voxolve installed from its package, in which a guide is followed word for word: the files that it shows are
 * written as shown, and its commands are typed as shown. Nothing else is done.
 */
import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/tiny.js';

export const root = fileURLToPath(new URL('../../', import.meta.url));
export const folder = temporaryFolder();
const env = {
  ...Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(VITEST|NODE_OPTIONS|npm_)/.test(name)),
  ),
  VOXOLVE_CACHE: join(folder, 'cache'),
  npm_config_offline: 'true',
};

interface Guide {
  /** What is shown below a line that is nothing but a file's name in backquotes and a colon. */
  readonly files: readonly { readonly name: string; readonly content: string }[];
  /** Blocks of commands for a shell. */
  readonly commands: readonly string[];
}

export function readGuide(name: string): Guide {
  const text = readFileSync(join(root, 'docs', name), 'utf8');
  const files = [...text.matchAll(/^`([\w.-]+)`:\n\n```\w+\n([\s\S]*?)^```$/gm)].map(
    ([, file = '', content = '']) => ({ name: file, content }),
  );
  const commands = [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block);
  return { files, commands };
}

const modules = join(folder, 'node_modules');

/** What `npm install voxolve` leaves, once for all folders; what the package depends on is linked, not fetched. */
export function installPackage(): void {
  mkdirSync(join(modules, '.bin'), { recursive: true });
  for (const one of readdirSync(join(root, 'node_modules')).filter((entry) => !entry.startsWith('.'))) {
    symlinkSync(join(root, 'node_modules', one), join(modules, one));
  }
  // Built already; what a package holds is what `npm pack` puts into it.
  const packed = execFileSync('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], {
    cwd: root,
    env,
    encoding: 'utf8',
  });
  const [{ filename = '' } = {}] = JSON.parse(packed) as { filename?: string }[];
  mkdirSync(join(modules, 'voxolve'));
  execFileSync('tar', [
    '-xzf',
    join(folder, filename),
    '-C',
    join(modules, 'voxolve'),
    '--strip-components=1',
  ]);
  symlinkSync('../voxolve/dist/src/cli/main.js', join(modules, '.bin', 'voxolve'));
}

/** An empty folder with voxolve installed. */
export function emptyFolder(name: string): string {
  const place = join(folder, name);
  mkdirSync(place);
  writeFileSync(join(place, 'package.json'), '{ "dependencies": { "voxolve": "*" } }');
  symlinkSync(modules, join(place, 'node_modules'));
  return place;
}

interface End {
  readonly code: number | string | null;
  readonly output: string;
}

export function typed(commands: string, cwd: string): Promise<End> {
  return new Promise((resolve) =>
    execFile('sh', ['-e', '-c', commands], { cwd, env }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : (error.code ?? null), output: stdout + stderr }),
    ),
  );
}

/** A guide, the files that it shows, what its commands say, and what they leave. */
interface Followed {
  readonly guide: string;
  readonly files: readonly string[];
  readonly says: readonly RegExp[];
  readonly leaves: readonly string[];
  /** Files that what is left holds a copy of, by their names. */
  readonly copies?: Readonly<Record<string, string>>;
}

export function followed({ guide, files: expected, says, leaves, copies = {} }: Followed): void {
  describe(`${guide}, followed word for word`, { timeout: 300_000 }, () => {
    const { files, commands } = readGuide(guide);

    it('shows whole files and one block of commands', () => {
      expect(files.map(({ name }) => name)).toEqual(expected);
      expect(commands).toHaveLength(1);
    });

    it('works from an empty folder', async () => {
      const place = emptyFolder(guide.replace('.md', ''));
      const before = readdirSync(place);
      for (const { name, content } of files) writeFileSync(join(place, name), content);
      const { code, output } = await typed(commands.join(''), place);
      expect(code, output).toBe(0);
      for (const line of says) expect(output).toMatch(line);
      expect(output).not.toMatch(/^\s+at |warn/im);
      const left = readdirSync(place).filter((name) => !before.includes(name));
      expect(left).toEqual(expect.arrayContaining([...expected, ...leaves]));
      for (const [file, copy] of Object.entries(copies)) {
        expect(readFileSync(join(place, copy), 'utf8')).toBe(readFileSync(join(place, file), 'utf8'));
      }
    });
  });
}
