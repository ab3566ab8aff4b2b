/**
 * Volumes as NumPy files: prepared ones, `[C, D, H, W]` float32, for inspection with other tools, and any other arrays.
 *
 * Source: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '../core/hash.js';
import type { PreparedVolume } from './preprocess/volumes.js';

/** Types of arrays that are written, as NumPy names them. */
export type NpyArray = Float32Array | Int16Array | Uint8Array;

export function npyBytes({ shape, voxels }: Pick<PreparedVolume, 'shape' | 'voxels'>): Uint8Array {
  return npyFile(shape, voxels);
}

/** An array in C order. @param shape extents, the last axis fastest */
export function npyFile(shape: readonly number[], values: NpyArray): Uint8Array {
  const type = values instanceof Float32Array ? '<f4' : values instanceof Int16Array ? '<i2' : '|u1';
  const header = `{'descr': '${type}', 'fortran_order': False, 'shape': (${shape.join(', ')}), }`;
  // The voxels begin at a multiple of 64 bytes, after a line break.
  const padded = `${header.padEnd(64 * Math.ceil((header.length + 11) / 64) - 11)}\n`;
  const start = Buffer.from(`\x93NUMPY\x01\x00\x00\x00${padded}`, 'latin1');
  start.writeUInt16LE(padded.length, 8);
  return Buffer.concat([start, Buffer.from(values.buffer, values.byteOffset, values.byteLength)]);
}

/**
 * Writes one file per volume, named by number and content, never by patient or file.
 * Returns the names of the files, relative to `folder`.
 */
export async function exportNpy(
  folder: string,
  volumes: readonly PreparedVolume[],
  first: number,
): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const names = [];
  for (const [index, volume] of volumes.entries()) {
    const bytes = npyBytes(volume);
    const name = `${String(first + index).padStart(5, '0')}-${sha256(bytes).slice(0, 12)}.npy`;
    await writeFile(join(folder, name), bytes);
    names.push(name);
  }
  return names;
}
