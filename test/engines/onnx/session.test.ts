/** What sessions of the onnx engine promise beyond the contract (test/contracts/engine.test.ts). */
import { describe, expect, it } from 'vitest';
import { onnxEngine } from '../../../src/engines/onnx/index.js';
import { batches, initialWeights, smallProgram } from '../../../bench/ops/small-network.js';

async function trained(threads: number, spin = false) {
  const program = smallProgram();
  const session = await onnxEngine.open(program, { device: 'cpu', threads, spin });
  session.load({ weights: initialWeights(program.train) });
  const { curves } = await session.train(batches(20), new Float32Array(20).fill(0.01));
  const state = await session.read();
  const evaluated = await session.evaluate(batches());
  await session.dispose();
  return { losses: curves['loss'], state, evaluated };
}

describe('a session of the onnx engine', () => {
  it('gives the same bits with one, two and three threads', async () => {
    const one = await trained(1);
    expect(await trained(2)).toEqual(one);
    expect(await trained(3)).toEqual(one);
  });

  it('gives the same bits whether threads that wait spin or sleep', async () => {
    expect(await trained(2, true)).toEqual(await trained(2));
  });
});
