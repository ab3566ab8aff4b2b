/**
 * Batches are the same wherever they are made: two threads that share the work give what one gives.
 */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { proxyTasks } from '../../proxy-tasks/index.js';
import { sha256 } from '../../src/core/hash.js';
import { rngOf } from '../../src/core/random.js';
import { makeBatch } from '../../src/pretrain/batches.js';
import { openShared, type SharedScans } from '../../src/scans/sampling/scan-set-transfer.js';
import { planOf, small } from './support.js';

const side = 24;
const size = 3;

const whole = Array.from({ length: 4 }, (_, patient) => {
  const rng = rngOf('threads', patient);
  const voxels = new Float32Array(new SharedArrayBuffer(4 * side ** 3));
  const foreground = new Uint8Array(new SharedArrayBuffer(side ** 3));
  voxels.forEach((_, i) => (voxels[i] = rng.normal()));
  foreground.forEach((_, i) => (foreground[i] = rng.bool(0.9) ? 1 : 0));
  return { voxels, foreground };
});

/** In memory that threads share, as loaded scans are. */
const shared: SharedScans = {
  recipe: {
    channels: 1,
    balance: 'patients',
    fingerprint: 'made up',
    cacheDirectory: '',
    memory: 0,
    volumes: whole.map((_, patient) => ({
      id: `volume ${patient}`,
      patient,
      split: patient < 2 ? 'train' : 'validation',
      modality: null,
      shape: [1, side, side, side],
      spacing: [1, 1, 1],
      frameTime: null,
      tissue: 0,
      bytes: { voxels: 0, foreground: 0 },
    })),
  },
  whole,
};
const set = openShared(shared);

const dist = fileURLToPath(new URL('../../dist/', import.meta.url));

/** Hashes of a thread's batches, by task and number. */
async function hashesIn(numbers: readonly number[]): Promise<Map<string, string>> {
  const code = `
    const { parentPort, workerData } = require('node:worker_threads');
    const { dist, shared, small, numbers, size } = workerData;
    (async () => {
      const { proxyTasks } = await import(dist + 'proxy-tasks/index.js');
      const { rngOf } = await import(dist + 'src/core/random.js');
      const { sha256 } = await import(dist + 'src/core/hash.js');
      const { makeBatch } = await import(dist + 'src/pretrain/batches.js');
      const { openShared } = await import(dist + 'src/scans/sampling/scan-set-transfer.js');
      const set = openShared(shared);
      const hashes = new Map();
      for (const [name, task] of Object.entries(proxyTasks)) {
        const plan = task.plan(task.options.parse(small[name]), { channels: 1, batch: size });
        for (const number of numbers) {
          const batch = makeBatch({ set, plan, size, split: 'train', rng: rngOf('threads', name) }, number);
          const bytes = Object.values(batch).map(({ data }) => Buffer.from(data.buffer));
          hashes.set(name + ' ' + number, sha256(Buffer.concat(bytes)));
        }
      }
      parentPort.postMessage(hashes);
    })();`;
  const worker = new Worker(code, {
    eval: true,
    workerData: { dist, shared, small, numbers, size },
    execArgv: [],
  });
  const [hashes] = (await once(worker, 'message')) as [Map<string, string>];
  await worker.terminate();
  return hashes;
}

describe('batches', { timeout: 60_000 }, () => {
  it('of every task are the same whether one thread makes them or two take turns', async () => {
    expect(existsSync(dist), 'dist/ is missing: run npm run build first').toBe(true);
    const [even, odd] = await Promise.all([hashesIn([0, 2]), hashesIn([3, 1])]);
    for (const name of Object.keys(proxyTasks)) {
      const plan = planOf(name, small[name], size);
      for (const number of [0, 1, 2, 3]) {
        const stream = { set, plan, size, split: 'train', rng: rngOf('threads', name) } as const;
        const batch = makeBatch(stream, number);
        const hash = sha256(Buffer.concat(Object.values(batch).map(({ data }) => Buffer.from(data.buffer))));
        const key = `${name} ${number}`;
        expect((even.get(key) ?? odd.get(key)) === hash, key).toBe(true);
      }
    }
    expect(new Set([...even.values(), ...odd.values()]).size).toBe(4 * Object.keys(proxyTasks).length);
  });
});
