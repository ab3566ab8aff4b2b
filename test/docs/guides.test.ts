/**
 * The guides to files of one's own, followed word for word: in an empty folder with voxolve installed from its package, the
 * files that a guide shows are written as shown, and its commands are typed as shown. Nothing else is done.
 */
import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/tiny.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = temporaryFolder();
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

function readGuide(name: string): Guide {
  const text = readFileSync(join(root, 'docs', name), 'utf8');
  const files = [...text.matchAll(/^`([\w.-]+)`:\n\n```\w+\n([\s\S]*?)^```$/gm)].map(
    ([, file = '', content = '']) => ({ name: file, content }),
  );
  const commands = [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block);
  return { files, commands };
}

const modules = join(folder, 'node_modules');

/** What `npm install voxolve` leaves, once for all folders; what the package depends on is linked, not fetched. */
beforeAll(() => {
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
}, 60_000);

/** An empty folder with voxolve installed. */
function emptyFolder(name: string): string {
  const place = join(folder, name);
  mkdirSync(place);
  writeFileSync(join(place, 'package.json'), '{ "dependencies": { "voxolve": "*" } }');
  symlinkSync(modules, join(place, 'node_modules'));
  return place;
}

const guides = [
  'adding-a-search-space.md',
  'adding-a-proxy-task.md',
  'adding-a-strategy.md',
  'adding-a-head.md',
];

interface End {
  readonly code: number | string | null;
  readonly output: string;
}

function typed(commands: string, cwd: string): Promise<End> {
  return new Promise((resolve) =>
    execFile('sh', ['-e', '-c', commands], { cwd, env }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : (error.code ?? null), output: stdout + stderr }),
    ),
  );
}

describe.each([
  {
    guide: 'adding-a-search-space.md',
    files: ['plain3d.ts', 'plain.json'],
    says: [/plain: 4 candidates done/, /candidate \d+ .* written to best: .*model\.py/],
    leaves: ['plain.db', 'best'],
  },
  {
    guide: 'adding-a-proxy-task.md',
    files: ['mirror3d.ts', 'mirror3d.py', 'mirror.json'],
    says: [/mirror: 4 candidates done/, /the best encoder is in pretrained/],
    leaves: ['mirror.db', 'pretrained'],
    copies: { 'mirror3d.py': 'pretrained/encoder/task.py' },
  },
  {
    guide: 'adding-a-strategy.md',
    files: ['greedy.ts', 'greedy.json'],
    says: [
      /greedy: 6 candidates done/,
      /6 decisions derived anew, all as recorded/,
      /greedy: 8 candidates done/,
    ],
    leaves: ['greedy.db'],
  },
  {
    guide: 'adding-a-head.md',
    files: ['huber.ts', 'exponential.ts', 'try.mjs'],
    says: [
      /^within: 0\.90$/m,
      /^weights: (2\.9|3\.0|3\.1) -(1\.9|2\.0|2\.1) -?0\.[01] -?0\.[01]$/m,
      /^log hazard ratios: (1\.[6-9]|2\.[0-4]) -(0\.[6-9]|1\.[0-4]) -?0\.[0-3] -?0\.[0-3]$/m,
    ],
    leaves: [],
  },
])(
  '$guide, followed word for word',
  { timeout: 300_000 },
  ({ guide, files: expected, says, leaves, copies = {} }) => {
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
  },
);

describe('the TypeScript of the guides', { timeout: 60_000 }, () => {
  it('is sound by the types in the package', async () => {
    const place = emptyFolder('types');
    const sources = guides.flatMap((guide) =>
      readGuide(guide).files.filter(({ name }) => name.endsWith('.ts')),
    );
    for (const { name, content } of sources) writeFileSync(join(place, name), content);
    const tsc = join(root, 'node_modules', 'typescript-7', 'bin', 'tsc');
    const options = '--noEmit --strict --skipLibCheck --module nodenext --target es2022 --types node';
    const names = sources.map(({ name }) => name).join(' ');
    expect(names).toBe('plain3d.ts mirror3d.ts greedy.ts huber.ts exponential.ts');
    const { code, output } = await typed(`node '${tsc}' ${options} ${names}`, place);
    expect(code, output).toBe(0);
  });
});

describe('the quickstart', { timeout: 300_000 }, () => {
  it('runs as the README says, here with one candidate only, and shorter trainings', async () => {
    const readme = readFileSync(join(root, 'README.md'), 'utf8');
    expect(readme).toMatch(/^npm ci && npm run quickstart /m);
    const place = join(folder, 'quickstart');
    mkdirSync(place);
    for (const name of ['package.json', 'dist', 'docs', 'node_modules'])
      symlinkSync(join(root, name), join(place, name));
    const shipped = JSON.parse(readFileSync(join(root, 'experiments', 'quickstart.json'), 'utf8')) as object;
    const shorter = { training: { steps: 2, batch: 2 }, winners: { candidates: 1, seeds: 2 } };
    mkdirSync(join(place, 'experiments'));
    writeFileSync(join(place, 'experiments', 'quickstart.json'), JSON.stringify({ ...shipped, ...shorter }));
    const { code, output } = await typed('npm run quickstart -- --candidates 1', place);
    expect(code, output).toBe(0);
    expect(output).toMatch(/quickstart: 1 candidate done/);
    expect(output).toMatch(/winner: candidate \d/);
    expect(readdirSync(join(place, 'runs'))).toContain('quickstart.db');
  });
});
