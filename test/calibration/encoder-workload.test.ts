/** What engines are compared by where an encoder is fine-tuned, and that a run keeps its choice. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { placeOf } from '../../src/api/finetuning/engine.js';
import type { Reading } from '../../src/api/finetuning/material.js';
import type { RunRecord } from '../../src/api/finetuning/run/run-folder.js';
import { encoderProgram, type EncoderWorkload } from '../../src/calibration/encoder-workload.js';
import { bearingOf } from '../../src/calibration/workload.js';
import { encoderGraph } from '../../src/pretrain/program.js';
import { factorized3d } from '../../search-spaces/factorized3d.js';
import { rngOf } from '../../src/core/random.js';

const architecture = factorized3d.build(factorized3d.gene.sample(rngOf('encoder workload')), { channels: 1 });
const workload = { architecture, size: [8, 16, 16], batch: 2, trained: true } satisfies EncoderWorkload;

/** Steps a second, measured in a process as `auto` does. */
function measured(trained: boolean): Promise<number> {
  const entry = fileURLToPath(new URL('../../dist/src/calibration/child.js', import.meta.url));
  const question = { engine: 'onnx', device: 'cpu', threads: 1, workload: { ...workload, trained } };
  return new Promise((resolve, reject) => {
    const child = execFile(process.execPath, [entry], (error, stdout) => {
      if (error) reject(new Error(error.message));
      else resolve(1 / Number(/SECONDS PER STEP \[(\S+)\]/.exec(stdout)?.[1]));
    });
    child.stdin?.end(JSON.stringify(question));
  });
}

describe('engines that fine-tune an encoder', () => {
  it('are measured on that encoder, at the size and batch of the task', () => {
    const { train } = encoderProgram(workload);
    expect(train.inputs[0]).toMatchObject({ name: 'scans', shape: [2, 1, 8, 16, 16] });
    const own = encoderGraph(architecture, [2, 1, 8, 16, 16]).parameters.map(({ name, shape }) => [
      name,
      shape,
    ]);
    expect(train.parameters.map(({ name, shape }) => [name, shape])).toEqual([
      ...own,
      ['head.weight', [2, architecture.features]],
    ]);
    expect(bearingOf(workload)).not.toEqual(bearingOf({ ...workload, trained: false }));
  });

  it('read faster than they train, which is measured in either case', async () => {
    const [reading, training] = await Promise.all([measured(false), measured(true)]);
    expect(training).toBeGreaterThan(0);
    expect(reading).toBeGreaterThan(training);
  });
});

describe('a fine-tuning that goes on', () => {
  const none = { source: {}, encoder: null } as unknown as Reading;
  // A place that is not here: whoever measures or probes cannot come to it.
  const before = { engine: { engine: 'torch', device: 'cuda' } } as RunRecord;

  it.each([
    {},
    { engine: 'auto' },
    { device: 'auto' },
    { engine: 'torch' },
    { engine: 'auto', device: 'cuda' },
  ] as const)('keeps its engine and device where %j is asked for', async (asked) => {
    expect(await placeOf(asked, before, none)).toEqual(before.engine);
  });

  it('takes others that are named', async () => {
    const named = { engine: 'onnx', device: 'cpu' } as const;
    expect(await placeOf(named, before, none)).toEqual(named);
    expect(await placeOf({}, null, none)).toEqual(named);
  });
});
