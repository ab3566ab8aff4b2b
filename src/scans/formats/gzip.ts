/**
 * Decompression that trusts nothing: bounded in size, and telling how far a damaged file goes.
 */
import { constants, gunzipSync } from 'node:zlib';
import { UserError, messageOf } from '../../core/errors.js';

/** Gzip expands at most 1032 times, so this much input gives a few megabytes at most. */
const PEEK_BYTES = 4096;

export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** The beginning of the decompressed data: whatever the first 4 KiB give. */
export function peek(path: string, bytes: Uint8Array): Uint8Array {
  try {
    return gunzipSync(bytes.subarray(0, PEEK_BYTES), { finishFlush: constants.Z_SYNC_FLUSH });
  } catch (cause) {
    throw damaged(path, cause);
  }
}

/** Decompresses all of it; fails where there are not exactly `expected` bytes, up to `slack` more. */
export function gunzipExactly(path: string, bytes: Uint8Array, expected: number, slack: number): Uint8Array {
  try {
    return gunzipSync(bytes, { maxOutputLength: expected + slack });
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === 'ERR_BUFFER_TOO_LARGE') {
      throw new UserError({
        subject: path,
        problem: `decompresses to more than the ${expected} bytes that its header declares`,
        fix: 'replace or remove it',
      });
    }
    if (code === 'Z_BUF_ERROR') {
      const found = gunzipSync(bytes, {
        finishFlush: constants.Z_SYNC_FLUSH,
        maxOutputLength: expected + slack,
      });
      throw truncated(path, expected, found.length);
    }
    throw damaged(path, cause);
  }
}

export function truncated(path: string, expected: number, found: number): UserError {
  return new UserError({
    subject: path,
    problem: `truncated: its header declares ${expected} bytes, ${found} are there`,
    fix: 'copy it again from its source',
  });
}

function damaged(path: string, cause: unknown): UserError {
  return new UserError(
    {
      subject: path,
      problem: `damaged gzip data (${messageOf(cause)})`,
      fix: 'copy it again from its source',
    },
    { cause },
  );
}
