/**
 * Arrays of bytes in NumPy's archives: enough for masks and clips.
 *
 * Source: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
import { readFileSync } from 'node:fs';
import { unzipSync } from 'fflate';
import { present } from '../../src/core/errors.js';

export interface ByteArray {
  readonly shape: readonly number[];
  /** Row-major. */
  readonly data: Uint8Array;
}

/** The array `name` of unsigned bytes. Throws where it is none. */
export function readNpz(path: string, name: string): ByteArray {
  const files = unzipSync(readFileSync(path), { filter: (file) => file.name === `${name}.npy` });
  const bytes = Buffer.from(present(files[`${name}.npy`], `${name} in ${path}`));
  const version = bytes.readUInt8(6);
  const [length, start] = version === 1 ? [bytes.readUInt16LE(8), 10] : [bytes.readUInt32LE(8), 12];
  const header = bytes.toString('latin1', start, start + length);
  const shape = /'shape': \(([\d, ]+)\)/.exec(header)?.[1]?.split(',').filter(Boolean).map(Number);
  if (shape === undefined || !header.includes("'|u1'") || header.includes("'fortran_order': True")) {
    throw new Error(`${path}: ${name} holds no bytes in C order: ${header.trim()}`);
  }
  return { shape, data: new Uint8Array(bytes.subarray(start + length)) };
}
