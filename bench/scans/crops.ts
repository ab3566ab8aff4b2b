/**
 * Benchmark of crops from a cache of many volumes: speed and memory, and speed of the same crops by NumPy memory maps.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
import { present } from '../../src/core/errors.js';
import { rngOf } from '../../src/core/random.js';
import { openCache, type CachedScan } from '../../src/scans/cache/cache.js';
import { drawCrop } from '../../src/scans/sampling/crops.js';
import { npyBytes } from '../../src/scans/npy.js';
import type { PreparedVolume } from '../../src/scans/preprocess/volumes.js';
import {
  openShared,
  openScanSet,
  shareScans,
  volumeId,
  type SharedScans,
} from '../../src/scans/sampling/scan-set-transfer.js';
import type { ScanRecipe, ScanSet } from '../../src/scans/sampling/scan-set.js';
import { heapOptions, memorySettings } from '../../src/workers/memory-settings.js';

export const CROP = [32, 32, 32] as const;
const SIDE = 64;
/** Number of distinct volumes; the others are copies of them under other names. */
const DISTINCT = 20;
/** Memory budget for chunks in bytes, less than 100 volumes take. */
export const BUDGET = 64 * 2 ** 20;
const SECONDS = 3;

/** Makes a smooth body in air with some noise, as compressible as scans are. */
function volumeNumber(number: number): PreparedVolume {
  const rng = rngOf('bench', number);
  const noise = Float32Array.from({ length: 4096 }, () => rng.normal() * 0.05);
  const voxels = new Float32Array(SIDE ** 3);
  const foreground = new Uint8Array(SIDE ** 3);
  const centre = (SIDE - 1) / 2;
  for (let i = 0; i < voxels.length; i++) {
    const [z, y, x] = [Math.floor(i / SIDE ** 2), Math.floor(i / SIDE) % SIDE, i % SIDE];
    const inside = Math.hypot(z - centre, y - centre, x - centre) < SIDE * 0.47;
    foreground[i] = inside ? 1 : 0;
    voxels[i] = inside
      ? Math.sin(z / 5 + number) + Math.cos((x * y) / 300) + (noise[(i * 31) % 4096] ?? 0)
      : -1.5;
  }
  return { shape: [1, SIDE, SIDE, SIDE], spacing: [1, 1, 1], frameTime: null, voxels, foreground };
}

const info = {
  format: 'bench',
  modality: null,
  size: [SIDE, SIDE, SIDE],
  frames: 1,
  spacing: [1, 1, 1],
  calibrated: true,
  frameTime: null,
  frameTimes: null,
  affine: [
    [1, 0, 0, 0],
    [0, 1, 0, 0],
    [0, 0, 1, 0],
  ],
  remarks: [],
} as const;

const keyOf = (number: number): string => number.toString(16).padStart(64, '0');

/** Makes a cache of `count` volumes of 64³ voxels. */
export async function cacheOf(directory: string, count: number): Promise<ScanRecipe> {
  const cache = openCache(directory);
  const written: CachedScan[] = [];
  for (let number = 0; number < count; number++) {
    const twin = number % DISTINCT;
    if (number < DISTINCT) written.push(await cache.write(keyOf(number), info, [volumeNumber(number)]));
    else
      cpSync(join(directory, `${keyOf(twin)}.zarr`), join(directory, `${keyOf(number)}.zarr`), {
        recursive: true,
      });
  }
  return {
    channels: 1,
    balance: 'patients',
    fingerprint: 'bench',
    cacheDirectory: directory,
    memory: BUDGET,
    volumes: Array.from({ length: count }, (_, number) => ({
      id: volumeId(keyOf(number), 0),
      split: 'train',
      patient: number,
      modality: null,
      ...present(written[number % DISTINCT]?.volumes[0], 'a volume'),
    })),
  };
}

/** Draws crops and reads their voxels for some seconds; returns crops per second. */
function draw(set: ScanSet, thread: number, seconds: number): number {
  let drawn = 0;
  let checksum = 0;
  const start = performance.now();
  while (performance.now() - start < 1000 * seconds) {
    const crop = drawCrop(set, 'train', CROP, 0.1, rngOf(1, thread, drawn));
    checksum += (crop.voxels[0] ?? 0) + (crop.foreground[0] ?? 0);
    drawn++;
  }
  if (!Number.isFinite(checksum)) throw new Error('crops are not numbers');
  return drawn / ((performance.now() - start) / 1000);
}

interface Work {
  readonly scans: SharedScans;
  readonly thread: number;
}

/** Crops per second of all worker threads together. */
export async function cropsPerSecond(recipe: ScanRecipe, threads: number): Promise<number> {
  const scans = shareScans(openScanSet(recipe));
  const rates = await Promise.all(
    Array.from({ length: threads }, (_, thread) => {
      const worker = new Worker(fileURLToPath(import.meta.url), {
        workerData: { scans, thread } satisfies Work,
      });
      return new Promise<number>((done, fail) => worker.once('message', done).once('error', fail));
    }),
  );
  return rates.reduce((sum, rate) => sum + rate, 0);
}

/**
 * MiB of a fresh process that has drawn crops of all volumes: enough crops for the allocator's retained memory to
 * settle, with the allocator's settings of training processes, and after garbage collection.
 */
export function residentMemory(recipe: ScanRecipe): number {
  const child = fileURLToPath(new URL('resident-child.js', import.meta.url));
  const output = execFileSync(process.execPath, ['--expose-gc', ...heapOptions, child], {
    env: { ...process.env, ...memorySettings },
    input: JSON.stringify(recipe),
    encoding: 'utf8',
  });
  return Number(output);
}

/** Crops per second that two Python processes copy out of memory maps; null without VOXOLVE_PYTHON. */
export function numpyCrops(folder: string, recipe: ScanRecipe): number | null {
  const python = process.env['VOXOLVE_PYTHON'];
  if (python === undefined) return null;
  mkdirSync(folder, { recursive: true });
  const set = Array.from({ length: Math.min(100, recipe.volumes.length) }, (_, i) =>
    volumeNumber(i % DISTINCT),
  );
  set.forEach((volume, i) => writeFileSync(join(folder, `${i}.npy`), npyBytes(volume)));
  const script = `
import multiprocessing, sys, time, glob
import numpy as np
def draw(seed):
    rng = np.random.default_rng(seed)
    maps = [np.load(path, mmap_mode="r") for path in sorted(glob.glob(sys.argv[1] + "/*.npy"))]
    count, start = 0, time.perf_counter()
    while time.perf_counter() - start < ${SECONDS}:
        volume = maps[rng.integers(len(maps))]
        z, y, x = rng.integers(0, ${SIDE - CROP[0] + 1}, 3)
        crop = np.array(volume[:, z:z+${CROP[0]}, y:y+${CROP[1]}, x:x+${CROP[2]}])
        count += 1
    return count / (time.perf_counter() - start)
if __name__ == "__main__":
    with multiprocessing.get_context("fork").Pool(2) as pool:
        print(sum(pool.map(draw, [1, 2])))
`;
  return Number(execFileSync(python, ['-c', script, folder], { encoding: 'utf8' }));
}

if (!isMainThread && workerData !== null && 'scans' in (workerData as object)) {
  const { scans, thread } = workerData as Work;
  const set = openShared(scans);
  draw(set, thread, 0.5);
  parentPort?.postMessage(draw(set, thread, SECONDS));
}
