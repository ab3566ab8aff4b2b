/**
 * Separate process, started with `--expose-gc`: draws crops of the scan set that it reads from standard input, and
 * prints its resident memory in MiB.
 */
import { text } from 'node:stream/consumers';
import { rngOf } from '../../src/core/random.js';
import { drawCrop } from '../../src/scans/sampling/crops.js';
import { openScanSet } from '../../src/scans/sampling/scan-set-transfer.js';
import type { ScanRecipe } from '../../src/scans/sampling/scan-set.js';
import { CROP } from './crops.js';

const set = openScanSet(JSON.parse(await text(process.stdin)) as ScanRecipe);
const rng = rngOf('memory');
// More crops than fill any memory that is retained.
for (let i = 0; i < 12_000; i++) void drawCrop(set, 'train', CROP, 0.1, rng).voxels;
for (let times = 0; times < 2; times++) {
  globalThis.gc?.();
  // buffers are freed by another thread
  await new Promise((resolve) => setTimeout(resolve, 200));
}
console.log(process.memoryUsage.rss() / 2 ** 20);
