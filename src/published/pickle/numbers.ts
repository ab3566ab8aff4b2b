/**
 * Numbers and text as pickles write them.
 */
import { malformed } from './machine.js';

/** Bytes of the longest integer that is read; counts of elements need eight. */
const LONGEST = 32;

/** A little-endian integer in two's complement; a number where it is exact, else a bigint. */
export function integerOf(bytes: Uint8Array): number | bigint {
  if (bytes.length > LONGEST) throw malformed(`holds an integer of ${bytes.length} bytes`);
  let value = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i] as number);
  return plain(BigInt.asIntN(8 * bytes.length, value));
}

/** Text of an integer, which may end in `L`. */
export function decimalOf(text: string): number | bigint {
  const digits = text.replace(/L$/, '');
  if (!/^[+-]?\d{1,70}$/.test(digits)) throw malformed(`holds a number that is none`);
  return plain(BigInt(digits.replace(/^\+/, '')));
}

/** `00` and `01` are False and True. */
export function integerOrBooleanOf(text: string): number | bigint | boolean {
  if (text === '00' || text === '01') return text === '01';
  return decimalOf(text);
}

export function floatOf(text: string): number {
  if (/^[+-]?(inf|nan)$/.test(text))
    return text.endsWith('nan') ? NaN : text.startsWith('-') ? -Infinity : Infinity;
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) throw malformed('holds a number that is none');
  return Number(text);
}

/** Text in quotes, as Python prints it; escapes are not known. */
export function quotedOf(text: string): string {
  const [, quote, inner = ''] = /^(['"])(.*)\1$/.exec(text) ?? [];
  if (quote === undefined || inner.includes('\\')) throw malformed('holds text that is not in plain quotes');
  return inner;
}

/** Text in which `\uXXXX` stands for a character. */
export function escapedOf(text: string): string {
  return text.replace(/\\u([0-9a-f]{4})/gi, (_, code: string) => String.fromCharCode(parseInt(code, 16)));
}

function plain(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
