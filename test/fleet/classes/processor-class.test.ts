import { describe, expect, it } from 'vitest';

/** From `dist`, since the canary runs in a process of its own. */
const { classDifference, describeProcessor, processorClass } = (await import(
  new URL('../../../dist/src/fleet/classes/processor-class.js', import.meta.url).href
)) as typeof import('../../../src/fleet/classes/processor-class.js');

const asked = { engine: 'onnx', device: 'cpu' } as const;

describe('the class of a processor', () => {
  it('is a short name that stays the same, whatever the threads of the worker', async () => {
    const first = await describeProcessor(asked);
    expect(first.name).toMatch(/^cpu-[0-9a-f]{12}$/);
    expect(first).toMatchObject({ engine: 'onnx', gpu: null, precision: 'float32', threads: 0 });
    expect(first.runtime).toMatch(/^1\.\d+\.\d+/);
    expect(await processorClass({ ...asked, threads: 3 })).toBe(first.name);
  });

  it('says why two differ', async () => {
    const own = await describeProcessor(asked);
    expect(classDifference(own, own)).toBe('nothing');
    expect(classDifference(own, { ...own, runtime: '1.0.0' })).toBe(
      `version of the runtime 1.0.0 instead of ${own.runtime}`,
    );
    expect(classDifference(own, { ...own, gpu: 'NVIDIA H100, 550.1' })).toContain(
      'GPU NVIDIA H100, 550.1 instead',
    );
    expect(classDifference(own, { ...own, weights: 'f'.repeat(64) })).toContain('gives other sums');
  });

  it('cannot be told, in one line, of a device that is not there or a process that dies', async () => {
    await expect(processorClass({ engine: 'onnx', device: 'tpu' })).rejects.toThrow(/tpu/);
    const died = processorClass({ ...asked, emulator: ['/bin/false'] });
    await expect(died).rejects.toThrow(
      'engine onnx on device cpu: cannot take two steps of training in float32: it ended (1); see `voxolve doctor`',
    );
  });
});
