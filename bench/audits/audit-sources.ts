/**
 * Hash of the code that an audit's verdict depends on: the task with its imports from `proxy-tasks/` and what is done to
 * intensities, the phantoms, scans without anatomy and the audit. Comments, layout and PyTorch sources do not count.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import ts from 'typescript';
import { sha256 } from '../../src/core/hash.js';

/** What tasks do to the intensities of a crop. */
const INTENSITIES = 'src/scans/sampling/intensities.ts';

/** `root`: folder of the repository. `task`: name in the registry. */
export function auditSources(root: string, task: string): string {
  const found = new Set<string>();
  const visit = (file: string): void => {
    if (found.has(file) || file.endsWith('/pytorch.ts')) return;
    found.add(file);
    const text = readFileSync(join(root, file), 'utf8');
    for (const [, path = ''] of text.matchAll(/from '(\.[^']+)\.js'/g)) {
      const next = `${posix.join(posix.dirname(file), path)}.ts`;
      if (next.startsWith('proxy-tasks/') || next === INTENSITIES) visit(next);
    }
  };
  const first = `proxy-tasks/${task}.ts`;
  if (!existsSync(join(root, first))) throw new Error(`there is no ${first}`);
  visit(first);
  const folder = (name: string, pattern: RegExp): string[] =>
    readdirSync(join(root, name))
      .filter((file) => pattern.test(file))
      .map((file) => `${name}/${file}`);
  const files = [
    ...found,
    ...folder('src/audit', /\.ts$/),
    ...folder('src/scans/altered', /^null-scans\.ts$/),
    ...folder('src/scans/phantoms', /\.ts$/),
  ].sort();
  return sha256(files.map((file) => `${file}\n${codeOf(readFileSync(join(root, file), 'utf8'))}`).join('\n'));
}

/** Prints code without comments and in a uniform layout. */
function codeOf(source: string): string {
  const parsed = ts.createSourceFile('source.ts', source, ts.ScriptTarget.ESNext, true);
  return ts.createPrinter({ removeComments: true }).printFile(parsed);
}
