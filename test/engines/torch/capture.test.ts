/** Steps that are recorded and replayed, as on a GPU: here every replay is a step, and all else is the same. */
import { describe, expect, it } from 'vitest';
import { openSession } from '../../../src/engines/torch/index.js';
import { ADAMW, batches, initialWeights, smallProgram, stepsOf } from '../../../bench/ops/small-network.js';
import { torchInstalled } from '../../support/torch.js';

const program = smallProgram(ADAMW, 1);
const feeds = batches(6);
const rates = Float32Array.of(0.01, 0.02, 0.01, 0.005, 0.01, 0.01);

/** Trains three steps, loads the start again, trains three others and evaluates. */
async function trained(asOnGpu: boolean) {
  const session = await openSession(program, { device: 'cpu', threads: 1 }, true, asOnGpu);
  session.load({ weights: initialWeights(program.train) });
  const first = await session.train(stepsOf(feeds, 0, 3), rates.slice(0, 3));
  const between = await session.read();
  session.load({ weights: initialWeights(program.train, 5) });
  const second = await session.train(stepsOf(feeds, 3, 6), rates.slice(3));
  const evaluated = await session.evaluate(batches());
  session.load(between);
  const third = await session.train(stepsOf(feeds, 3, 6), rates.slice(3));
  const state = await session.read();
  await session.dispose();
  return { first, second, third, between, evaluated, state };
}

describe.skipIf(!torchInstalled)('a recorded step', () => {
  it('trains as steps that are not recorded, whatever is loaded after it was recorded', async () => {
    const [plain, recorded] = [await trained(false), await trained(true)];
    // The small network's pools are the only ops that a GPU computes otherwise; they only compare.
    expect(recorded).toEqual(plain);
    expect(plain.third).not.toEqual(plain.second);
  });
});
