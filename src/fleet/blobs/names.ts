/**
 * Names within a blob store, checked before they become paths or keys: no name leaves its folder, and names mean the same on
 * every file system.
 */
import { UserError } from '../../core/errors.js';

const HASH = /^[0-9a-f]{64}$/;
const SEGMENT = /^[a-z0-9][a-z0-9._-]{0,127}$/;

/** Most characters of a whole name; with a prefix, keys of S3 may have 1,024 bytes. */
const LONGEST = 512;

/** Returns a blob's place, `blobs/HH/HASH`; throws UserError unless it is a SHA-256 in hexadecimal. */
export function placeOfBlob(hash: string): string {
  if (typeof hash === 'string' && HASH.test(hash)) return `blobs/${hash.slice(0, 2)}/${hash}`;
  throw new UserError({
    subject: `blob ${shown(hash)}`,
    problem: 'is no SHA-256 of 64 hexadecimal digits',
    fix: 'check who wrote the message that names it',
  });
}

/** Returns a named file's place, `named/NAME`; throws UserError unless all segments are plain. */
export function placeOfName(name: string): string {
  checkName(name);
  return `named/${name}`;
}

/** Returns the place of a folder of named files, with a slash at its end; the folder of all if `prefix` is empty. */
export function placeOfFolder(prefix: string): string {
  const folder = prefix.replace(/\/$/, '');
  return folder === '' ? 'named/' : `${placeOfName(folder)}/`;
}

/** True if `name` is a name that a store would take; what others left in its folder may have any name. */
export function isName(name: unknown): boolean {
  return (
    typeof name === 'string' && name.length <= LONGEST && name.split('/').every((part) => SEGMENT.test(part))
  );
}

function checkName(name: string): void {
  if (isName(name)) return;
  throw new UserError({
    subject: `name ${shown(name)} in a blob store`,
    problem: `must be segments of a-z, 0-9, ".", "_" and "-", joined by "/", of at most ${LONGEST} characters`,
    fix: 'check who chose it',
  });
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
