/**
 * Small JSON files that anybody may have put there: no link is followed, nothing but a plain file is read, nothing large.
 */
import { closeSync, constants, fstatSync, lstatSync, openSync, readFileSync } from 'node:fs';
import type { Json } from '../../../core/json.js';
import { textOf } from '../../../core/read-text.js';

const MOST_BYTES = 8 << 20;

/** `absent`: there is no such file; `refused`: why it was not read, in words that follow its name. */
export type Untrusted =
  | { readonly kind: 'absent' }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'read'; readonly value: Json };

export function readUntrusted(path: string): Untrusted {
  const refused = (reason: string): Untrusted => ({ kind: 'refused', reason });
  try {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats === undefined) return { kind: 'absent' };
    if (stats.isSymbolicLink()) return refused('is a link, which is not followed');
    if (!stats.isFile()) return refused('is no file');
    // The same again on what is open, should it have been changed between: a pipe must not make anybody wait.
    const file = openSync(
      path,
      constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0),
    );
    try {
      const opened = fstatSync(file);
      if (!opened.isFile()) return refused('is no file');
      if (opened.size > MOST_BYTES) return refused(`has ${opened.size} bytes, more than ${MOST_BYTES}`);
      return { kind: 'read', value: JSON.parse(textOf(readFileSync(file), 'it')) as Json };
    } finally {
      closeSync(file);
    }
  } catch (error) {
    return refused(error instanceof SyntaxError ? 'is not JSON' : 'cannot be read');
  }
}
