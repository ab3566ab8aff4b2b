/**
 * The voxels of formats with a text header: raw, gzip or text, behind the header or in a file of their own.
 */
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { unzlibSync } from 'fflate';
import { gunzipSync } from 'node:zlib';
import { UserError, messageOf } from '../../core/errors.js';
import { LARGEST_BYTES, isGzip, truncated } from './bytes.js';
import type { VoxelArray } from './format.js';
import { NUMBER_TYPES, bytesPerNumber, numbersOf, type NumberType } from './numbers.js';

export interface RawLayout {
  readonly type: NumberType;
  readonly little: boolean;
  readonly count: number;
  readonly encoding: 'raw' | 'gzip' | 'zlib' | 'text';
}

/** Bytes that `layout` needs; fails before anything is allocated where that is absurd. */
export function checkedBytes(path: string, { type, count }: RawLayout): number {
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

/** Decodes the data in `bytes`. */
export function decodeRaw(path: string, bytes: Uint8Array, layout: RawLayout): VoxelArray {
  const expected = checkedBytes(path, layout);
  if (layout.encoding === 'text') return numbersOfText(path, bytes, layout);
  const data =
    layout.encoding === 'raw' || isPlain(bytes, layout)
      ? bytes
      : inflated(path, bytes, layout.encoding, expected);
  if (data.length < expected) throw truncated(path, expected, data.length);
  return numbersOf(data, layout.type, layout.little, 0, layout.count);
}

/** A data file of its own was decompressed when it was loaded. */
function isPlain(bytes: Uint8Array, { encoding }: RawLayout): boolean {
  return encoding === 'gzip' && !isGzip(bytes);
}

function inflated(path: string, bytes: Uint8Array, encoding: 'gzip' | 'zlib', expected: number): Uint8Array {
  try {
    return encoding === 'gzip'
      ? gunzipSync(bytes, { maxOutputLength: expected })
      : unzlibSync(bytes, { out: new Uint8Array(expected) });
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

function numbersOfText(path: string, bytes: Uint8Array, { type, count }: RawLayout): VoxelArray {
  const words = new TextDecoder('latin1')
    .decode(bytes)
    .trim()
    .split(/[\s,]+/);
  if (words.length < count) throw truncated(path, count, words.length);
  const numbers = words.slice(0, count);
  try {
    return type === 'int64' || type === 'uint64'
      ? NUMBER_TYPES[type].from(numbers.map(BigInt))
      : NUMBER_TYPES[type].from(numbers.map(Number));
  } catch {
    throw new UserError({
      subject: path,
      problem: 'its voxels are not whole numbers',
      fix: 'convert it again',
    });
  }
}

/** The data file that a header names; only files beside the header are followed. */
export function dataFileOf(path: string, name: string): string {
  const data = join(dirname(path), basename(name.replaceAll('\\', '/')));
  if (!existsSync(data)) {
    throw new UserError({
      subject: path,
      problem: `its voxels are to be in ${basename(name)}, which is not beside it`,
      fix: 'copy that file too',
    });
  }
  return data;
}
