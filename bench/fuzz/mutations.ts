/**
 * Mutations of files: each takes valid bytes and a generator, and returns corrupted bytes.
 */
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Rng } from '../../src/core/random.js';

type Mutation = (bytes: Uint8Array, rng: Rng) => Uint8Array;

/** Numbers that sizes, offsets and lengths do not have in valid files. */
const ABSURD = [0, 1, 0x7f, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0xffffffff, 0x80000000, 0x10000000];

/** Bytes at the beginning of a file, which mostly decide how it is read. */
const HEADER_BYTES = 1024;

/** Bytes that a decompression bomb adds. */
const BOMB_BYTES = 64 << 20;

function placeIn(bytes: Uint8Array, rng: Rng): number {
  return rng.int(rng.bool(0.7) ? Math.min(HEADER_BYTES, bytes.length) : bytes.length);
}

const truncate: Mutation = (bytes, rng) => bytes.slice(0, rng.int(bytes.length));

const flipBits: Mutation = (bytes, rng) => {
  const spoiled = bytes.slice();
  for (let flips = 1 + rng.int(16); flips > 0; flips--) {
    const at = placeIn(spoiled, rng);
    spoiled[at] = (spoiled[at] as number) ^ (1 << rng.int(8));
  }
  return spoiled;
};

const absurdNumber: Mutation = (bytes, rng) => {
  const spoiled = bytes.slice();
  const view = new DataView(spoiled.buffer);
  const width = rng.pick([2, 4]);
  if (spoiled.length < width) return spoiled;
  const at = Math.min(placeIn(spoiled, rng), spoiled.length - width);
  const value = rng.pick(ABSURD);
  if (width === 2) view.setUint16(at, value & 0xffff, rng.bool(0.8));
  else view.setUint32(at, value, rng.bool(0.8));
  return spoiled;
};

/** Replaces a number in a text header. */
const absurdDigits: Mutation = (bytes, rng) => {
  const text = Buffer.from(bytes.subarray(0, HEADER_BYTES)).toString('latin1');
  const numbers = [...text.matchAll(/\d+/g)];
  if (numbers.length === 0) return flipBits(bytes, rng);
  const { index, 0: found } = rng.pick(numbers);
  const value = rng.pick(['0', '-1', 'nan', '99999', '2147483647', '1e300', '']);
  return Buffer.concat([bytes.subarray(0, index), Buffer.from(value), bytes.subarray(index + found.length)]);
};

const repeatChunk: Mutation = (bytes, rng) => {
  const from = rng.int(bytes.length);
  const to = from + rng.int(Math.min(4096, bytes.length - from) + 1);
  return Buffer.concat([bytes.subarray(0, to), bytes.subarray(from)]);
};

const dropChunk: Mutation = (bytes, rng) => {
  const from = placeIn(bytes, rng);
  return Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + 1 + rng.int(64))]);
};

const eraseChunk: Mutation = (bytes, rng) => {
  const spoiled = bytes.slice();
  const from = placeIn(bytes, rng);
  spoiled.fill(rng.pick([0, 0xff, 0x20]), from, from + 1 + rng.int(256));
  return spoiled;
};

/** Compresses the file with far more data behind it than its header declares. */
const bomb: Mutation = (bytes, rng) => {
  const plain = isGzip(bytes) ? gunzipSync(bytes) : bytes;
  return gzipSync(Buffer.concat([plain, Buffer.alloc(BOMB_BYTES)]), { level: 1 + rng.int(3) });
};

/** Corrupts a file before compression, so that the compressed data is sound. */
function inside(mutation: Mutation): Mutation {
  return (bytes, rng) => (isGzip(bytes) ? gzipSync(mutation(gunzipSync(bytes), rng)) : mutation(bytes, rng));
}

function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** Mutations with their relative frequencies and names. */
const mutations: readonly (readonly [number, string, Mutation])[] = [
  [20, 'truncated', truncate],
  [30, 'flipped bits', inside(flipBits)],
  [10, 'flipped bits of compressed data', flipBits],
  [40, 'absurd number', inside(absurdNumber)],
  [20, 'absurd digits', inside(absurdDigits)],
  [10, 'repeated chunk', inside(repeatChunk)],
  [10, 'dropped chunk', inside(dropChunk)],
  [10, 'erased chunk', inside(eraseChunk)],
  [1, 'bomb', bomb],
];

export function spoil(bytes: Uint8Array, rng: Rng): { bytes: Uint8Array; how: string } {
  let ticket = rng.int(mutations.reduce((sum, [weight]) => sum + weight, 0));
  for (const [weight, how, mutation] of mutations) {
    if (ticket < weight) {
      // A plain typed array, whose slices are copies, too.
      try {
        return { bytes: mutation(new Uint8Array(bytes), rng), how };
      } catch {
        // The sample is corrupted already and can not be decompressed.
        return { bytes: truncate(bytes, rng), how: 'truncated' };
      }
    }
    ticket -= weight;
  }
  throw new Error('no mutation');
}
