import { describe, expect, it } from 'vitest';
import type { SessionState, TrainingProgram } from '../../src/engines/engine.js';
import { onnxEngine } from '../../src/engines/onnx/index.js';
import { ADAMW, batches, initialWeights, SGD, smallProgram, stepsOf } from '../support/small-network.js';

const rates = (steps: number, rate = 0.01): Float32Array => new Float32Array(steps).fill(rate);

async function trained(
  program: TrainingProgram,
  threads: number,
  calls: readonly (readonly [number, number])[],
) {
  const session = await onnxEngine.open(program, { device: 'cpu', threads });
  session.load({ weights: initialWeights(program.train) });
  const feeds = batches(20);
  const losses: number[] = [];
  for (const [from, to] of calls) {
    const { curves } = await session.train(stepsOf(feeds, from, to), rates(to - from));
    losses.push(...(curves['loss'] ?? []));
  }
  const state = await session.read();
  const evaluated = await session.evaluate(batches());
  await session.dispose();
  return { losses, state, evaluated };
}

describe('a session of the onnx engine', () => {
  it('lowers the loss over twenty steps on one batch', async () => {
    const program = smallProgram();
    const session = await onnxEngine.open(program, { device: 'cpu', threads: 2 });
    session.load({ weights: initialWeights(program.train) });
    const one = stepsOf(batches(1), 0, 1);
    const losses: number[] = [];
    for (let i = 0; i < 20; i++) losses.push(...((await session.train(one, rates(1))).curves['loss'] ?? []));
    await session.dispose();
    expect(losses[19]).toBeLessThan(0.6 * (losses[0] ?? 0));
  });

  it('gives the same bits with one, two and three threads', async () => {
    const whole = [[0, 20]] as const;
    const one = await trained(smallProgram(), 1, whole);
    expect(await trained(smallProgram(), 2, whole)).toEqual(one);
    expect(await trained(smallProgram(), 3, whole)).toEqual(one);
  });

  it('gives the same bits however the steps are divided into calls', async () => {
    const whole = await trained(smallProgram(ADAMW, 1), 2, [[0, 20]]);
    const parts = await trained(smallProgram(ADAMW, 1), 2, [
      [0, 1],
      [1, 8],
      [8, 20],
    ]);
    expect(parts).toEqual(whole);
  });

  it('continues bit for bit from a state that was read and loaded', async () => {
    const program = smallProgram(SGD);
    const whole = await trained(program, 1, [[0, 20]]);
    const first = await trained(program, 1, [[0, 7]]);
    const session = await onnxEngine.open(program, { device: 'cpu', threads: 1 });
    session.load(structuredClone<SessionState>(first.state));
    const { curves } = await session.train(stepsOf(batches(20), 7, 20), rates(13));
    expect([...first.losses, ...(curves['loss'] ?? [])]).toEqual(whole.losses);
    expect(await session.read()).toEqual(whole.state);
    await session.dispose();
  });

  it('reports a diverging loss as a value that is not finite, without throwing', async () => {
    const program = smallProgram(SGD);
    const session = await onnxEngine.open(program, { device: 'cpu', threads: 1 });
    session.load({ weights: initialWeights(program.train) });
    const { curves } = await session.train(batches(6), rates(6, 1e30));
    expect(Number.isFinite(curves['loss']?.[5])).toBe(false);
    await session.dispose();
  });

  it('refuses a feed of the wrong shape, naming input and shapes', async () => {
    const program = smallProgram();
    const session = await onnxEngine.open(program, { device: 'cpu', threads: 1 });
    session.load({ weights: initialWeights(program.train) });
    await expect(session.train(batches(3), rates(2))).rejects.toThrow(
      /input x needs f32\[2, 4.*got f32\[3, 4/,
    );
    await session.dispose();
  });

  it('refuses an unknown device in one line', async () => {
    await expect(onnxEngine.open(smallProgram(), { device: 'tpu', threads: 1 })).rejects.toThrow(
      /device tpu: must be one of cpu/,
    );
  });
});
