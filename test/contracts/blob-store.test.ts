/**
 * The contract of stores for what is too large for a queue (`BlobStore` of src/fleet/blobs/blob-store.ts).
 */
import { describe, expect, it } from 'vitest';
import { BlobDamaged, BlobMissing, type BlobStore } from '../../src/fleet/blobs/blob-store.js';
import { UserError } from '../../src/core/errors.js';
import { sha256 } from '../../src/core/hash.js';
import { rngOf } from '../../src/core/random.js';
import { folderFixture, s3Fixture, type BlobStoreFixture } from '../fleet/blobs/support.js';

const fixtures: readonly (() => BlobStoreFixture)[] = [folderFixture, s3Fixture];

const bytesOf = (length: number, name: string): Uint8Array => {
  const rng = rngOf('blob', name);
  return Uint8Array.from({ length }, () => rng.int(256));
};
const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const LIMIT = 1 << 20;
const ABSENT = sha256('absent');

describe.each(fixtures.map((make) => [make().title, make] as const))('a blob store in %s', (_, make) => {
  async function inStore(use: (store: BlobStore, fixture: BlobStoreFixture) => Promise<void>): Promise<void> {
    const fixture = make();
    const store = await fixture.open();
    try {
      await use(store, fixture);
    } finally {
      await store.close();
      await fixture.close();
    }
  }

  it('returns what was put, under its SHA-256, to every machine', () =>
    inStore(async (store, fixture) => {
      const other = await fixture.openAgain();
      for (const bytes of [new Uint8Array(0), text('a'), bytesOf(70_001, 'large')]) {
        const hash = await store.put(bytes);
        expect(hash).toBe(sha256(bytes));
        expect(await other.has(hash)).toBe(true);
        expect(await other.get(hash, LIMIT)).toEqual(bytes);
      }
    }));

  it('takes a view into a larger buffer', () =>
    inStore(async (store) => {
      const bytes = bytesOf(100, 'view').subarray(10, 30);
      expect(await store.get(await store.put(bytes), 20)).toEqual(bytes);
    }));

  it('takes the same bytes from many writers at once', () =>
    inStore(async (store, fixture) => {
      const other = await fixture.openAgain();
      const bytes = bytesOf(5000, 'same');
      const hashes = await Promise.all(
        Array.from({ length: 12 }, (__, i) => (i % 2 === 0 ? store : other).put(bytes)),
      );
      expect(new Set(hashes)).toEqual(new Set([sha256(bytes)]));
      expect(await store.get(sha256(bytes), LIMIT)).toEqual(bytes);
    }));

  it('says which blob is missing, and removes one only once', () =>
    inStore(async (store) => {
      expect(await store.has(ABSENT)).toBe(false);
      await expect(store.get(ABSENT, LIMIT)).rejects.toThrow(BlobMissing);
      await expect(store.get(ABSENT, LIMIT)).rejects.toThrow(`has no blob ${ABSENT}`);
      const hash = await store.put(text('gone'));
      await store.remove(hash);
      await store.remove(hash);
      await expect(store.get(hash, LIMIT)).rejects.toThrow(BlobMissing);
    }));

  it('refuses a blob that is larger than it may be, one of the limit passes', () =>
    inStore(async (store) => {
      const hash = await store.put(bytesOf(1000, 'limit'));
      expect(await store.get(hash, 1000)).toHaveLength(1000);
      await expect(store.get(hash, 999)).rejects.toThrow('1000 bytes, at most 999 are expected');
    }));

  it('refuses a damaged blob of the same or another size, and putting it again heals it', () =>
    inStore(async (store, fixture) => {
      const bytes = bytesOf(1000, 'damage');
      const hash = await store.put(bytes);
      const place = `blobs/${hash.slice(0, 2)}/${hash}`;
      for (const damaged of [bytes.with(500, (bytes[500] ?? 0) ^ 1), bytes.subarray(0, 999), text('')]) {
        await fixture.overwrite(place, damaged);
        await expect(store.get(hash, LIMIT)).rejects.toThrow(BlobDamaged);
        await store.put(bytes);
        expect(await store.get(hash, LIMIT)).toEqual(bytes);
      }
    }));

  it('replaces named files, and lists them by folder in order', () =>
    inStore(async (store, fixture) => {
      expect(await store.getNamed('runs/b/checkpoint.json', LIMIT)).toBeUndefined();
      expect(await store.listNamed('')).toEqual([]);
      for (const name of ['runs/b/checkpoint.json', 'runs/a', 'run', 'runs-old/c']) {
        await store.putNamed(name, text(`first ${name}`));
      }
      await store.putNamed('runs/a', text('second'));
      const other = await fixture.openAgain();
      expect(await other.getNamed('runs/a', LIMIT)).toEqual(text('second'));
      expect(await other.listNamed('runs')).toEqual(['runs/a', 'runs/b/checkpoint.json']);
      expect(await other.listNamed('')).toEqual(['run', 'runs-old/c', 'runs/a', 'runs/b/checkpoint.json']);
      expect(await other.listNamed('absent')).toEqual([]);
      await other.removeNamed('runs/a');
      await other.removeNamed('runs/a');
      expect(await store.getNamed('runs/a', LIMIT)).toBeUndefined();
      expect(await store.listNamed('runs')).toEqual(['runs/b/checkpoint.json']);
      await expect(store.getNamed('run', 3)).rejects.toThrow('at most 3 are expected');
    }));

  it('lists more names than one page of an answer holds', () =>
    inStore(async (store) => {
      const names = Array.from({ length: 23 }, (__, i) => `many/${String(i).padStart(2, '0')}`);
      await Promise.all(names.map((name) => store.putNamed(name, text(name))));
      expect(await store.listNamed('many')).toEqual(names);
    }));

  it('readers of a file that is replaced see one of its contents whole', () =>
    inStore(async (store, fixture) => {
      const contents = [bytesOf(20_000, 'one'), bytesOf(30_000, 'two')];
      const known = new Set(contents.map(sha256));
      await store.putNamed('pointer', contents[0] as Uint8Array);
      const writing = (async () => {
        for (let i = 0; i < 20; i++) await store.putNamed('pointer', contents[i % 2] as Uint8Array);
      })();
      const other = await fixture.openAgain();
      for (let i = 0; i < 40; i++) {
        expect(known).toContain(sha256((await other.getNamed('pointer', LIMIT)) ?? ''));
      }
      await writing;
    }));

  it.each([
    '',
    '.',
    '..',
    'a/../b',
    '/a',
    'a//b',
    'A',
    'a\\b',
    'a/',
    'ä',
    'a\0',
    '-a',
    'a/'.repeat(300) + 'a',
  ])('refuses the name %j', (name) =>
    inStore(async (store) => {
      await expect(async () => store.putNamed(name, text(''))).rejects.toThrow(UserError);
      await expect(async () => store.getNamed(name, LIMIT)).rejects.toThrow(UserError);
      await expect(async () => store.removeNamed(name)).rejects.toThrow(UserError);
    }),
  );

  it.each(['', '../../x', ABSENT.toUpperCase(), `${ABSENT}0`, `${ABSENT}\n`])('refuses the hash %j', (hash) =>
    inStore(async (store) => {
      await expect(async () => store.get(hash, LIMIT)).rejects.toThrow('no SHA-256');
      await expect(async () => store.has(hash)).rejects.toThrow('no SHA-256');
      await expect(async () => store.remove(hash)).rejects.toThrow('no SHA-256');
    }),
  );

  it('may be closed twice', () =>
    inStore(async (store) => {
      await store.close();
      await store.close();
    }));
});
