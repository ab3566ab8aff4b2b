import { createRequire } from 'node:module';
import type * as core from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { tfjsEngine } from '../../../src/engines/tfjs/index.js';
import { ADAMW, batches, initialWeights, smallProgram } from '../../../bench/ops/small-network.js';

const rates = (steps: number): Float32Array => new Float32Array(steps).fill(0.01);

describe('the tfjs engine', () => {
  it('holds no tensor of sessions that were disposed of', async () => {
    const tf = createRequire(import.meta.url)('@tensorflow/tfjs-core') as typeof core;
    const program = smallProgram(ADAMW, 1);
    const weights = initialWeights(program.train);
    // The first session loads the backend.
    await (await tfjsEngine.open(program, { device: 'js', threads: 1 })).dispose();
    const before = tf.memory().numTensors;
    for (let i = 0; i < 50; i++) {
      const session = await tfjsEngine.open(program, { device: 'js', threads: 1 });
      session.load({ weights });
      if (i % 10 === 0) {
        await session.train(batches(1), rates(1));
        await session.evaluate(batches());
      }
      await session.dispose();
    }
    expect(tf.memory().numTensors).toBe(before);
  }, 60_000);

  it('has a device for a GPU, one for TensorFlow and one for plain JavaScript', async () => {
    const reports = await tfjsEngine.probe();
    expect(reports.map(({ device }) => device)).toEqual(['gpu', 'cpu', 'js']);
  }, 130_000);
});
