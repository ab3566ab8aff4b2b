/**
 * Shard: all chunks of an array in one file, each compressed by itself, with an index of their offsets.
 *
 * Source: Zarr v3, codec `sharding_indexed`, https://zarr-specs.readthedocs.io/en/latest/v3/codecs/sharding-indexed/.
 * Chunks are gzipped: Node's own zlib decodes it faster than WebAssembly decodes blosc or zstd (docs/decisions.md),
 * every reader supports it, and its checksum protects the voxels. The index has a CRC-32C. Chunks of zeros are absent.
 */
import { gunzipSync, gzipSync } from 'node:zlib';
import { copyBox, volumeOf } from '../../sampling/boxes.js';
import { crc32c } from './crc32c.js';
import { allParts, chunkCount, type Grid } from './grid.js';

export type ZarrData = Float32Array | Uint8Array;

const LEVEL = 1;
const ABSENT = 0xffffffffffffffffn;

export function encodeShard(grid: Grid, data: ZarrData): Uint8Array {
  const index = Buffer.alloc(indexBytes(grid));
  const parts: Uint8Array[] = [];
  let offset = 0;
  const [, depth, height, width] = grid.shape;
  for (const { index: at, inChunk, inBox, size } of allParts(grid)) {
    const chunk = emptyLike(data, volumeOf(grid.chunk));
    copyBox(data, { ...inBox, shape: [depth, height, width] }, chunk, inChunk, size);
    const isEmpty = chunk.every((value) => Object.is(value, 0));
    const bytes = isEmpty ? null : gzipSync(bytesOf(chunk), { level: LEVEL });
    index.writeBigUInt64LE(bytes === null ? ABSENT : BigInt(offset), 16 * at);
    index.writeBigUInt64LE(bytes === null ? ABSENT : BigInt(bytes.length), 16 * at + 8);
    if (bytes === null) continue;
    parts.push(bytes);
    offset += bytes.length;
  }
  index.writeUInt32LE(crc32c(index.subarray(0, -4)), index.length - 4);
  return Buffer.concat([...parts, index]);
}

/** Bytes of the index at the end of a shard: offset and length of each chunk, and the checksum. */
export function indexBytes(grid: Grid): number {
  return 16 * chunkCount(grid) + 4;
}

/** Parses the index of a shard: pairs of offset and length, twice -1 for a chunk of zeros. Throws if it is damaged. */
export function parseIndex(bytes: Buffer): Float64Array {
  const end = bytes.length - 4;
  if (crc32c(bytes.subarray(0, end)) !== bytes.readUInt32LE(end)) throw new Error('damaged index');
  return Float64Array.from({ length: end / 8 }, (_, i) => {
    const value = bytes.readBigUInt64LE(8 * i);
    return value === ABSENT ? -1 : Number(value);
  });
}

/** Decodes a chunk's voxels from its compressed bytes; throws if these are damaged. */
export function decodeChunk(grid: Grid, bytes: Uint8Array, itemBytes: 1 | 4): ZarrData {
  const length = itemBytes * volumeOf(grid.chunk);
  // One byte more than needed, since zlib allocates again once its output is full.
  const raw = gunzipSync(bytes, { chunkSize: Math.max(64, length + 1), maxOutputLength: length });
  if (raw.length !== length) throw new Error(`${raw.length} bytes in a chunk of ${length}`);
  return itemBytes === 4 ? new Float32Array(raw.buffer, raw.byteOffset, length / 4) : raw;
}

/** Decodes a whole array from its shard into `target` `[C, D, H, W]`, which must be all zeros. */
export function decodeShard(grid: Grid, shard: Buffer, target: ZarrData): void {
  const index = parseIndex(shard.subarray(shard.length - indexBytes(grid)));
  const [, depth, height, width] = grid.shape;
  for (const { index: at, inChunk, inBox, size } of allParts(grid)) {
    const offset = index[2 * at] as number;
    if (offset < 0) continue;
    const bytes = shard.subarray(offset, offset + (index[2 * at + 1] as number));
    const chunk = decodeChunk(grid, bytes, target.BYTES_PER_ELEMENT as 1 | 4);
    copyBox(chunk, inChunk, target, { ...inBox, shape: [depth, height, width] }, size);
  }
}

function emptyLike(data: ZarrData, length: number): ZarrData {
  return data instanceof Float32Array ? new Float32Array(length) : new Uint8Array(length);
}

function bytesOf(data: ZarrData): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
