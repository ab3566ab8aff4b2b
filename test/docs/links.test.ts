/**
 * The documentation as a whole: links lead somewhere, everything is reachable from its index, and what users read cites no
 * file that their package lacks.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { anchorsOf, linksOf, withoutCode, withoutSection } from './markdown.js';
import { commandsFor } from '../../src/cli/commands/index.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const docs = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'));
const pages = [
  'README.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  ...docs.map((name) => join('docs', name)),
].filter((page) => existsSync(join(root, page)));

/** Pages for contributors, who have the repository. */
const CONTRIBUTORS = [
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'docs/decisions.md',
  'docs/adding-an-op.md',
  'docs/adding-a-format.md',
];

/** A path within the source code. */
const CITATION = /`(?:src|bench|test|\.ci|proxy-tasks|search-spaces)\/[\w./*-]*`/g;

/** True if the path, which may end in a pattern such as `op-cases*.ts`, names something in the repository. */
function exists(path: string): boolean {
  if (!path.includes('*')) return existsSync(join(root, path));
  const pattern = new RegExp(`^${basename(path).replaceAll('.', '\\.').replaceAll('*', '.*')}$`);
  return readdirSync(join(root, dirname(path))).some((name) => pattern.test(name));
}

function textOf(page: string): string {
  return readFileSync(join(root, page), 'utf8');
}

/** Links of a page that lead into the repository, from its root. */
function localLinks(page: string): { target: string; path: string; anchor: string | undefined }[] {
  return linksOf(textOf(page))
    .filter((target) => !/^[a-z]+:/i.test(target))
    .map((target) => {
      const [path = '', anchor] = target.split('#');
      return { target, path: path === '' ? page : relative(root, join(root, dirname(page), path)), anchor };
    });
}

function isBroken({ path, anchor }: { path: string; anchor: string | undefined }): boolean {
  if (path.startsWith('..') || !existsSync(join(root, path))) return true;
  return anchor !== undefined && !(path.endsWith('.md') && anchorsOf(textOf(path)).has(anchor));
}

describe('links in the documentation', () => {
  it.each(pages)('lead to files and headings that exist: %s', (page) => {
    const broken = localLinks(page).filter(isBroken);
    expect(broken.map(({ target }) => target)).toEqual([]);
  });

  it('reach every page from docs/index.md', () => {
    const reached = new Set(['docs/index.md']);
    for (const page of reached)
      for (const { path } of localLinks(page)) if (pages.includes(path)) reached.add(path);
    expect(pages.filter((page) => !reached.has(page))).toEqual([]);
  });

  it('show every picture that is kept', () => {
    const shown = pages.flatMap(localLinks).map(({ path }) => path);
    for (const name of readdirSync(join(root, 'docs', 'pictures')))
      expect(shown).toContain(join('docs', 'pictures', name));
  });
});

describe('what is taken for a link', () => {
  it('is neither code nor a bracket alone', () => {
    expect(linksOf('`[a](b)` [c](d.md) f[1] (g)\n```sh\n[e](f)\n```\n![h\ni](j.png "k")')).toEqual([
      'd.md',
      'j.png',
    ]);
  });

  it('has the anchors that GitHub gives headings', () => {
    const anchors = anchorsOf('# Can it be cheated?\n## `--engine auto`\n## A, b\n## A, b\n```\n# no\n```\n');
    expect([...anchors]).toEqual(['can-it-be-cheated', '--engine-auto', 'a-b', 'a-b-1']);
  });
});

describe('what contributors read', () => {
  // A changelog tells of what was.
  const current = CONTRIBUTORS.filter((page) => page !== 'CHANGELOG.md');
  const guides = docs.filter((name) => name.startsWith('adding-a-')).map((name) => join('docs', name));

  it.each([...new Set([...current, ...guides])])('cites files that exist: %s', (page) => {
    const cited = textOf(page).match(CITATION) ?? [];
    expect(cited.filter((path) => !/NAME/.test(path) && !exists(path.replaceAll('`', '')))).toEqual([]);
  });
});

describe('what users read', () => {
  const users = pages.filter((page) => !CONTRIBUTORS.includes(page));

  it.each(users)('cites no file that the package lacks: %s', (page) => {
    // Guides end with a section for contributors.
    const text = withoutSection(textOf(page), /Adding it to voxolve itself/);
    // The Python of tasks is in the package.
    const cited = (text.match(CITATION) ?? []).filter((path) => !/^`proxy-tasks\/[\w*]+\.py`$/.test(path));
    expect(cited).toEqual([]);
  });

  it('describes every command', async () => {
    const text = textOf('docs/commands.md');
    const commands = await commandsFor([]);
    const names = commands.map(({ command }) => String(command).split(' ')[0] ?? '');
    expect(names.length).toBeGreaterThan(5);
    for (const name of names) expect(text).toContain(`\n| \`${name}\``);
  });

  it('begins with the two commands that do everything', () => {
    const opening = textOf('README.md').split('\n## ')[0] ?? '';
    expect(opening).toMatch(/^npm ci && npm run quickstart( |$)/m);
    expect(opening).toMatch(/^npm ci && npm test( |$)/m);
    expect(withoutCode(opening)).toContain('docs/pictures/');
  });
});
