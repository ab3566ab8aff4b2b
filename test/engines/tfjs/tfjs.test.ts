import { createRequire } from 'node:module';
import type * as core from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import type { SessionState, TrainingProgram } from '../../../src/engines/engine.js';
import { onnxEngine } from '../../../src/engines/onnx/index.js';
import { tfjsEngine } from '../../../src/engines/tfjs/index.js';
import { ADAMW, batches, initialWeights, SGD, smallProgram, stepsOf } from '../../support/small-network.js';
import { testedEngines, type TestedEngine } from '../../support/tested-engines.js';

const STEPS = 20;
const rates = (steps: number): Float32Array => new Float32Array(steps).fill(0.01);

async function trained({ engine, device }: Omit<TestedEngine, 'title'>, program: TrainingProgram) {
  const session = await engine.open(program, { device, threads: 1 });
  session.load({ weights: initialWeights(program.train) });
  const { curves } = await session.train(batches(STEPS), rates(STEPS));
  const state = await session.read();
  const evaluated = await session.evaluate(batches());
  await session.dispose();
  return { losses: [...(curves['loss'] ?? [])], state, evaluated };
}

const onnx = { engine: onnxEngine, device: 'cpu' };

describe.each(testedEngines.slice(1))('a session of $title', (tested) => {
  const { engine, device } = tested;

  it.each([
    ['AdamW and clipping', smallProgram(ADAMW, 1)],
    ['SGD', smallProgram(SGD)],
  ])(
    'gives the losses of the onnx engine over twenty steps, within 1e-3 relative, with %s',
    async (_, program) => {
      const expected = await trained(onnx, program);
      const actual = await trained(tested, program);
      actual.losses.forEach((loss, k) => {
        expect(Math.abs(loss / (expected.losses[k] ?? NaN) - 1), `step ${k}`).toBeLessThan(1e-3);
      });
      const evaluated = actual.evaluated['loss']?.data[0] ?? NaN;
      expect(Math.abs(evaluated / (expected.evaluated['loss']?.data[0] ?? NaN) - 1)).toBeLessThan(1e-3);
      expect(Object.keys(actual.state.optimiser).sort()).toEqual(
        Object.keys(expected.state.optimiser).sort(),
      );
      const variance = (state: SessionState) => state.weights['stem.running_var']?.data ?? [];
      variance(actual.state).forEach((value, i) => {
        expect(value).toBeCloseTo(variance(expected.state)[i] ?? NaN, 4);
      });
    },
    60_000,
  );

  it('gives the same bits again, and continues bit for bit from a state that was read and loaded', async () => {
    const program = smallProgram(ADAMW, 1);
    const run = async (from: number, to: number, state?: SessionState) => {
      const session = await engine.open(program, { device, threads: 1 });
      session.load(state ?? { weights: initialWeights(program.train) });
      const { curves } = await session.train(stepsOf(batches(8), from, to), rates(to - from));
      const after = await session.read();
      await session.dispose();
      return { losses: [...(curves['loss'] ?? [])], state: after };
    };
    const whole = await run(0, 8);
    expect(await run(0, 8)).toEqual(whole);
    const first = await run(0, 3);
    const rest = await run(3, 8, structuredClone(first.state));
    expect([...first.losses, ...rest.losses]).toEqual(whole.losses);
    expect(rest.state).toEqual(whole.state);
  }, 60_000);

  it('reports a diverging loss as a value that is not finite, without throwing', async () => {
    const program = smallProgram(SGD);
    const session = await engine.open(program, { device, threads: 1 });
    session.load({ weights: initialWeights(program.train) });
    const { curves } = await session.train(batches(4), new Float32Array(4).fill(1e30));
    expect(Number.isFinite(curves['loss']?.[3])).toBe(false);
    await session.dispose();
  });

  it('refuses a feed of the wrong shape, naming input and shapes', async () => {
    const program = smallProgram();
    const session = await engine.open(program, { device, threads: 1 });
    session.load({ weights: initialWeights(program.train) });
    await expect(session.train(batches(3), rates(2))).rejects.toThrow(
      /input x needs f32\[2, 4.*got f32\[3, 4/,
    );
    await session.dispose();
  });
});

describe('the tfjs engine', () => {
  it('holds no tensor of sessions that were disposed of', async () => {
    const tf = createRequire(import.meta.url)('@tensorflow/tfjs-core') as typeof core;
    const program = smallProgram(ADAMW, 1);
    const weights = initialWeights(program.train);
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

  it('reports each device, usable or not, with a reason in words', async () => {
    const reports = await tfjsEngine.probe();
    expect(reports.map(({ device }) => device)).toEqual(['gpu', 'cpu', 'js']);
    for (const { reason } of reports) expect(reason).toMatch(/^\S.{10,}[^\n]$/);
  }, 130_000);

  it('refuses an unknown device in one line', async () => {
    await expect(tfjsEngine.open(smallProgram(), { device: 'tpu', threads: 1 })).rejects.toThrow(
      /device tpu: must be one of gpu, cpu, js/,
    );
  });
});
