import { readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import FileSystemStore from '@zarrita/storage/fs';
import { describe, expect, it } from 'vitest';
import { get, open, root } from 'zarrita';
import { present } from '../../../src/core/errors.js';
import { rngOf } from '../../../src/core/random.js';
import { sha256 } from '../../../src/core/hash.js';
import { cacheSize } from '../../../src/scans/cache/cache-size.js';
import { openCache, shardOf, type ArrayName } from '../../../src/scans/cache/cache.js';
import { ChunkMemory } from '../../../src/scans/cache/chunk-memory.js';
import { drawCrop } from '../../../src/scans/sampling/crops.js';
import { loadScanSet, type LoadOptions } from '../../../src/scans/load.js';
import { ScanOptions } from '../../../src/scans/options.js';
import { entryOf, openScanSet, scanSetRecipe } from '../../../src/scans/sampling/scan-set-transfer.js';
import { wholeVolume, type ScanSet } from '../../../src/scans/sampling/scan-set.js';
import { hasModule, needsPython, runPython } from '../../support/python.js';
import { temporaryFolder, writePatient } from '../../support/scans/nifti-file.js';

const load = (folder: string, cacheDirectory: string, extra: Partial<LoadOptions> = {}) =>
  loadScanSet(folder, ScanOptions.parse({}), { seed: 1, cacheDirectory, ...extra });

/** Everything of a set: comparing hashes is quick. */
const contentOf = (set: ScanSet): string[] =>
  set.volumes.map((volume) => {
    const { voxels, foreground } = wholeVolume(volume);
    return [JSON.stringify(volume.shape), sha256(new Uint8Array(voxels.buffer)), sha256(foreground)].join(
      ' ',
    );
  });

/** Scans of `side`³ voxels; with more than 32, in several chunks along each axis. */
function patients(count: number, side = 40): string {
  const folder = temporaryFolder();
  for (let i = 0; i < count; i++) writePatient(join(folder, `p${i}.nii.gz`), i, side);
  return folder;
}

const shards = (set: ScanSet, directory: string, array: ArrayName): string[] =>
  set.volumes.map((volume) => {
    const { key, number } = entryOf(volume);
    return shardOf(directory, key, number, array);
  });

/** Flips a bit in the middle of the first chunk. */
function flipBit(path: string): Buffer {
  const bytes = readFileSync(path);
  bytes[100] = (bytes[100] ?? 0) ^ 1;
  writeFileSync(path, bytes);
  return bytes;
}

describe('the cache', () => {
  it('prepares anew what is damaged', async () => {
    const folder = patients(4);
    const directory = temporaryFolder();
    const { set } = await load(folder, directory);
    const [one, two, three, four] = shards(set, directory, 'voxels') as [string, string, string, string];
    const healthy = readFileSync(two);
    truncateSync(one, 500);
    flipBit(two);
    writeFileSync(join(three, '../../../../../../../zarr.json'), 'nonsense');
    rmSync(four);
    expect(contentOf((await load(folder, directory)).set)).toEqual(contentOf(set));
    expect(readFileSync(two).equals(healthy)).toBe(true);
  });

  it('bears several writers at once and leaves nothing but entries', async () => {
    const folder = patients(4);
    const directory = temporaryFolder();
    const sets = await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map(() => load(folder, directory)));
    const [first, ...others] = sets.map(({ set }) => contentOf(set));
    for (const other of others) expect(other).toEqual(first);
    expect(
      readdirSync(directory).filter(
        (name) => !/^([0-9a-f]{64}\.zarr|[0-9a-f]{20}\.index|pseudonyms\.key)$/.test(name),
      ),
    ).toEqual([]);
  });

  it('names entries by hashes, never by file or patient', async () => {
    const directory = temporaryFolder();
    const folder = temporaryFolder();
    for (const name of ['mary', 'john'])
      writePatient(join(folder, `${name}.nii.gz`), name.length + name.charCodeAt(0));
    await load(folder, directory);
    const files = readdirSync(directory, { recursive: true, withFileTypes: true });
    const everything = files.map((file) => {
      const path = join(file.parentPath, file.name);
      return path.slice(directory.length) + (file.isFile() ? readFileSync(path, 'latin1') : '');
    });
    expect(everything.filter((text) => text.endsWith('.zarr'))).toHaveLength(2);
    expect(everything.join('')).not.toMatch(/mary|john/);
  });

  it('says how much it takes, and may be deleted: what is prepared again is the same set', async () => {
    const folder = patients(5);
    const directory = temporaryFolder();
    expect(await cacheSize(join(directory, 'none'))).toEqual({ scans: 0, bytes: 0 });
    const { set } = await load(folder, directory);
    const { scans, bytes } = await cacheSize(directory);
    expect(scans).toBe(5);
    const files = readdirSync(directory, { recursive: true, withFileTypes: true });
    const sizes = files
      .filter((file) => file.isFile())
      .map((file) => statSync(join(file.parentPath, file.name)).size);
    expect(bytes).toBe(sizes.reduce((sum, size) => sum + size, 0));
    for (const name of readdirSync(directory)) rmSync(join(directory, name), { recursive: true });
    const again = (await load(folder, directory)).set;
    expect(again.fingerprint).toBe(set.fingerprint);
    expect(contentOf(again)).toEqual(contentOf(set));
  });

  it('tells openScanSet what is gone', async () => {
    const directory = temporaryFolder();
    const { set } = await load(patients(2), directory);
    rmSync(present(shards(set, directory, 'foreground')[1], 'a shard'));
    expect(() => openScanSet(scanSetRecipe(set))).toThrow(/is gone or damaged; run the command again/);
  });
});

describe('a set larger than memory', () => {
  const size = [24, 17, 21] as const;
  const crops = (set: ScanSet, seed: number) => {
    const rng = rngOf(seed);
    return Array.from({ length: 40 }, () => {
      const { volume, voxels, foreground } = drawCrop(set, 'train', size, 0.3, rng);
      return [volume, sha256(new Uint8Array(voxels.buffer)), sha256(foreground)].join(' ');
    });
  };

  it('gives the same crops as in memory, whatever is kept and in whatever order they are read', async () => {
    const [folder, cache] = [patients(4, 60), temporaryFolder()];
    const whole = (await load(folder, cache)).set;
    expect(whole.volumes[0]?.shape).toEqual([1, 60, 60, 60]);
    for (const memory of [1, 300_000, 2 ** 21]) {
      const { set } = await load(folder, cache, { memory });
      expect(set.fingerprint).toBe(whole.fingerprint);
      crops(set, 2);
      expect(crops(set, 1)).toEqual(crops(whole, 1));
    }
    expect(contentOf((await load(folder, cache, { memory: 1 })).set)).toEqual(contentOf(whole));
  });

  it('tells of a damaged chunk, which the next run prepares anew', async () => {
    const [folder, cache] = [patients(3), temporaryFolder()];
    const whole = (await load(folder, cache)).set;
    flipBit(present(shards(whole, cache, 'voxels')[0], 'a shard'));
    const { set } = await load(folder, cache, { memory: 1 });
    expect(() => contentOf(set)).toThrow(/is damaged or gone; run the command again/);
    expect(contentOf((await load(folder, cache, { memory: 1 })).set)).toEqual(contentOf(whole));
  });
});

describe('memory for chunks', () => {
  it('keeps what was used last within its budget', () => {
    const memory = new ChunkMemory(4 * 1512);
    const made: number[] = [];
    const use = (key: number): void => {
      memory.get(key, () => {
        made.push(key);
        return new Uint8Array(1000);
      });
      expect(memory.bytes).toBeLessThanOrEqual(memory.budget);
    };
    [1, 2, 3, 4, 1, 5, 1, 2].forEach(use);
    expect(made).toEqual([1, 2, 3, 4, 5, 2]);
    expect(memory.bytes).toBe(4 * 1512);
  });

  it('hands out what it can not keep', () => {
    const memory = new ChunkMemory(100);
    expect(memory.get(0, () => new Uint8Array(200))).toHaveLength(200);
    expect(memory.bytes).toBe(0);
  });
});

describe('an entry, read by others', () => {
  const opened = async () => {
    const [folder, cache] = [patients(2, 70), temporaryFolder()];
    const { set } = await load(folder, cache);
    const volume = present(set.volumes[0], 'a volume');
    const { key } = entryOf(volume);
    return { volume, path: join(openCache(cache).directory, `${key}.zarr`) };
  };

  it('holds the same voxels for zarrita', async () => {
    const { volume, path } = await opened();
    const { voxels, foreground } = wholeVolume(volume);
    const group = root(new FileSystemStore(path));
    const read = async (name: string) => get(await open.v3(group.resolve(`0/${name}`), { kind: 'array' }));
    const theirs = await read('voxels');
    expect(theirs.shape).toEqual(volume.shape);
    expect(Buffer.from((theirs.data as Float32Array).buffer).equals(Buffer.from(voxels.buffer))).toBe(true);
    expect(Buffer.from((await read('foreground')).data as Uint8Array).equals(foreground)).toBe(true);
  });

  it.skipIf(!hasModule('numpy'))(`holds the same voxels for NumPy ${needsPython}`, async () => {
    const { volume, path } = await opened();
    const { voxels, foreground } = wholeVolume(volume);
    const script = readFileSync(new URL('./read_zarr.py', import.meta.url), 'utf8');
    const [theirs, mask] = runPython(script, [join(path, '0/voxels'), join(path, '0/foreground')])
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { shape: number[]; sum: number; samples: number[] });
    const sum = (values: Float32Array | Uint8Array): number =>
      (values as Float32Array).reduce((total, value) => total + value, 0);
    const sampled = (values: Float32Array | Uint8Array): number[] =>
      Array.from({ length: 500 }, (_, i) => values[(i * 7919) % values.length] ?? NaN);
    expect(theirs?.shape).toEqual([...volume.shape]);
    expect(theirs?.sum).toBeCloseTo(sum(voxels), 2);
    expect(theirs?.samples).toEqual(sampled(voxels));
    expect(mask).toEqual({
      shape: volume.shape.slice(1),
      sum: sum(foreground),
      samples: sampled(foreground),
    });
  });
});
