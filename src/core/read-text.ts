/**
 * Text files that users write: UTF-8, with or without the byte-order mark that some editors put in front.
 */
import { readFileSync } from 'node:fs';
import { UserError } from './errors.js';

/**
 * The text without its byte-order mark. Throws a `UserError` where the file holds UTF-16 or no UTF-8: guessing would give
 * wrong names, and with them wrong patients; file system errors as they are.
 */
export function readText(path: string): string {
  return textOf(readFileSync(path), path);
}

/** Does the same with bytes that were read already. */
export function textOf(bytes: Uint8Array, path: string): string {
  const wide = wideEncoding(bytes);
  if (wide !== undefined) throw notUtf8(path, `is ${wide} text`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw notUtf8(path, 'is not UTF-8 text');
  }
}

/** By its byte-order mark; without one, by the zero that each letter of Latin scripts has. */
function wideEncoding(bytes: Uint8Array): string | undefined {
  const [a, b, c, d] = bytes;
  if (a === 0xff && b === 0xfe) return c === 0 && d === 0 ? 'UTF-32' : 'UTF-16';
  if (a === 0xfe && b === 0xff) return 'UTF-16';
  if (a === 0 && b === 0 && c === 0xfe && d === 0xff) return 'UTF-32';
  if (bytes.length >= 4 && ((a === 0 && b !== 0 && c === 0) || (b === 0 && a !== 0 && d === 0)))
    return 'UTF-16';
  return undefined;
}

function notUtf8(path: string, problem: string): UserError {
  return new UserError({ subject: path, problem, fix: 'save it as UTF-8' });
}
