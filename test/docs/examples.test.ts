/** What the documentation shows and lists is what the code takes: examples of experiments and tasks, tables of names and defaults. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { proxyTasks } from '../../proxy-tasks/index.js';
import { readTask } from '../../src/api/finetuning/task-source.js';
import { FederationOptions } from '../../src/federated/options.js';
import { experimentFrom } from '../../src/experiment/read.js';
import { Experiment } from '../../src/experiment/schema.js';
import * as library from '../../src/index.js';
import { formats } from '../../src/scans/formats/index.js';
import { strategies } from '../../src/search/strategies/index.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const pages = ['README.md', ...readdirSync(join(root, 'docs')).map((name) => join('docs', name))].filter(
  (page) => page.endsWith('.md'),
);

function textOf(page: string): string {
  return readFileSync(join(root, page), 'utf8');
}

/** Blocks of JSON: whole experiments, keys of one without their braces, downstream tasks, or federations; lists are rules. */
const all = pages.flatMap((page) =>
  [...textOf(page).matchAll(/^```json\n(?!\[)([\s\S]*?)^```$/gm)].map(([, block = '']) => ({
    page,
    block: block.trimStart().startsWith('{') ? block : `{${block}}`,
  })),
);

const federations = all.filter(({ block }) => 'sites' in (JSON.parse(block) as object));

const blocks = all.filter((example) => !isTask(example.block) && !federations.includes(example));

/** Downstream tasks, also those that stand in a sentence, such as `{ "head": "cox" }`. */
const tasks = [
  ...all.filter(({ block }) => isTask(block)),
  ...pages.flatMap((page) =>
    [...textOf(page).matchAll(/`(\{ "head":\s[^`]*)`/g)].map(([, block = '']) => ({ page, block })),
  ),
];

/** True if the block is a task: experiments name a head only within their objective. */
function isTask(block: string): boolean {
  return 'head' in (JSON.parse(block) as object);
}

/** Keys of an experiment that stand in a sentence, such as `"constraints": { … }`; those with an ellipsis are not JSON. */
const phrases = pages.flatMap((page) =>
  [...textOf(page).matchAll(/`("[\w]+":\s[^`]*)`/g)]
    .map(([, phrase = '']) => ({ page, block: `{${phrase}}` }))
    .filter(({ block }) => !block.includes('…') && Object.keys(Experiment.shape).includes(keyOf(block))),
);

function keyOf(block: string): string {
  return /"(\w+)"/.exec(block)?.[1] ?? '';
}

/** The block as a whole experiment; a part of `scans` is put there. */
function experimentOf(block: string): Record<string, unknown> {
  const value = JSON.parse(block) as Record<string, unknown>;
  const isPart = Object.keys(value).some((key) => !(key in Experiment.shape));
  const parts = isPart ? { scans: value } : value;
  const training = 'curveStopping' in value ? { training: { evaluateEvery: 10 } } : {};
  return { name: 'example', candidates: 1, ...training, ...parts };
}

describe('examples of experiments', () => {
  it('are found in the documentation', () => {
    expect(blocks.length).toBeGreaterThan(5);
    expect(phrases.length).toBeGreaterThan(2);
  });

  it.each([...blocks, ...phrases])('are accepted: $page, $block', ({ page, block }) => {
    expect(experimentFrom(experimentOf(block), page, root)).toMatchObject({
      name: expect.any(String) as string,
    });
  });
});

describe('examples of downstream tasks', () => {
  it('are found in the documentation', () => {
    expect(tasks.length).toBeGreaterThan(3);
  });

  it.each(tasks)('are accepted: $page, $block', async ({ block }) => {
    const value = JSON.parse(block) as Record<string, unknown>;
    expect(await readTask(value)).toMatchObject({ head: { name: value['head'] }, task: { name: 'outcome' } });
  });
});

describe('examples of federations', () => {
  it('are found in the documentation', () => {
    expect(federations.length).toBeGreaterThan(0);
  });

  it.each(federations)('are accepted: $page, $block', ({ block }) => {
    expect(FederationOptions.parse(JSON.parse(block))).toMatchObject(JSON.parse(block) as object);
  });
});

describe('programs in the README', () => {
  it('import what the package exports', () => {
    const imports = [...textOf('README.md').matchAll(/^import \{ (.*) \} from 'voxolve';$/gm)];
    const names = imports.flatMap(([, list = '']) => list.split(', '));
    expect(names).toContain('search');
    expect(names.filter((name) => !(name in library))).toEqual([]);
  });
});

/** The rows of the first table below a heading or of the page, as cells. */
function tableOf(text: string): string[][] {
  const rows = /(?:^\|.*\n)+/m.exec(text)?.[0].trim().split('\n').slice(2) ?? [];
  return rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

describe('the table of strategies', () => {
  const rows = tableOf(textOf('docs/strategies.md'));

  it('lists every strategy once', () => {
    expect(rows.map(([name]) => name).sort()).toEqual(
      Object.keys(strategies)
        .map((name) => `\`${name}\``)
        .sort(),
    );
  });

  it('gives every option and its default', () => {
    for (const [name = '', , options = ''] of rows) {
      const member = strategies[name.replaceAll('`', '') as keyof typeof strategies];
      const defaults = member.options.parse({}) as Record<string, unknown>;
      const listed = [...options.matchAll(/`(\w+)` \((\w+)/g)];
      if (options !== 'as above')
        expect(listed.map(([, option]) => option).sort()).toEqual(
          Object.keys((member.options as unknown as z.ZodObject).shape).sort(),
        );
      // Where the code has no fixed default, it depends on the lookahead.
      for (const [, option = '', value = ''] of listed)
        if (typeof defaults[option] === 'number')
          expect(`${option} ${defaults[option]}`).toBe(`${option} ${value}`);
    }
  });
});

describe('the table of proxy tasks', () => {
  it('lists every task once', () => {
    const names = tableOf(textOf('docs/proxy-tasks.md')).map(([name]) => name);
    expect(names.sort()).toEqual(
      Object.keys(proxyTasks)
        .map((name) => `\`${name}\``)
        .sort(),
    );
  });
});

describe('environment variables', () => {
  it('are described, all that the code reads', () => {
    const source = sourcesBelow('src')
      .map((path) => readFileSync(path, 'utf8'))
      .join('\n');
    const read = [...new Set(source.match(/\bVOXOLVE_[A-Z_]+/g) ?? [])];
    const described = textOf('docs/commands.md').match(/^\| `VOXOLVE_[A-Z_]+`/gm) ?? [];
    expect(described.map((row) => row.slice(3, -1)).sort()).toEqual(read.sort());
  });
});

function sourcesBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(root, folder, name));
}

describe('the table of formats in docs/scans.md', () => {
  const [, table = ''] = /## Formats[\s\S]*?\n(\|[\s\S]*?)\n\n/.exec(textOf('docs/scans.md')) ?? [];

  // Video has many endings, of which the table shows the commonest; any other may be compressed as well.
  it.each(
    formats
      .filter(({ name }) => name !== 'video')
      .flatMap(({ extensions }) => extensions.filter((ending) => !/\.gz$/.test(ending))),
  )('names the ending %s, or says that files are known by their content', (ending) => {
    const byContent = formats.some(
      (format) => format.extensions.includes(ending) && format.recognises !== undefined,
    );
    expect(table).toContain(byContent ? 'known by its content' : `\`${ending}\``);
  });
});
