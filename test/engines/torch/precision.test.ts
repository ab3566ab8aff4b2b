/** Shorter factors of products: what engine torch offers, and that nobody takes them silently for 32-bit floats. */
import { describe, expect, it } from 'vitest';
import { chooseEngine } from '../../../src/calibration/engine-choice.js';
import type { Precision } from '../../../src/engines/engine.js';
import { engines } from '../../../src/engines/index.js';
import { torchEngine } from '../../../src/engines/torch/index.js';
import { batches, initialWeights, smallProgram } from '../../../bench/ops/small-network.js';
import { torchInstalled } from '../../support/torch.js';

const program = smallProgram();

async function losses(precision: Precision): Promise<readonly number[]> {
  const session = await torchEngine.open(program, { device: 'cpu', threads: 1, precision });
  session.load({ weights: initialWeights(program.train) });
  const { curves } = await session.train(batches(6), new Float32Array(6).fill(0.01));
  await session.dispose();
  return [...(curves['loss'] ?? [])];
}

describe.skipIf(!torchInstalled)('bfloat16 on the CPU', () => {
  it('is near 32-bit floats, not the same, and the same again', async () => {
    const [exact, narrow] = [await losses('float32'), await losses('bfloat16')];
    expect(narrow).not.toEqual(exact);
    // bfloat16 has 8 significant bits.
    narrow.forEach((loss, k) => expect(Math.abs(loss / (exact[k] ?? NaN) - 1)).toBeLessThan(0.05));
    expect(await losses('bfloat16')).toEqual(narrow);
  });
});

describe('a precision that an engine or device does not have', () => {
  it.each([
    ['onnx', 'cpu', 'bfloat16'],
    ['onnx', 'cpu', 'tf32'],
    ['tfjs', 'js', 'bfloat16'],
    ['torch', 'cpu', 'tf32'],
    ['torch', 'mps', 'bfloat16'],
  ] as const)('is refused by %s on %s in one line (%s)', async (name, device, precision) => {
    const line = new RegExp(
      `^precision ${precision}: must be float32[^\\n]* on device ${device} of engine ${name};[^\\n]*$`,
    );
    const open = engines[name]?.open(program, { device, threads: 1, precision });
    await expect(open).rejects.toThrow(line);
    await expect(chooseEngine({ engine: name, device, precision })).rejects.toThrow(line);
  });
});
