/**
 * Pseudonyms of readers: `reader-1`, `reader-2`, … by their first statement, or, by a key, equal over runs and files.
 */
import { UserError } from '../../core/errors.js';
import type { Key } from '../../deidentify/identity/key.js';
import type { Collected } from '../statement.js';

/** Hexadecimal digits of a keyed pseudonym: two of a million readers share one with probability 0.002. */
const DIGITS = 12;

/** Name of each identity; the empty one, of a reader whom no source names, stays empty. */
export function readerNames({ statements, looked }: Collected, key: Key | null): ReadonlyMap<string, string> {
  const identities = [...new Set([...statements, ...looked].map(({ reader }) => reader))].filter(
    (one) => one !== '',
  );
  const named = identities.map((identity, at): [string, string] => [
    identity,
    `reader-${key === null ? at + 1 : key.hash('reader', identity).toString('hex').slice(0, DIGITS)}`,
  ]);
  return new Map([['', ''], ...named]);
}

/** Refuses files that say the same of one scan without saying who does: they would be taken for parts of one opinion. */
export function refuseNameless({ statements }: Collected, files: readonly string[]): void {
  const first = new Map<string, number>();
  for (const { reader, target, label, file, region } of statements) {
    if (reader !== '') continue;
    const own = JSON.stringify([target.number, label, region === null]);
    const before = first.get(own) ?? file;
    first.set(own, before);
    if (before !== file && region !== null)
      throw new UserError({
        subject: files[file] ?? 'a file',
        problem: `draws ${label} on ${target.path}, as ${files[before]} does, and neither says who drew it`,
        fix: 'give --reader-per-file if each file is by another reader, or only one of them',
      });
  }
}
