/** The version of the package that this code belongs to. */
import { readFileSync } from 'node:fs';
import { existsSync } from 'node:fs';

function read(): string {
  // Compiled code lies one folder deeper than sources.
  const found = ['../../package.json', '../../../package.json']
    .map((path) => new URL(path, import.meta.url))
    .find((url) => existsSync(url));
  if (found === undefined) throw new Error('package.json was not found beside the code');
  return (JSON.parse(readFileSync(found, 'utf8')) as { version: string }).version;
}

export const version = read();
