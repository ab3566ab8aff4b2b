/**
 * Bytes of a file, decompressed if it is gzip data, within bounds: no declared size is trusted.
 *
 * Decompression is streamed, so that a decompression bomb costs no more memory than the bound.
 */
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { constants, createGunzip, gunzipSync } from 'node:zlib';
import { UserError, messageOf } from '../../core/errors.js';

/** Maximum size of a scan file after decompression. */
export const LARGEST_BYTES = 2 ** 29;

/** Tolerated number of bytes after the voxels: some writers pad, none by much. */
export const SLACK_BYTES = 2 ** 20;

/** Gzip expands at most 1032 times, so this much input gives a few megabytes at most. */
const PEEK_BYTES = 4096;

export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** Reads the first `count` bytes of a file as stored on disk, or as many as there are. */
export async function headOf(path: string, count: number): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const head = new Uint8Array(count);
    const { bytesRead } = await file.read(head, 0, count, 0);
    return head.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** Reads the beginning of a file, decompressed: its first `count` bytes, or as many as its first 4 KiB give. */
export async function peek(path: string, count = PEEK_BYTES): Promise<Uint8Array> {
  const head = await headOf(path, count);
  if (!isGzip(head)) return head;
  try {
    return gunzipSync(head.subarray(0, PEEK_BYTES), { finishFlush: constants.Z_SYNC_FLUSH });
  } catch (cause) {
    throw damaged(path, cause);
  }
}

/** Reads exactly the first `expected` decompressed bytes; throws if there are fewer, or over `SLACK_BYTES` more. */
export async function loadExactly(
  path: string,
  expected: number,
): Promise<{ readonly bytes: Uint8Array; readonly surplus: number }> {
  if (expected > LARGEST_BYTES) throw tooLarge(path, `its header declares ${expected} bytes`);
  const bytes = new Uint8Array(expected);
  let found = 0;
  for await (const chunk of chunksOf(path)) {
    if (found < expected) bytes.set(chunk.subarray(0, expected - found), found);
    found += chunk.length;
    if (found > expected + SLACK_BYTES) {
      throw new UserError({
        subject: path,
        problem: `holds more than the ${expected} bytes that its header declares`,
        fix: 'replace or remove it',
      });
    }
  }
  if (found < expected) throw truncated(path, expected, found);
  return { bytes, surplus: found - expected };
}

/** Remark for the user on a file that goes on after its voxels. */
export function surplusRemarks(surplus: number): string[] {
  return surplus > 0 ? [`${surplus} bytes after its voxels are not read`] : [];
}

/** Reads the whole file, decompressed; at most `limit` bytes. */
export async function loadAll(path: string, limit = LARGEST_BYTES): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let found = 0;
  for await (const chunk of chunksOf(path)) {
    found += chunk.length;
    if (found > limit) throw tooLarge(path, `holds more than ${limit} bytes`);
    chunks.push(chunk);
  }
  // No Buffer, whose slices would share memory where those of typed arrays are copies.
  const bytes = new Uint8Array(found);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

async function* chunksOf(path: string): AsyncGenerator<Uint8Array> {
  const { size } = await stat(path);
  if (size > LARGEST_BYTES) throw tooLarge(path, `has ${size} bytes`);
  const compressed = isGzip(await headOf(path, 2));
  const file = createReadStream(path, { highWaterMark: 1 << 18 });
  let source: Readable = file;
  if (compressed) {
    const gunzip = createGunzip({ chunkSize: 1 << 18 });
    file.on('error', (error) => gunzip.destroy(error));
    source = file.pipe(gunzip);
  }
  try {
    for await (const chunk of source) yield chunk as Uint8Array;
  } catch (cause) {
    // The data ended early: callers that count bytes report by how much.
    if ((cause as NodeJS.ErrnoException).code === 'Z_BUF_ERROR') return;
    throw compressed ? damaged(path, cause) : cause;
  } finally {
    source.destroy();
    file.destroy();
  }
}

export function truncated(path: string, expected: number, found: number): UserError {
  return new UserError({
    subject: path,
    problem: `truncated: its header declares ${expected} bytes, ${found} are there`,
    fix: 'copy it again from its source',
  });
}

function tooLarge(path: string, finding: string): UserError {
  return new UserError({
    subject: path,
    problem: `${finding}; at most ${LARGEST_BYTES} are read`,
    fix: 'resample it, or split its frames into files',
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
