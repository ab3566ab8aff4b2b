/**
 * The central directory of a zip archive: what its entries are called, how large they are, where they lie.
 */
import { shortened, Unreadable } from '../unreadable.js';

export interface ZipEntry {
  readonly name: string;
  /** 0: stored, 8: deflated. */
  readonly method: number;
  readonly crc: number;
  /** Bytes in the file, and of the content. */
  readonly stored: number;
  readonly size: number;
  /** First byte of the local header. */
  readonly offset: number;
}

const END = { signature: 0x06054b50, bytes: 22, longestComment: 0xffff } as const;
const LOCATOR = { signature: 0x07064b50, bytes: 20 } as const;
const END_64 = { signature: 0x06064b50, bytes: 56 } as const;
const ENTRY = { signature: 0x02014b50, bytes: 46 } as const;
/** The field that holds sizes of 64 bits, and the value of 32 bits that refers to it. */
const [WIDE_FIELD, WIDE] = [0x0001, 0xffffffff] as const;
const MOST_ENTRIES = 100_000;

interface Directory {
  readonly entries: number;
  readonly start: number;
}

/** Entries by name. Throws `Unreadable` where they do not lie in the file, or share a name. */
export function directoryEntries(file: Buffer): ReadonlyMap<string, ZipEntry> {
  const { entries: count, start } = directoryOf(file);
  if (count > MOST_ENTRIES) throw damaged(`has ${count} entries`);
  const found = new Map<string, ZipEntry>();
  let at = start;
  for (let i = 0; i < count; i++) {
    if (at + ENTRY.bytes > file.length || file.readUInt32LE(at) !== ENTRY.signature) {
      throw damaged(`lacks entry ${i + 1} of ${count}`);
    }
    const lengths = [28, 30, 32].map((field) => file.readUInt16LE(at + field));
    const [nameLength = 0, extraLength = 0, commentLength = 0] = lengths;
    const end = at + ENTRY.bytes + nameLength + extraLength + commentLength;
    if (end > file.length) throw damaged(`is cut off at entry ${i + 1}`);
    const entry = entryAt(file, at, nameLength, extraLength);
    if (found.has(entry.name)) throw damaged(`names ${shortened(entry.name)} twice`);
    found.set(entry.name, entry);
    at = end;
  }
  return found;
}

function entryAt(file: Buffer, at: number, nameLength: number, extraLength: number): ZipEntry {
  const nameAt = at + ENTRY.bytes;
  const name = file.toString('utf8', nameAt, nameAt + nameLength);
  if ((file.readUInt16LE(at + 8) & 1) !== 0) throw damaged(`holds ${shortened(name)} encrypted`);
  const extra = file.subarray(nameAt + nameLength, nameAt + nameLength + extraLength);
  const [size = 0, stored = 0, offset = 0] = widened(
    [file.readUInt32LE(at + 24), file.readUInt32LE(at + 20), file.readUInt32LE(at + 42)],
    extra,
  );
  return { name, method: file.readUInt16LE(at + 10), crc: file.readUInt32LE(at + 16), stored, size, offset };
}

/** Numbers of 64 bits in place of those that refer to them, in this order. */
function widened(narrow: readonly number[], extra: Buffer): number[] {
  let wide: Buffer = Buffer.alloc(0);
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) === WIDE_FIELD)
      wide = extra.subarray(at + 4, at + 4 + extra.readUInt16LE(at + 2));
  }
  let at = 0;
  return narrow.map((value) => {
    if (value !== WIDE) return value;
    if (at + 8 > wide.length) throw damaged('lacks a size of 64 bits');
    at += 8;
    return Number(wide.readBigUInt64LE(at - 8));
  });
}

/** By the record at the end of the file, before which the one with 64-bit numbers stands where there is one. */
function directoryOf(file: Buffer): Directory {
  const end = endOf(file);
  const locator = end - LOCATOR.bytes;
  if (locator >= 0 && file.readUInt32LE(locator) === LOCATOR.signature) {
    const wide = Number(file.readBigUInt64LE(locator + 8));
    if (wide + END_64.bytes > file.length || file.readUInt32LE(wide) !== END_64.signature) {
      throw damaged('lacks the record that its end refers to');
    }
    const entries = Number(file.readBigUInt64LE(wide + 32));
    return { entries, start: Number(file.readBigUInt64LE(wide + 48)) };
  }
  return { entries: file.readUInt16LE(end + 10), start: file.readUInt32LE(end + 16) };
}

function endOf(file: Buffer): number {
  const first = Math.max(0, file.length - END.bytes - END.longestComment);
  for (let at = file.length - END.bytes; at >= first; at--) {
    if (file.readUInt32LE(at) === END.signature) return at;
  }
  throw new Unreadable('it is cut off or damaged: the directory at the end of its zip archive is missing');
}

function damaged(problem: string): Unreadable {
  return new Unreadable(`it is damaged: the directory of its zip archive ${problem}`);
}
