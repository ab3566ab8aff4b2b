/**
 * The onnx engine on webgpu: every op, and a whole network. Slow on a software driver, so a suite of its own:
 * `npm run test:webgpu`.
 */
import { describe, expect, it } from 'vitest';
import { onnxEngine, runGraph } from '../../src/engines/onnx/index.js';
import { inferenceModel } from '../../src/engines/onnx/inference-model.js';
import { lowerings } from '../../src/engines/onnx/lowerings/index.js';
import { floats, openModel } from '../../src/engines/onnx/runtime.js';
import { Builder } from '../../src/ir/builder.js';
import { deviationsOf, type Compute } from '../../bench/ops/deviations.js';
import { opCases } from '../../bench/ops/op-cases.js';
import { batches, initialWeights, smallProgram } from '../../bench/ops/small-network.js';

const report = (await onnxEngine.probe()).find(({ device }) => device === 'webgpu');
if (!report?.usable) console.info(`skipped: webgpu does not work here: ${report?.reason ?? 'unknown'}`);

describe.skipIf(!report?.usable)('the onnx engine on webgpu', () => {
  it.each(opCases)('agrees with the reference on values and gradients of $title', async (opCase) => {
    const run = (...given: Parameters<Compute>) => runGraph(...given, { device: 'webgpu', threads: 1 });
    for (const { name, difference } of await deviationsOf(opCase, { run }))
      expect(difference, name).toBeLessThan(opCase.tolerance);
  });

  it('refuses a model of which the CPU would run a part', async () => {
    const b = new Builder();
    b.output('y', b.logSoftmax(b.input('x', [2, 3])));
    // The CPU's lowering keeps LogSoftmax, which webgpu lacks.
    const model = inferenceModel(b.build(), lowerings.cpu(1));
    const session = await openModel(model, { device: 'webgpu', threads: 1 });
    await expect(session.run({ x: floats(new Float32Array(6), [2, 3]) })).rejects.toThrow(
      /device webgpu: .* leaves to the CPU: LogSoftmax \(1\)/,
    );
    await session.release();
  });

  it('gives the losses of the CPU over twenty steps from the same weights, within 1e-3 relative', async () => {
    const program = smallProgram();
    const weights = initialWeights(program.train);
    const losses = async (device: string): Promise<Float32Array> => {
      const session = await onnxEngine.open(program, { device, threads: 1 });
      session.load({ weights });
      const { curves } = await session.train(batches(20), new Float32Array(20).fill(0.01));
      await session.dispose();
      return curves['loss'] ?? new Float32Array();
    };
    const [cpu, gpu] = [await losses('cpu'), await losses('webgpu')];
    cpu.forEach((loss, k) => {
      expect(Math.abs((gpu[k] ?? NaN) - loss) / loss).toBeLessThan(1e-3);
    });
  }, 600_000);
});
