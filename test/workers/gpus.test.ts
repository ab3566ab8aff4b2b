import { afterEach, describe, expect, it } from 'vitest';
import { fileURLToPath } from 'node:url';
import { ChildRuntime } from '../../src/workers/child-runtime.js';
import { allowed, gpuEnvironment, parseGpus, type Gpu } from '../../src/workers/gpus.js';
import { deviceGroupsOf } from '../../src/workers/device-groups.js';
import { memorySettings } from '../../src/workers/memory-settings.js';
import { createPool } from '../../src/workers/pool.js';
import type { EvaluationJob } from '../../src/core/records.js';
import type { WorkerSetup } from '../../src/workers/job.js';

/** As `nvidia-smi --query-gpu=index,uuid,name,memory.total --format=csv,noheader,nounits` prints it. */
const listing = `0, GPU-0a7e3c11-2222-3333-4444-555566667777, NVIDIA H100 80GB HBM3, 81559
1, GPU-1b8f4d22-2222-3333-4444-555566667777, NVIDIA GeForce RTX 4090, 24564
`;
const gpus = parseGpus(listing);
const [gpu0, gpu1] = gpus as [Gpu, Gpu];
const fixture = (name: string): URL => new URL(`../fixtures/workers/${name}`, import.meta.url);

describe('the list of GPUs', () => {
  it('is read from nvidia-smi, and empty where that prints something else', () => {
    expect(gpus.map(({ index, name, memoryBytes }) => [index, name, memoryBytes / 2 ** 20])).toEqual([
      ['0', 'NVIDIA H100 80GB HBM3', 81559],
      ['1', 'NVIDIA GeForce RTX 4090', 24564],
    ]);
    expect(parseGpus('No devices were found\n')).toEqual([]);
  });

  it('obeys CUDA_VISIBLE_DEVICES: by index or UUID, in its order, up to the first that is none', () => {
    const indices = (visible: string | undefined) => allowed(gpus, visible).map(({ index }) => index);
    expect(indices(undefined)).toEqual(['0', '1']);
    expect(indices('1,0')).toEqual(['1', '0']);
    expect(indices('GPU-1b8f')).toEqual(['1']);
    expect(indices('1,7,0')).toEqual(['1']);
    expect(indices('')).toEqual([]);
    expect(indices('-1')).toEqual([]);
  });
});

describe('workers on GPUs', () => {
  const staff = { engine: 'onnx', device: 'cuda', workers: 5, processes: true, memory: 1000, gpus };

  it('are dealt out over the GPUs, each with the memory of its own', () => {
    expect(deviceGroupsOf(staff)).toEqual([
      { name: 'cuda 0', workers: 3, memory: gpu0.memoryBytes, environment: gpuEnvironment(gpu0) },
      { name: 'cuda 1', workers: 2, memory: gpu1.memoryBytes, environment: gpuEnvironment(gpu1) },
    ]);
    expect(deviceGroupsOf({ ...staff, engine: 'tfjs', device: 'gpu' }).map(({ name }) => name)).toEqual([
      'gpu 0',
      'gpu 1',
    ]);
  });

  it('leave a GPU idle where there are fewer of them', () => {
    expect(deviceGroupsOf({ ...staff, workers: 1 }).map(({ name, workers }) => [name, workers])).toEqual([
      ['cuda 0', 1],
    ]);
  });

  it('share one group and the machine where they cannot be told apart: on the CPU, on webgpu, in threads', () => {
    for (const other of [{ device: 'cpu' }, { device: 'webgpu' }, { processes: false }, { gpus: [] }]) {
      const { device } = { ...staff, ...other };
      expect(deviceGroupsOf({ ...staff, ...other })).toEqual([
        { name: device, workers: 5, memory: 1000, environment: {} },
      ]);
    }
  });
});

describe('a training process', () => {
  const setup = { environment: gpuEnvironment(gpu1), scans: { recipe: null } } as unknown as WorkerSetup;
  const job = { number: 3, genome: {}, share: 1 } as EvaluationJob;
  let runtime: ChildRuntime | undefined;
  afterEach(() => runtime?.end());

  it('sees the GPU of its worker alone, and gives memory back', async () => {
    runtime = new ChildRuntime(setup, fileURLToPath(fixture('child.mjs')));
    const { error } = await runtime.evaluate(job, () => false);
    expect(JSON.parse(error ?? '')).toMatchObject({
      CUDA_VISIBLE_DEVICES: gpu1.uuid,
      TF_FORCE_GPU_ALLOW_GROWTH: 'true',
      ...memorySettings,
    });
  });
});

describe('a pool', () => {
  it('sends candidates to both GPUs, never more at once than fit into their memory', async () => {
    const groups = deviceGroupsOf({
      engine: 'onnx',
      device: 'cuda',
      workers: 6,
      processes: true,
      memory: 0,
      gpus,
    });
    const shared = { isolation: 'process', counters: new Int32Array(new SharedArrayBuffer(16)) };
    const pool = createPool(shared as never, { groups, entry: fixture('thread.mjs') });
    // Two fit on the larger GPU, one on the smaller.
    const cost = { params: 1, macs: 1, trainingBytes: 24000 * 2 ** 20 };
    const jobs = Array.from({ length: 9 }, (_, number): EvaluationJob => ({
      number,
      genome: {},
      cost,
      rung: 0,
      share: 1,
      seed: 0,
      purpose: 'search',
      probe: false,
    }));
    const { signal } = new AbortController();
    const outcomes = await Promise.all(jobs.map((next) => pool.evaluate(next, signal)));
    await pool.close();
    const seen = outcomes.map(({ error }) => JSON.parse(error ?? '') as { gpu: string; inside: number });
    expect(new Set(seen.map(({ gpu }) => gpu))).toEqual(new Set(gpus.map(({ uuid }) => uuid)));
    const most = (uuid: string | undefined) =>
      Math.max(...seen.filter(({ gpu }) => gpu === uuid).map(({ inside }) => inside));
    expect(most(gpu0.uuid)).toBeLessThanOrEqual(3);
    expect(most(gpu1.uuid)).toBe(1);
  });
});
