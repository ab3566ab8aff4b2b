/**
 * The check of layers finds what is planted: an import against the table, circles of values and of types, a folder that
 * the table does not know.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/tiny.js';

interface Table {
  readonly folders: Readonly<
    Record<string, { readonly holds: string; readonly mayImport: readonly string[] }>
  >;
  readonly packages: Readonly<Record<string, string>>;
  readonly manyFiles: Readonly<Record<string, string>>;
}
interface LayerRules {
  importProblems(root: string, table: Table): Promise<{ problems: string[]; modules: number }>;
  tableProblems(root: string, table: Table): string[];
}
const rules = (await import(new URL('../../.ci/layer-rules.js', import.meta.url).href)) as LayerRules;

const table: Table = {
  folders: {
    'src/low': { holds: 'low', mayImport: [] },
    'src/high': { holds: 'high', mayImport: ['src/low'] },
  },
  packages: {},
  manyFiles: {},
};

const folder = temporaryFolder();

function project(name: string, files: Readonly<Record<string, string>>): string {
  const root = join(folder, name);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

const clean = {
  'src/low/a.ts': 'export const a = 1;\n',
  'src/high/b.ts': "export { a } from '../low/a.js';\n",
};

describe('the check of layers', () => {
  it('lets through what the table allows', async () => {
    const root = project('clean', clean);
    expect(await rules.importProblems(root, table)).toEqual({ problems: [], modules: 2 });
    expect(rules.tableProblems(root, table)).toEqual([]);
  });

  it('names an import against the table', async () => {
    const root = project('upwards', { ...clean, 'src/low/c.ts': "import '../high/b.js';\n" });
    const { problems } = await rules.importProblems(root, table);
    expect(problems).toEqual(['src/low may not import this: src/low/c.ts -> src/high/b.ts']);
  });

  it('names circles, those of types too', async () => {
    const root = project('circle', {
      ...clean,
      'src/low/one.ts': "import type { Two } from './two.js';\nexport type One = Two | 1;\n",
      'src/low/two.ts': "import type { One } from './one.js';\nexport interface Two { readonly one: One }\n",
    });
    const { problems } = await rules.importProblems(root, table);
    expect(problems).toEqual(['no circles: src/low/one.ts -> src/low/two.ts -> src/low/one.ts']);
  });

  it('names folders that are in no table, gone, or large without an explanation', () => {
    const many = Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`src/low/file-${i}.ts`, '']));
    const root = project('table', { ...clean, ...many, 'src/new/c.ts': '' });
    const more = { ...table.folders, 'src/gone': { holds: 'nothing', mayImport: [] } };
    expect(rules.tableProblems(root, { ...table, folders: more })).toEqual([
      'src/new is not in the table',
      'src/gone is in the table, but does not exist',
      'src/low has 22 files: divide it, or say in "manyFiles" why not',
    ]);
  });

  it('names layers that the table lets import each other', () => {
    const root = project('both', clean);
    const both = { ...table.folders, 'src/low': { holds: 'low', mayImport: ['src/high'] } };
    expect(rules.tableProblems(root, { ...table, folders: both })).toEqual([
      'layers may import each other in a circle: src/low -> src/high -> src/low',
    ]);
  });
});
