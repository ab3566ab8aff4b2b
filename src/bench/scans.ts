/**
 * `npm run bench:scans -- [--series N] [--volumes N]`: how fast a folder is indexed (and indexed again), how many crops
 * per second one and two threads draw, and how much memory volumes take.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
import { rngOf } from '../core/random.js';
import { drawCrop } from '../scans/crops.js';
import { openLibrary } from '../scans/library.js';
import { ScanOptions } from '../scans/options.js';
import { memoryVolume, type ScanSet, type Volume } from '../scans/scan-set.js';
import { dicomFile, element, short, text } from './scans-dicom-file.js';

const CROP = [32, 32, 32] as const;
const CROPS = 4000;
const SIDE = 64;
const SLICES = 4;

/** A set of volumes of noise in shared memory. */
function volumesOf(count: number): ScanSet {
  const volumes = Array.from({ length: count }, (_, patient): Volume => {
    const voxels = new Float32Array(new SharedArrayBuffer(4 * SIDE ** 3));
    const foreground = new Uint8Array(new SharedArrayBuffer(SIDE ** 3)).fill(1);
    voxels.fill(patient);
    return memoryVolume(
      {
        id: String(patient),
        split: 'train',
        patient,
        modality: null,
        shape: [1, SIDE, SIDE, SIDE],
        spacing: [1, 1, 1],
        frameTime: null,
      },
      voxels,
      foreground,
    );
  });
  return { volumes, channels: 1, balance: 'patients', fingerprint: 'bench' };
}

function drawCrops(set: ScanSet, thread: number): void {
  for (let i = 0; i < CROPS; i++) drawCrop(set, 'train', CROP, 0.1, rngOf(1, thread, i));
}

function writeSeries(folder: string, count: number): void {
  const pixels = Buffer.alloc(2 * 16 * 16, 7);
  for (let series = 0; series < count; series++) {
    const place = join(folder, String(Math.floor(series / 100)), String(series));
    mkdirSync(place, { recursive: true });
    for (let z = 0; z < SLICES; z++) {
      const elements = [
        element(0x0008, 0x0018, 'UI', text(`1.${series}.${z}`, '\0')),
        element(0x0010, 0x0020, 'LO', text(`P${series % 250}`)),
        element(0x0020, 0x000e, 'UI', text(`1.2.${series}`, '\0')),
        element(0x0020, 0x0032, 'DS', text(`0\\0\\${z}`)),
        element(0x0020, 0x0037, 'DS', text('1\\0\\0\\0\\1\\0')),
        element(0x0028, 0x0010, 'US', short(16)),
        element(0x0028, 0x0011, 'US', short(16)),
        element(0x0028, 0x0100, 'US', short(16)),
        element(0x7fe0, 0x0010, 'OW', pixels),
      ];
      writeFileSync(join(place, `${z}.dcm`), dicomFile('1.2.840.10008.1.2.1', elements));
    }
  }
}

async function seconds(action: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await action();
  return (performance.now() - start) / 1000;
}

async function inThreads(set: ScanSet, count: number): Promise<void> {
  const threads = Array.from(
    { length: count },
    (_, thread) => new Worker(new URL(import.meta.url), { workerData: { set, thread } }),
  );
  await Promise.all(
    threads.map((worker) => new Promise((done, fail) => worker.once('message', done).once('error', fail))),
  );
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { series: { type: 'string', default: '1000' }, volumes: { type: 'string', default: '100' } },
  });
  const folder = mkdtempSync(join(tmpdir(), 'voxolve-bench-'));
  const cache = join(folder, 'cache');
  const scans = join(folder, 'scans');
  const options = ScanOptions.parse({});
  writeSeries(scans, Number(values.series));
  let found = 0;
  const look = async (): Promise<void> =>
    void (found = (await openLibrary(scans, options, cache)).files.length);
  const first = await seconds(look);
  const again = await seconds(look);
  console.log(
    `index: ${found} series of ${SLICES} files in ${first.toFixed(2)} s, again in ${again.toFixed(2)} s`,
  );
  rmSync(folder, { recursive: true });

  const before = process.memoryUsage.rss();
  const set = volumesOf(Number(values.volumes));
  const memory = (process.memoryUsage.rss() - before) / 2 ** 20;
  console.log(
    `memory: ${values.volumes} volumes of ${SIDE}³ take ${memory.toFixed(0)} MiB, all of them resident`,
  );
  const single = await seconds(() => Promise.resolve(drawCrops(set, 0)));
  console.log(`crops of ${CROP.join(' × ')}: ${(CROPS / single).toFixed(0)} per second in one thread`);
  const two = await seconds(() => inThreads(set, 2));
  console.log(
    `crops of ${CROP.join(' × ')}: ${((2 * CROPS) / two).toFixed(0)} per second in two threads, their start included`,
  );
}

if (isMainThread) {
  await main();
} else {
  const { set, thread } = workerData as { set: ScanSet; thread: number };
  drawCrops(set, thread);
  parentPort?.postMessage('done');
}
