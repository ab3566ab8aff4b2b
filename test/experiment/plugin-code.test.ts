/**
 * What a user's own file consists of: whatever it loads, however it says so.
 */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createJiti } from 'jiti';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../../src/core/hash.js';
import { requireSameCode, type CodeRecord } from '../../src/experiment/code-record.js';
import { codeOf } from '../../src/experiment/plugins/code.js';
import { temporaryFolder } from '../support/tiny.js';

const root = temporaryFolder();
const jiti = createJiti(import.meta.url, { fsCache: false });
let folders = 0;

/** Writes files into a folder of their own; returns the folder. */
function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = join(root, `folder${folders++}`);
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  return folder;
}

const filesOf = (files: Readonly<Record<string, string>>): string[] =>
  Object.keys(codeOf(jiti, join(folderWith({ 'x.txt': '', ...files }), 'main.ts')).files);

describe('the code of a file of the user', () => {
  it.each([
    ['import', "import { a } from './a.js'; export default a;", ['a.ts', 'main.ts']],
    ['import for its effect', "import './a.ts';", ['a.ts', 'main.ts']],
    ['export from', "export { a } from './a.js';", ['a.ts', 'main.ts']],
    ['export all', "export * from './a.js';", ['a.ts', 'main.ts']],
    ['import()', "export default () => import('./a.js');", ['a.ts', 'main.ts']],
    ['import() of a template', 'export default () => import(`./a.js`);', ['a.ts', 'main.ts']],
    ['require', "module.exports = require('./c.cjs');", ['c.cjs', 'main.ts']],
    ['require.resolve', "module.exports = require.resolve('./t.json');", ['main.ts', 't.json']],
    [
      'createRequire, by any name',
      "import { createRequire } from 'node:module'; const load = createRequire(import.meta.url); load('./c.cjs');",
      ['c.cjs', 'main.ts'],
    ],
    [
      'createRequire of the whole module',
      "import * as m from 'node:module'; const r = m.createRequire(import.meta.url); r('./c.cjs');",
      ['c.cjs', 'main.ts'],
    ],
    ['import = require', "import c = require('./c.cjs'); export default c;", ['c.cjs', 'main.ts']],
    ['JSON', "import t from './t.json' with { type: 'json' }; export default t;", ['main.ts', 't.json']],
    [
      'a folder with an index',
      "import { i } from './sub/index.js'; export default i;",
      ['main.ts', 'sub/index.ts'],
    ],
    ['a data file by its URL', "export default new URL('./t.json', import.meta.url);", ['main.ts', 't.json']],
    ['a file above', "import { up } from '../above.js'; export default up;", ['../above.ts', 'main.ts']],
    ['no ending', "import { a } from './a'; export default a;", ['a.ts', 'main.ts']],
  ])('holds what it names by %s', (_way, source, expected) => {
    writeFileSync(join(root, 'above.ts'), 'export const up = 1;');
    const found = filesOf({
      'main.ts': source,
      'a.ts': 'export const a = 1;',
      'c.cjs': 'module.exports = 1;',
      't.json': '{}',
      'sub/index.ts': 'export const i = 1;',
    });
    expect(found).toEqual(expected);
  });

  it('holds what its helpers load, once each, also where they load each other', () => {
    const found = filesOf({
      'main.ts': "import { a } from './a.js'; import { b } from './b.mjs'; export default [a, b];",
      'a.ts': "import { b } from './b.mjs'; export const a = () => b;",
      'b.mjs': "import { a } from './a.ts'; import './deep/c.cjs'; export const b = () => a;",
      'deep/c.cjs': "require('./d.json');",
      'deep/d.json': '[]',
      'unused.ts': '',
    });
    expect(found).toEqual(['a.ts', 'b.mjs', 'deep/c.cjs', 'deep/d.json', 'main.ts']);
  });

  it('leaves out types, comments, strings, Node itself, voxolve and what is not there', () => {
    const found = filesOf({
      'main.ts': `import type { A } from './a.js';
        import { type A as B, C } from './types.js';
        import { readFileSync } from 'node:fs';
        import { defineSpace } from 'voxolve';
        // import './a.js';
        const text = "import './a.js'";
        try { require('./absent.cjs'); } catch {}
        export default [defineSpace, readFileSync, text, 1 as unknown as A | B | C];`,
      'a.ts': 'export type A = number;',
      'types.ts': 'export type A = number; export type C = number;',
    });
    expect(found).toEqual(['main.ts']);
  });

  it('has the hash of every file, and that of the named file alone is what earlier versions kept', () => {
    const folder = folderWith({ 'main.ts': "import './a.ts';", 'a.ts': '1;' });
    const { files } = codeOf(jiti, join(folder, 'main.ts'));
    expect(files).toEqual({ 'main.ts': sha256("import './a.ts';"), 'a.ts': sha256('1;') });
  });

  it('counts packages by their version, with those that they depend on, and linked folders by their files', () => {
    const manifest = (name: string, version: string, more: object = {}): string =>
      JSON.stringify({ name, version, main: 'index.js', ...more });
    const folder = folderWith({
      'main.ts': "import one from 'one'; import '@scope/two/sub.js'; import 'linked'; export default one;",
      'node_modules/one/package.json': manifest('one', '1.2.3', { dependencies: { three: '^3' } }),
      'node_modules/one/index.js': 'module.exports = 1;',
      'node_modules/three/package.json': manifest('three', '3.0.1', { dependencies: { one: '*' } }),
      'node_modules/@scope/two/package.json': manifest('@scope/two', '2.0.0'),
      'node_modules/@scope/two/sub.js': '',
      'elsewhere/package.json': manifest('linked', '0.0.1'),
      'elsewhere/index.js': "require('./helper.js');",
      'elsewhere/helper.js': '',
    });
    symlinkSync(join(folder, 'elsewhere'), join(folder, 'node_modules', 'linked'));
    const { files, packages } = codeOf(jiti, join(folder, 'main.ts'));
    expect(packages).toEqual({ '@scope/two': '2.0.0', one: '1.2.3', three: '3.0.1' });
    expect(Object.keys(files)).toEqual(['elsewhere/helper.js', 'elsewhere/index.js', 'main.ts']);
  });

  it('is known as far as it can be read where a file has a mistake', () => {
    expect(filesOf({ 'main.ts': "import './a.js';\nexport default {{", 'a.ts': '' })).toEqual(['main.ts']);
  });
});

describe('the comparison of code', () => {
  const named = { space: '/own/main.ts', proxyTask: 'jigsaw3d', strategy: 'random' };
  const record = (files: object, packages: object = {}): CodeRecord => ({
    space: 'h',
    proxyTask: '',
    loaded: { '/own/main.ts': { files: { 'main.ts': 'h', ...files }, packages: { ...packages } } },
  });
  const compare = (before: CodeRecord, now: CodeRecord) => () =>
    requireSameCode(before, now, named, 'the search');

  it('accepts the same', () => {
    expect(compare(record({ 'a.ts': 'x' }), record({ 'a.ts': 'x' }))).not.toThrow();
  });

  it('names the file that was changed, added or left out, and the package of another version', () => {
    expect(compare(record({ 'lib/a.ts': 'x' }), record({ 'lib/a.ts': 'y' }))).toThrow(
      /^\/own\/lib\/a\.ts: this file was changed since the search began.*; restore it/,
    );
    expect(compare(record({}), record({ 'a.ts': 'y' }))).toThrow(
      /^\/own\/a\.ts: this file is loaded now and was not/,
    );
    expect(compare(record({ '../a.ts': 'x' }), record({}))).toThrow(/^\/a\.ts: this file is loaded no more/);
    expect(compare(record({}, { one: '1.0.0' }), record({}, { one: '1.0.1' }))).toThrow(
      /^\/own\/main\.ts: loads the package one, which was 1\.0\.0 .* and is 1\.0\.1.*; install one@1\.0\.0/,
    );
  });

  it('compares the named files alone where a record of an earlier version has no more', () => {
    const old: CodeRecord = { space: 'h', proxyTask: '' };
    expect(compare(old, record({ 'a.ts': 'edited' }))).not.toThrow();
    expect(compare({ ...old, space: 'other' }, record({}))).toThrow(
      /^\/own\/main\.ts: this file was changed/,
    );
  });
});
