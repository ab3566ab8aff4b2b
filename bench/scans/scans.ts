/**
 * `npm run bench:scans -- [--series N] [--volumes N] [--scans DIR] [--json FILE]`: speed of indexing a folder; crops
 * per second that two threads draw from the cache, against the consumption of a small network and against NumPy memory
 * maps; growth of memory with the number of volumes; and the cost of batches relative to training steps.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf, present } from '../../src/core/errors.js';
import { openScanFolder } from '../../src/scans/folder/scan-folder.js';
import { ScanOptions } from '../../src/scans/options.js';
import { indexedFolder } from './index-folder.js';
import { preparationShare } from './preparation.js';
import { BUDGET, cacheOf, CROP, cropsPerSecond, numpyCrops, residentMemory } from './crops.js';

const print = (line: string): void => void process.stdout.write(`${line}\n`);

async function indexing(folder: string, series: number) {
  const scans = join(folder, 'scans');
  const files = indexedFolder(scans, series);
  const look = async (): Promise<number> => {
    const start = performance.now();
    const found = (await openScanFolder(scans, ScanOptions.parse({}), join(folder, 'index'))).files.length;
    if (found !== series) throw new Error(`${found} of ${series} series were found`);
    return (performance.now() - start) / 1000;
  };
  const [first, again] = [await look(), await look()];
  print(`| index of ${series} series, ${files} files | ${first.toFixed(1)} s, again ${again.toFixed(1)} s |`);
  return { series, files, first_s: first, again_s: again };
}

async function crops(folder: string, volumes: number) {
  const recipe = await cacheOf(join(folder, 'cache'), volumes);
  const hundred = { ...recipe, volumes: recipe.volumes.slice(0, 100) };
  const size = CROP.join(' × ');
  const whole = await cropsPerSecond({ ...hundred, memory: 2 ** 40 }, 2);
  const chunked = await cropsPerSecond({ ...hundred, memory: BUDGET / 2 }, 2);
  const nothing = await cropsPerSecond({ ...hundred, memory: 1 }, 2);
  const numpy = numpyCrops(join(folder, 'numpy'), recipe);
  const show = (text: string, value: number | null): void =>
    print(`| ${text} | ${value === null ? 'needs VOXOLVE_PYTHON' : `${value.toFixed(0)} / s`} |`);
  show(`crops of ${size}, two threads, 100 volumes held whole`, whole);
  show(`the same, ${BUDGET / 2 ** 20} MiB of chunks kept`, chunked);
  show('the same, nothing kept: every chunk read and decoded', nothing);
  show('NumPy memory maps of raw floats, two processes', numpy);
  const memory: Record<number, number> = {};
  for (const count of [100, 300, volumes]) {
    memory[count] = residentMemory({ ...recipe, volumes: recipe.volumes.slice(0, count) });
    print(
      `| resident memory, crops of ${count} volumes through ${BUDGET / 2 ** 20} MiB | ${present(memory[count], 'a figure').toFixed(0)} MiB |`,
    );
  }
  return { crop: CROP, whole, chunked, nothing, numpy, resident_mib: memory };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      series: { type: 'string', default: '1000' },
      volumes: { type: 'string', default: '1000' },
      scans: { type: 'string', default: '../shared/data/scans/train' },
      json: { type: 'string' },
    },
  });
  const folder = mkdtempSync(join(tmpdir(), 'voxolve-bench-'));
  try {
    print('| what | figure |');
    print('| --- | --- |');
    const index = await indexing(folder, Number(values.series));
    const drawn = await crops(folder, Number(values.volumes));
    const shares: Awaited<ReturnType<typeof preparationShare>>[] = [];
    const asked: [string, string | null][] = [['experiments/quickstart.json', null]];
    if (existsSync(values.scans)) asked.push(['experiments/ct-mr-search.json', values.scans]);
    for (const [experiment, scans] of asked) {
      const share = await preparationShare(experiment, scans, folder);
      shares.push(share);
      print(
        `| ${experiment}: batches, share of a step | ${(100 * share.share).toFixed(1)} % of ${share.step_ms.toFixed(0)} ms; with a thread of their own ${(100 * share.overlapped).toFixed(1)} % |`,
      );
      print(
        `| ${experiment}: crops it consumes | ${share.crops_per_second.toFixed(0)} / s; two threads draw ${(drawn.whole / share.crops_per_second).toFixed(0)} times as many |`,
      );
    }
    if (values.json !== undefined)
      writeFileSync(
        values.json,
        `${JSON.stringify({ index, crops: drawn, preparation: shares }, null, 2)}\n`,
      );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

main().catch((thrown: unknown) => {
  process.stderr.write(`bench:scans: ${messageOf(thrown)}\n`);
  process.exitCode = 1;
});
