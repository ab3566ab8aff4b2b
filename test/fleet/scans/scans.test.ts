import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { present } from '../../../src/core/errors.js';
import { rngOf } from '../../../src/core/random.js';
import { BlobMissing, type BlobStore } from '../../../src/fleet/blobs/blob-store.js';
import { openBlobStore } from '../../../src/fleet/blobs/open.js';
import { fetchScans, releaseScans, type FetchOptions } from '../../../src/fleet/scans/fetch.js';
import type { ScansManifest } from '../../../src/fleet/scans/manifest.js';
import { publishScans } from '../../../src/fleet/scans/publish.js';
import { shardOf } from '../../../src/scans/cache/cache.js';
import { loadScanSet } from '../../../src/scans/load.js';
import { ScanOptions } from '../../../src/scans/options.js';
import { writePhantoms } from '../../../src/scans/phantoms/phantoms.js';
import { drawCrop } from '../../../src/scans/sampling/crops.js';
import { entryOf, openScanSet } from '../../../src/scans/sampling/scan-set-transfer.js';
import type { ScanRecipe } from '../../../src/scans/sampling/scan-set.js';
import { temporaryFolder } from '../../support/tiny.js';

const scans = temporaryFolder();
const coordinator = temporaryFolder();
let recipe: ScanRecipe;
let blobs: BlobStore;
let manifest: ScansManifest;

const prepared = async (cacheDirectory: string): Promise<ScanRecipe> => {
  const { set } = await loadScanSet(scans, ScanOptions.parse({ spacing: 6 }), { seed: 1, cacheDirectory });
  return present(set.recipe, 'a set from a folder');
};

beforeAll(async () => {
  await writePhantoms(scans, { patients: 4, size: 24, seed: 1 });
  recipe = await prepared(coordinator);
  blobs = await openBlobStore(temporaryFolder());
  manifest = await publishScans(recipe, blobs);
});

/** The same store, which records what is fetched; `before` may fail a request. */
function recording(before: (count: number) => void = () => undefined): {
  store: BlobStore;
  hashes: string[];
} {
  const hashes: string[] = [];
  const get: BlobStore['get'] = (hash, limit) => {
    hashes.push(hash);
    before(hashes.length);
    return blobs.get(hash, limit);
  };
  return { store: Object.assign(Object.create(blobs) as BlobStore, { get }), hashes };
}

const options = (changes: Partial<FetchOptions> = {}): FetchOptions => ({
  cacheDirectory: temporaryFolder(),
  budgetBytes: 1e9,
  ...changes,
});

const crops = (of: ScanRecipe): readonly (readonly number[])[] => {
  const set = openScanSet(of);
  return Array.from({ length: 6 }, (_, i) => [
    ...drawCrop(set, 'train', [8, 8, 8], 0.2, rngOf('crop', i)).voxels,
  ]);
};

const voxelsOf = (directory: string, volume: { readonly id: string } | undefined): string => {
  const { key, number } = entryOf(present(volume, 'a volume'));
  return shardOf(directory, key, number, 'voxels');
};

describe('the scans of a search on another machine', () => {
  it('give the crops that they give where they were prepared, whole in memory or in chunks', async () => {
    for (const memory of [1e9, 1e5]) {
      const fetched = await fetchScans(JSON.parse(JSON.stringify(manifest)), blobs, options({ memory }));
      expect(fetched.fingerprint).toBe(recipe.fingerprint);
      expect(crops(fetched)).toEqual(crops(recipe));
    }
  });

  it('are fetched with one request for each array, and only once', async () => {
    const asked = options();
    const { store, hashes } = recording();
    await fetchScans(manifest, store, asked);
    expect(hashes).toHaveLength(2 * manifest.volumes.length);
    await fetchScans(manifest, store, asked);
    expect(hashes).toHaveLength(2 * manifest.volumes.length);
  });

  it('leave nothing half-written where a download breaks off, and go on from there', async () => {
    const asked = options();
    const broken = recording((count) => {
      if (count === 6) throw new Error('connection lost');
    });
    await expect(fetchScans(manifest, broken.store, asked)).rejects.toThrow('connection lost');
    const names = readdirSync(asked.cacheDirectory, { recursive: true }).map(String);
    expect(names.filter((name) => name.includes('unfinished'))).toEqual([]);
    const again = recording();
    const fetched = await fetchScans(manifest, again.store, asked);
    expect(again.hashes.length).toBeLessThan(2 * manifest.volumes.length);
    expect(crops(fetched)).toEqual(crops(recipe));
  });

  it('are fetched anew where the disk damaged them', async () => {
    const asked = options();
    await fetchScans(manifest, blobs, asked);
    const path = voxelsOf(asked.cacheDirectory, manifest.volumes[0]);
    const bytes = readFileSync(path);
    bytes[10] = (bytes[10] ?? 0) ^ 255;
    writeFileSync(path, bytes);
    const { store, hashes } = recording();
    const fetched = await fetchScans(manifest, store, asked);
    expect(hashes).toHaveLength(1);
    expect(crops(fetched)).toEqual(crops(recipe));
  });

  it('are taken from scans that the machine prepared itself, where their values are the same', async () => {
    const own = temporaryFolder();
    await prepared(own);
    const { store, hashes } = recording();
    expect(crops(await fetchScans(manifest, store, options({ own })))).toEqual(crops(recipe));
    expect(hashes).toEqual([]);
    const [first, second] = manifest.volumes;
    writeFileSync(voxelsOf(own, first), readFileSync(voxelsOf(own, second)));
    const mixed = recording();
    expect(crops(await fetchScans(manifest, mixed.store, options({ own })))).toEqual(crops(recipe));
    expect(mixed.hashes).toEqual([first?.arrays.voxels.blob]);
  });

  it('say in one line which blob is missing or damaged', async () => {
    const other = await openBlobStore(temporaryFolder());
    await expect(fetchScans(manifest, other, options())).rejects.toThrow(BlobMissing);
    const copy = await openBlobStore(temporaryFolder());
    const published = await publishScans(recipe, copy);
    const [volume] = published.volumes;
    const { blob } = present(volume, 'a volume').arrays.voxels;
    const path = join(copy.name, 'blobs', blob.slice(0, 2), blob);
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.fill(0, 5, 9));
    const asked = options();
    await expect(fetchScans(published, copy, asked)).rejects.toThrow(`blob ${blob} is damaged`);
    expect(existsSync(voxelsOf(asked.cacheDirectory, volume))).toBe(false);
    // Who publishes again heals it.
    await publishScans(recipe, copy);
    expect(crops(await fetchScans(published, copy, asked))).toEqual(crops(recipe));
  });

  it('tell nothing of files and patients', () => {
    const names = readdirSync(scans, { recursive: true }).map((name) => String(name).replace(/\..*$/, ''));
    const text = JSON.stringify(manifest);
    expect(names.length).toBeGreaterThan(3);
    for (const name of [...names, scans, coordinator]) expect(text).not.toContain(name);
    expect(Object.keys(present(manifest.volumes[0], 'a volume')).sort()).toEqual(
      ['arrays', 'frameTime', 'id', 'modality', 'patient', 'shape', 'spacing', 'split', 'tissue'].sort(),
    );
  });

  it('carry a number for a modality, only where crops are drawn by it, and draw the same', async () => {
    const named: ScanRecipe = {
      ...recipe,
      volumes: recipe.volumes.map((volume, i) => ({ ...volume, modality: i % 3 === 0 ? 'Dr. Who' : 'MR' })),
    };
    const plain = await publishScans({ ...named, balance: 'patients' }, blobs);
    expect(new Set(plain.volumes.map(({ modality }) => modality))).toEqual(new Set([null]));
    const balanced: ScanRecipe = { ...named, balance: 'modalities' };
    const published = await publishScans(balanced, blobs);
    expect(JSON.stringify(published)).not.toContain('Who');
    expect(crops(await fetchScans(published, blobs, options()))).toEqual(crops(balanced));
  });

  it.each<readonly [string, (volume: ScansManifest['volumes'][number]) => object, object]>([
    ['an id that is a path', (v) => ({ ...v, id: '../../../etc/passwd.0' }), {}],
    ['a shape that no machine holds', (v) => ({ ...v, shape: [1, 9999, 9999, 9999] }), {}],
    [
      'an array of any size',
      (v) => ({ ...v, arrays: { ...v.arrays, voxels: { ...v.arrays.voxels, bytes: 1e15 } } }),
      {},
    ],
    ['another version', (v) => v, { version: 2 }],
    ['no volumes', (v) => v, { volumes: [] }],
    ['further keys', (v) => v, { cacheDirectory: '/etc' }],
  ])('are refused in one line with %s', async (_, change, changes) => {
    const asked = options();
    const forged = { ...manifest, volumes: manifest.volumes.map(change), ...changes };
    await expect(fetchScans(forged, blobs, asked)).rejects.toThrow(/^list of scans from the queue: .*[^\n]$/);
    expect(readdirSync(asked.cacheDirectory)).toEqual([]);
  });
});

describe('the disk of a worker', () => {
  const part = (from: number, to: number): ScansManifest => ({
    ...manifest,
    volumes: manifest.volumes.slice(from, to),
  });
  const sizeOf = ({ volumes }: ScansManifest): number =>
    volumes.reduce((sum, { arrays }) => sum + arrays.voxels.bytes + arrays.foreground.bytes, 0);
  const entries = (directory: string): string[] =>
    readdirSync(directory)
      .filter((name) => name.endsWith('.zarr'))
      .sort();
  const keysOf = ({ volumes }: ScansManifest): string[] =>
    volumes.map((v) => `${entryOf(v).key}.zarr`).sort();

  it('keeps scans within the budget, the least recently used go first', async () => {
    const asked = options({ budgetBytes: sizeOf(part(0, 3)) });
    releaseScans(await fetchScans(part(0, 3), blobs, asked));
    await new Promise((resolve) => setTimeout(resolve, 20));
    releaseScans(await fetchScans(part(0, 1), blobs, asked));
    releaseScans(await fetchScans(part(3, 4), blobs, asked));
    const kept = entries(asked.cacheDirectory);
    expect(kept).toEqual(expect.arrayContaining([...keysOf(part(0, 1)), ...keysOf(part(3, 4))]));
    expect(kept.length).toBeLessThan(4);
  });

  it('never loses what is in use, here or in another process that lives', async () => {
    const asked = options({ budgetBytes: Math.max(sizeOf(part(1, 4)), sizeOf(part(0, 2))) });
    const used = await fetchScans(part(0, 1), blobs, asked);
    await expect(fetchScans(part(1, 4), blobs, asked)).rejects.toThrow(
      /the scans of the search need \d+ MB .* are allowed; allow/,
    );
    expect(entries(asked.cacheDirectory)).toEqual(keysOf(part(0, 1)));
    releaseScans(used);
    const other = spawn('sleep', ['60']);
    const path = join(asked.cacheDirectory, 'uses', `${String(other.pid)}.00`);
    writeFileSync(path, JSON.stringify(keysOf(part(0, 1)).map((name) => name.replace('.zarr', ''))));
    await expect(fetchScans(part(1, 4), blobs, asked)).rejects.toThrow('are allowed');
    expect(entries(asked.cacheDirectory)).toEqual(keysOf(part(0, 1)));
    other.kill('SIGKILL');
    await once(other, 'exit');
    releaseScans(await fetchScans(part(1, 4), blobs, asked));
    expect(entries(asked.cacheDirectory)).toEqual(keysOf(part(1, 4)));
    expect(existsSync(path)).toBe(false);
  });

  it('is not touched for a set that does not fit it', async () => {
    const { store, hashes } = recording();
    const asked = options({ budgetBytes: sizeOf(manifest) - 1 });
    await expect(fetchScans(manifest, store, asked)).rejects.toThrow('are allowed');
    expect(hashes).toEqual([]);
  });
});
