/**
 * Voxels of formats with a text header: raw, compressed or text, after the header or in files of their own.
 */
import { unzipSync } from 'node:zlib';
import { UserError, messageOf } from '../../core/errors.js';
import { LARGEST_BYTES, SLACK_BYTES, isGzip, loadAll, surplusRemarks, truncated } from './bytes.js';
import type { VoxelArray } from './format.js';
import { NUMBER_TYPES, bytesPerNumber, numbersOf, type NumberType } from './numbers.js';

export interface RawLayout {
  readonly type: NumberType;
  readonly little: boolean;
  /** Numbers in all files together. */
  readonly count: number;
  readonly encoding: 'raw' | 'gzip' | 'zlib' | 'text';
  /** Lines to skip at the beginning of a file, before decompression. */
  readonly skipLines?: number;
  /** Decompressed bytes to skip after that; -1 if voxels are the last bytes of the file. */
  readonly skipBytes?: number;
}

export interface RawVoxels {
  readonly voxels: VoxelArray;
  readonly remarks: readonly string[];
}

/** Bytes that `layout` needs; throws before anything is allocated if their number is absurd. */
function checkedBytes(path: string, { type, count }: RawLayout): number {
  const expected = count * bytesPerNumber(type);
  if (!Number.isSafeInteger(count) || count < 1 || expected > LARGEST_BYTES) {
    throw new UserError({
      subject: path,
      problem: `its header declares ${count} values, ${expected} bytes; at most ${LARGEST_BYTES} are read`,
      fix: 'correct its header, or resample it',
    });
  }
  return expected;
}

/** Reads voxels from files of their own, in order, each with the same number of voxels. */
export async function readRaw(path: string, files: readonly string[], layout: RawLayout): Promise<RawVoxels> {
  const expected = checkedBytes(path, layout);
  const count = layout.count / files.length;
  const [only] = files;
  if (only !== undefined && files.length === 1) return decodeRaw(path, await loadAll(only), layout);
  if (!Number.isInteger(count)) {
    throw new UserError({
      subject: path,
      problem: `its header spreads ${layout.count} values over ${files.length} files`,
      fix: 'correct the list of its data files',
    });
  }
  const voxels: VoxelArray = new NUMBER_TYPES[layout.type](expected / bytesPerNumber(layout.type));
  const remarks = new Set<string>();
  for (const [at, file] of files.entries()) {
    const part = decodeRaw(file, await loadAll(file), { ...layout, count });
    voxels.set(part.voxels as never, at * count);
    part.remarks.forEach((remark) => remarks.add(remark));
  }
  return { voxels, remarks: [...remarks] };
}

/** Decodes the data in `bytes`. */
export function decodeRaw(path: string, bytes: Uint8Array, layout: RawLayout): RawVoxels {
  const expected = checkedBytes(path, layout);
  const { encoding, type, little, count, skipLines = 0, skipBytes = 0 } = layout;
  const stored = afterLines(path, bytes, skipLines);
  if (encoding === 'text') return numbersOfText(path, stored.subarray(Math.max(0, skipBytes)), layout);
  const data =
    encoding === 'raw' || isPlain(stored, layout)
      ? stored
      : inflated(path, stored, expected + Math.max(0, skipBytes));
  const start = skipBytes === -1 ? data.length - expected : skipBytes;
  if (start < 0 || data.length < start + expected)
    throw truncated(path, Math.max(0, start) + expected, data.length);
  const surplus = data.length - start - expected;
  if (surplus > SLACK_BYTES) throw tooMuch(path, start + expected, data.length);
  return {
    voxels: numbersOf(data, type, little, start, count),
    remarks: surplusRemarks(surplus),
  };
}

/** The bytes after the first `lines` lines. */
function afterLines(path: string, bytes: Uint8Array, lines: number): Uint8Array {
  let at = 0;
  for (let line = 0; line < lines; line++) {
    const end = bytes.indexOf(0x0a, at);
    if (end === -1) {
      throw new UserError({
        subject: path,
        problem: `its header skips ${lines} lines of its voxels' file, ${line} are there`,
        fix: 'correct its header',
      });
    }
    at = end + 1;
  }
  return bytes.subarray(at);
}

/** True if the bytes are decompressed already, as a separate data file is when it was loaded. */
function isPlain(bytes: Uint8Array, { encoding }: RawLayout): boolean {
  return encoding === 'gzip' && !isGzip(bytes);
}

function inflated(path: string, bytes: Uint8Array, expected: number): Uint8Array {
  try {
    return unzipSync(bytes, { maxOutputLength: expected + SLACK_BYTES });
  } catch (cause) {
    throw new UserError(
      {
        subject: path,
        problem: `its compressed voxels are damaged, or not the ${expected} bytes that its header declares (${messageOf(cause)})`,
        fix: 'copy it again from its source',
      },
      { cause },
    );
  }
}

function numbersOfText(path: string, bytes: Uint8Array, { type, count }: RawLayout): RawVoxels {
  const words = new TextDecoder('latin1')
    .decode(bytes)
    .trim()
    .split(/[\s,]+/);
  if (words.length < count) throw truncated(path, count, words.length);
  const numbers = words.slice(0, count);
  const surplus = words.length - count;
  try {
    return {
      voxels:
        type === 'int64' || type === 'uint64'
          ? NUMBER_TYPES[type].from(numbers.map(BigInt))
          : NUMBER_TYPES[type].from(numbers.map(Number)),
      remarks: surplus > 0 ? [`${surplus} values after its voxels are not read`] : [],
    };
  } catch {
    throw new UserError({
      subject: path,
      problem: 'its voxels are not whole numbers',
      fix: 'convert it again',
    });
  }
}

function tooMuch(path: string, expected: number, found: number): UserError {
  return new UserError({
    subject: path,
    problem: `holds ${found} bytes where its header declares ${expected}`,
    fix: 'correct its header: sizes, type of the values, bytes to skip',
  });
}
