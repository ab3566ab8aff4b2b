import { spawnSync } from 'node:child_process';
import { beforeAll, describe, expect, it } from 'vitest';
import type { AnyTensor } from '../../src/core/tensor.js';
import { ADAMW, batches, initialWeights, smallProgram } from '../../bench/ops/small-network.js';
import { testedEngines } from '../support/tested-engines.js';

const python = process.env['VOXOLVE_PYTHON'];
if (!python) console.info('skipped: comparison with PyTorch needs VOXOLVE_PYTHON, a Python with torch');

const plain = ({ shape, data }: AnyTensor) => ({ shape, data: Array.from(data) });

describe.skipIf(!python)('PyTorch', () => {
  const program = smallProgram(ADAMW, 1);
  const weights = initialWeights(program.train);
  const { x, labels } = batches(20) as { x: AnyTensor; labels: AnyTensor };
  let torch: { losses: number[]; running_var: number[] };

  beforeAll(() => {
    const input = JSON.stringify({
      weights: Object.fromEntries(Object.entries(weights).map(([name, value]) => [name, plain(value)])),
      x: plain(x),
      labels: plain(labels),
      rate: 0.01,
      clip: 1,
    });
    const options = { input, encoding: 'utf8', maxBuffer: 2 ** 28 } as const;
    const child = spawnSync(python ?? '', ['test/engines/small_network.py'], options);
    expect(child.stderr).toBe('');
    torch = JSON.parse(child.stdout) as typeof torch;
  }, 120_000);

  it.each(testedEngines)(
    'and $title give the same losses over twenty steps from the same weights, within 1e-4 relative',
    async ({ engine, device }) => {
      const session = await engine.open(program, { device, threads: 2 });
      session.load({ weights });
      const { curves } = await session.train({ x, labels }, new Float32Array(20).fill(0.01));
      const state = await session.read();
      await session.dispose();
      const relative = torch.losses.map((loss, k) => Math.abs(loss - (curves['loss']?.[k] ?? NaN)) / loss);
      expect(Math.max(...relative)).toBeLessThan(1e-4);
      torch.running_var.forEach((value, i) => {
        expect(state.weights['depthwise.running_var']?.data[i]).toBeCloseTo(value, 3);
      });
    },
    120_000,
  );
});
