/** SQLite whose binary is missing, or is for another Node: one line that says what to run. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../support/tiny.js';

const folder = temporaryFolder();
const module = fileURLToPath(new URL('../../dist/src/store/sqlite.js', import.meta.url));

/** What a first connection throws where loading any binary throws `thrown`. */
function complaint(thrown: string): string {
  const before = join(folder, 'before.cjs');
  writeFileSync(before, `require('node:module')._extensions['.node'] = () => { throw ${thrown}; };`);
  const script = `const { Sqlite } = await import(process.argv[1]);
    try { new Sqlite(':memory:'); } catch (error) { console.log(error.name + ': ' + error.message); }`;
  const args = ['--require', before, '--input-type=module', '-e', script, module];
  return execFileSync(process.execPath, args, { encoding: 'utf8' });
}

it.each([
  [`new Error('Could not find module root given file')`, /: Could not locate the bindings file; run/],
  [
    `Object.assign(new Error('was compiled against a different Node.js version'), { code: 'ERR_DLOPEN_FAILED' })`,
    /: was compiled against a different Node\.js version; run/,
  ],
])('a binary that cannot be loaded (%s) is told with the command that builds it', (thrown, reason) => {
  const told = complaint(thrown);
  expect(told).toMatch(/^UserError: better-sqlite3[^\n]*; run npm rebuild better-sqlite3[^\n]*\n$/);
  // Version 13 has no list of folders in which it looks.
  if (process.versions.node.startsWith('20.')) expect(told).toMatch(reason);
});
