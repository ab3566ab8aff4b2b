/**
 * Prepared scans on disk, keyed by the hash of content and transforms; a name tells nothing about a patient.
 *
 * An entry is a Zarr v3 group, `KEY.zarr`, that other tools read too: per volume an array `N/voxels` `[C, D, H, W]`
 * (float32) and a mask `N/foreground` `[D, H, W]` (uint8), chunked and compressed, one file each (`zarr/shard.ts`); the
 * group's attributes hold the description of the scan. It is written under a temporary name and renamed, so that
 * readers see all of it or nothing, even if other writers run or crash. A damaged entry counts as absent.
 */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { UNFINISHED, unfinishedName } from '../../core/atomic-write.js';
import { UserError, messageOf } from '../../core/errors.js';
import { hashJson } from '../../core/hash.js';
import { type Json, plainJson } from '../../core/json.js';
import { volumeOf } from '../sampling/boxes.js';
import type { ScanInfo } from '../formats/format.js';
import { transformsJson, type Transforms } from '../options.js';
import type { PreparedVolume } from '../preprocess/volumes.js';
import { gridOf, type Grid } from './zarr/grid.js';
import { arrayMetadata, groupMetadata, METADATA, shardPath } from './zarr/metadata.js';
import { decodeShard, encodeShard, type ZarrData } from './zarr/shard.js';

/**
 * Version of preparation. Raise it whenever the preparation of all formats changes; if the reading of one format
 * changes, raise that format's `revision` instead. Searches that began on other voxels are refused, those on the same
 * voxels continue.
 */
const VERSION = 3;

/** Age in milliseconds from which temporary files are taken to belong to a crashed writer. */
const ABANDONED = 24 * 3600 * 1000;

/** A volume of an entry, without its voxels. */
export interface CachedVolume extends Pick<PreparedVolume, 'shape' | 'spacing' | 'frameTime'> {
  /** Number of voxels with tissue. */
  readonly tissue: number;
  /** Sizes of its files, which are checked before an entry is trusted. */
  readonly bytes: { readonly voxels: number; readonly foreground: number };
}

/** A prepared file: the scan as stored, and its volumes. */
export interface CachedScan {
  readonly info: ScanInfo;
  readonly volumes: readonly CachedVolume[];
}

export interface ScanCache {
  /** Folder of the cache, with which another process opens the same cache. */
  readonly directory: string;
  /** Returns an entry; undefined if it is absent or incomplete. Voxels are checked when they are read. */
  find(key: string): Promise<CachedScan | undefined>;
  /** Reads all voxels of a volume into shared memory; throws if they are damaged. */
  load(key: string, number: number, volume: CachedVolume): PreparedVolume;
  write(key: string, info: ScanInfo, volumes: readonly PreparedVolume[]): Promise<CachedScan>;
  /** Removes the entry, so that it is prepared anew. */
  remove(key: string): void;
}

/** @param revision of the format's reader */
export function cacheKey(content: string, transforms: Transforms, revision: number): string {
  const reader = revision === 0 ? {} : { reader: revision };
  return hashJson({ content, transforms: transformsJson(transforms), version: VERSION, ...reader });
}

export function defaultCacheDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  return (
    environment['VOXOLVE_CACHE'] ??
    join(environment['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'voxolve')
  );
}

/** Path of the file with all of a volume's voxels, or with its mask. */
export function shardOf(directory: string, key: string, number: number, array: ArrayName): string {
  return join(directory, entryName(key), String(number), array, shardPath(axesOf[array].length));
}

const axesOf = { voxels: ['c', 'z', 'y', 'x'], foreground: ['z', 'y', 'x'] } as const;
export type ArrayName = keyof typeof axesOf;

export function voxelGrid({ shape }: Pick<CachedVolume, 'shape'>): Grid {
  return gridOf(shape);
}

export function foregroundGrid({ shape }: Pick<CachedVolume, 'shape'>): Grid {
  return gridOf([1, shape[1], shape[2], shape[3]]);
}

const entryName = (key: string): string => `${key}.zarr`;

export function openCache(directory: string): ScanCache {
  try {
    mkdirSync(directory, { recursive: true });
  } catch (cause) {
    throw unwritable(directory, 'set VOXOLVE_CACHE', cause);
  }
  const pathOf = (key: string): string => join(directory, entryName(key));
  const find: ScanCache['find'] = async (key) => {
    try {
      const { info, volumes } = Entry.parse(
        JSON.parse(await readFile(join(pathOf(key), METADATA), 'utf8')),
      ).attributes;
      for (const [number, { bytes }] of volumes.entries()) {
        for (const array of ['voxels', 'foreground'] as const) {
          const { size } = await stat(shardOf(directory, key, number, array));
          if (size !== bytes[array]) return undefined;
        }
      }
      return { info, volumes };
    } catch {
      return undefined;
    }
  };
  return {
    directory,
    find,
    load(key, number, volume) {
      const read = <T extends ZarrData>(array: ArrayName, grid: Grid, target: T): T => {
        decodeShard(grid, readFileSync(shardOf(directory, key, number, array)), target);
        return target;
      };
      const { shape, spacing, frameTime } = volume;
      const count = volumeOf([shape[1], shape[2], shape[3]]);
      return {
        shape,
        spacing,
        frameTime,
        voxels: read('voxels', voxelGrid(volume), new Float32Array(shared(4 * shape[0] * count))),
        foreground: read('foreground', foregroundGrid(volume), new Uint8Array(shared(count))),
      };
    },
    async write(key, info, volumes) {
      const temporary = unfinishedName(pathOf(key));
      try {
        const scan = await writeEntry(temporary, info, volumes);
        await replace(temporary, pathOf(key), async () => (await find(key)) !== undefined);
        return scan;
      } catch (cause) {
        throw unwritable(directory, 'free some space or set VOXOLVE_CACHE', cause);
      } finally {
        await rm(temporary, { recursive: true, force: true });
      }
    },
    remove(key) {
      rmSync(pathOf(key), { recursive: true, force: true });
    },
  };
}

/** Removes temporary files of writers that crashed long ago. */
export async function sweepCache(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    // Versions before 0.4 wrote under names that end with .tmp.
    if (!name.endsWith(UNFINISHED) && !name.endsWith('.tmp')) continue;
    const path = join(directory, name);
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Infinity }));
    if (Date.now() - mtimeMs > ABANDONED) await rm(path, { recursive: true, force: true });
  }
}

async function writeEntry(
  folder: string,
  info: ScanInfo,
  volumes: readonly PreparedVolume[],
): Promise<CachedScan> {
  const cached: CachedVolume[] = [];
  for (const [number, { shape, spacing, frameTime, voxels, foreground }] of volumes.entries()) {
    const own = join(folder, String(number));
    const write = async (array: ArrayName, grid: Grid, data: ZarrData): Promise<number> => {
      const type = array === 'voxels' ? 'float32' : 'uint8';
      const shard = encodeShard(grid, data);
      const path = join(own, array, shardPath(axesOf[array].length));
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, shard);
      await writeJson(
        join(own, array, METADATA),
        arrayMetadata(grid, type, axesOf[array], { spacing: [...spacing], frame_time_s: frameTime }),
      );
      return shard.length;
    };
    const bytes = {
      voxels: await write('voxels', voxelGrid({ shape }), voxels),
      foreground: await write('foreground', foregroundGrid({ shape }), foreground),
    };
    await writeJson(join(own, METADATA), groupMetadata({}));
    let tissue = 0;
    for (const inside of foreground) tissue += inside;
    cached.push({ shape, spacing, frameTime, tissue, bytes });
  }
  const known = Info.parse(info);
  // Written last, so that a folder with this file is complete.
  await writeJson(join(folder, METADATA), groupMetadata(plainJson({ info: known, volumes: cached })));
  return { info: known, volumes: cached };
}

/**
 * Renames an entry to its final name. A complete entry of that name is equal and was just written by another process,
 * which may be reading it: it stays. A damaged one is moved away.
 */
async function replace(temporary: string, path: string, isWhole: () => Promise<boolean>): Promise<void> {
  const old = unfinishedName(path);
  for (let tries = 3; ; tries--) {
    try {
      await rename(temporary, path);
      return;
    } catch (cause) {
      if (await isWhole()) return;
      if (tries === 0) throw cause;
    }
    await rename(path, old).catch(() => undefined);
    await rm(old, { recursive: true, force: true });
  }
}

async function writeJson(path: string, value: Json): Promise<void> {
  await writeFile(path, `${JSON.stringify(value, null, 2)}\n`);
}

function shared(bytes: number): SharedArrayBuffer {
  return new SharedArrayBuffer(bytes);
}

function unwritable(directory: string, fix: string, cause: unknown): UserError {
  const problem = `the cache can not be written (${messageOf(cause)})`;
  return new UserError({ subject: directory, problem, fix }, { cause });
}

const Numbers3 = z.tuple([z.number(), z.number(), z.number()]);
const Row = z.tuple([z.number(), z.number(), z.number(), z.number()]);

/** Keeps the fields of a scan's description and leaves out its voxels. */
const Info = z.object({
  format: z.string(),
  modality: z.string().nullable(),
  size: Numbers3,
  frames: z.number(),
  spacing: Numbers3,
  calibrated: z.boolean(),
  frameTime: z.number().nullable(),
  frameTimes: z.array(z.number()).nullable(),
  affine: z.tuple([Row, Row, Row]),
  remarks: z.array(z.string()),
});

const Entry = z.object({
  attributes: z.object({
    info: Info,
    volumes: z.array(
      z.object({
        shape: Row,
        spacing: Numbers3,
        frameTime: z.number().nullable(),
        tissue: z.number(),
        bytes: z.object({ voxels: z.number(), foreground: z.number() }),
      }),
    ),
  }),
});
