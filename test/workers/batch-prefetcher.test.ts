import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256 } from '../../src/core/hash.js';
import { resolveExperiment } from '../../src/experiment/resolve.js';
import { Experiment } from '../../src/experiment/schema.js';
import { batchesHere, type Batch, type BatchCall, type BatchSource } from '../../src/pretrain/batches.js';
import { loadScanSet } from '../../src/scans/load.js';
import { writePhantoms } from '../../src/scans/phantoms/phantoms.js';
import { shareScans } from '../../src/scans/sampling/scan-set-transfer.js';
import type { ScanSet } from '../../src/scans/sampling/scan-set.js';
import { BatchPrefetcher } from '../../src/workers/batch-prefetcher.js';
import { coreUse } from '../../src/workers/core-use.js';
import { temporaryFolder, tinyExperiment } from '../support/tiny.js';

const entry = new URL('../../dist/src/workers/prefetch-thread.js', import.meta.url);

const folder = temporaryFolder();
const cacheDirectory = temporaryFolder();
const experimentOf = (changes: object = {}): Experiment =>
  Experiment.parse({ ...tinyExperiment, ...changes });

let sets: { whole: ScanSet; chunked: ScanSet };
beforeAll(async () => {
  await writePhantoms(folder, tinyExperiment.phantoms);
  const load = async (memory: number): Promise<ScanSet> =>
    (await loadScanSet(folder, experimentOf().scans, { seed: 3, cacheDirectory, memory })).set;
  sets = { whole: await load(2 ** 30), chunked: await load(1) };
});

const open: BatchPrefetcher[] = [];
afterAll(() => Promise.all(open.map((feed) => feed.close())));

async function sources(experiment: Experiment, set: ScanSet, entryUsed = entry) {
  const { plan, code } = (await resolveExperiment(experiment)).planFor(set.channels);
  const here = batchesHere({ set, plan, size: experiment.training.batch, split: 'train' });
  const feed = new BatchPrefetcher({ experiment, code, scans: shareScans(set) }, here, entryUsed);
  open.push(feed);
  return { here, feed };
}

const calls: readonly BatchCall[] = [
  { key: [3, 0, 'train'], first: 0, count: 3 },
  { key: [3, 0, 'train'], first: 3, count: 1 },
  { key: [3, 1, 'train'], first: 0, count: 2 },
];

const hashOf = (batch: Batch): string =>
  sha256(
    Object.entries(batch)
      .map(
        ([name, { shape, data }]) =>
          `${name} ${shape.join()} ${sha256(new Uint8Array(data.buffer as ArrayBuffer))}`,
      )
      .join('\n'),
  );

async function hashes(source: BatchSource): Promise<string[]> {
  const found: string[] = [];
  for (const [i, call] of calls.entries()) {
    const batch = await source.take(call);
    const next = calls[i + 1];
    if (next !== undefined) source.ahead(next);
    found.push(hashOf(batch));
  }
  return found;
}

describe('batches made in a thread of their own', () => {
  it.each(['whole', 'chunked'] as const)('are those made here, of a set held %s', async (how) => {
    const { here, feed } = await sources(experimentOf(), sets[how]);
    expect(await hashes(feed)).toEqual(await hashes(here));
    expect(feed.failure).toBeUndefined();
  });

  it("are those made here, by a user's own task", async () => {
    const guide = readFileSync(new URL('../../docs/adding-a-proxy-task.md', import.meta.url), 'utf8');
    const name = join(mkdtempSync(join(tmpdir(), 'voxolve-plugin-')), 'mirror3d.ts');
    writeFileSync(name, /```ts\n([\s\S]*?)```/.exec(guide)?.[1] ?? '');
    const proxyTask = { name, options: { side: 12 } };
    const { here, feed } = await sources(experimentOf({ proxyTask }), sets.whole);
    expect(await hashes(feed)).toEqual(await hashes(here));
    expect(feed.failure).toBeUndefined();
  });

  it('are the right ones where others were asked for ahead', async () => {
    const { here, feed } = await sources(experimentOf(), sets.whole);
    const [one, two] = calls as [BatchCall, BatchCall];
    feed.ahead(one);
    expect(hashOf(await feed.take(two))).toBe(hashOf(await here.take(two)));
  });

  it('are made here where the thread ends, or never began', async () => {
    const { here, feed } = await sources(experimentOf(), sets.whole);
    feed.ahead(calls[0] as BatchCall);
    await feed.close();
    expect(await hashes(feed)).toEqual(await hashes(here));
    const lost = await sources(experimentOf(), sets.whole, new URL('./nowhere.js', import.meta.url));
    expect(await hashes(lost.feed)).toEqual(await hashes(here));
    expect(lost.feed.failure).toMatch(/nowhere/);
  });
});

it('pays where a core is left, and not on a processor that workers fill', () => {
  expect(coreUse({ device: 'cpu', workers: 2, threads: 1 }, 2).prefetch).toBe(false);
  expect(coreUse({ device: 'cpu', workers: 1, threads: 1 }, 2).prefetch).toBe(true);
  expect(coreUse({ device: 'cpu', workers: 2, threads: 2 }, 4).prefetch).toBe(true);
  expect(coreUse({ device: 'webgpu', workers: 4, threads: 1 }, 4).prefetch).toBe(true);
});

it('lets threads spin where each has a core, and not where workers share them', () => {
  expect(coreUse({ device: 'cpu', workers: 1, threads: 2 }, 2).spin).toBe(true);
  expect(coreUse({ device: 'cpu', workers: 2, threads: 2 }, 4).spin).toBe(true);
  expect(coreUse({ device: 'cpu', workers: 2, threads: 2 }, 2).spin).toBe(false);
});

describe('closing', () => {
  it('lets a process go on that waits for nothing else, with a reply on its way', () => {
    const feed = new URL('../../dist/src/workers/batch-prefetcher.js', import.meta.url).href;
    // a thread that holds much takes a while to end
    const thread = `
      import { parentPort } from 'node:worker_threads';
      globalThis.held = Array.from({ length: 2e6 }, (_, i) => ({ i }));
      parentPort.on('message', ({ id }) => parentPort.postMessage({ id, batch: {} }));`;
    const script = `
      import { BatchPrefetcher } from ${JSON.stringify(feed)};
      const entry = new URL('data:text/javascript,' + encodeURIComponent(${JSON.stringify(thread)}));
      const call = { key: [], first: 0, count: 1 };
      const feed = new BatchPrefetcher({}, {}, entry);
      const close = () => {
        feed.ahead(call);
        const start = Date.now();
        while (Date.now() - start < 200); // the reply has come, and nobody has looked
        return feed.close();
      };
      feed.take(call).then(close).then(() => console.log('after'));`;
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
      encoding: 'utf8',
    });
    expect(stdout.trim()).toBe('after');
  });
});
