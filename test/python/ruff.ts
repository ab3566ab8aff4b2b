/** Ruff, compiled to WebAssembly, with the rules of `python/pyproject.toml`: no Python is needed to lint it. */
import { readFileSync } from 'node:fs';
import { PositionEncoding, Workspace, type Diagnostic } from '@astral-sh/ruff-wasm-nodejs';
import { packageFile } from '../../src/core/package-files.js';

interface Table {
  [key: string]: unknown;
}

/** Tables of a TOML file whose values are written as JSON, each on one line. */
function readTables(toml: string): Table {
  const root: Table = {};
  let table = root;
  for (const line of toml.split('\n')) {
    const [, header] = /^\[(.+)\]$/.exec(line) ?? [];
    const [, key = '', value] = /^([\w-]+) = (.+)$/.exec(line) ?? [];
    if (header !== undefined) {
      table = header.split('.').reduce((outer, name) => (outer[name] ??= {}) as Table, root);
    } else if (value !== undefined) {
      table[key] = JSON.parse(value);
    } else if (line !== '' && !line.startsWith('#')) {
      throw new Error(`neither a table nor a key with a value in JSON: ${line}`);
    }
  }
  return root;
}

/** `changes`: options instead of those of the file. */
export function openRuff(changes: object = {}): Workspace {
  const { tool } = readTables(readFileSync(packageFile('python/pyproject.toml'), 'utf8'));
  const { ruff } = tool as { readonly ruff: object };
  return new Workspace({ ...ruff, ...changes }, PositionEncoding.Utf16);
}

/** Complaints about a source, one a line, each with its row; and that its layout is another than ruff's. */
export function complaints(ruff: Workspace, source: string): string[] {
  const found = (ruff.check(source) as Diagnostic[]).map(
    ({ code, message, start_location }) => `${start_location.row}: ${code ?? 'syntax'} ${message}`,
  );
  return ruff.format(source) === source ? found : [...found, 'ruff format would change it'];
}
