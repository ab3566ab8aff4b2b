import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { tensor } from '../../../src/core/tensor.js';
import { encodeGraphAsOnnx, onnxEngine, runGraph } from '../../../src/engines/onnx/index.js';
import { Builder } from '../../../src/ir/builder.js';
import type { Graph } from '../../../src/ir/graph.js';
import { initialWeights, smallProgram } from '../../../bench/ops/small-network.js';

/** A convolution, a reshape and a reduction over a batch of `batch`. */
function encoder(batch: number): Graph {
  const b = new Builder();
  const x = b.input('x', [batch, 2, 4, 4, 4]);
  const w = b.parameter('w', [3, 2, 3, 3, 3], { kind: 'normal', deviation: 0.5 });
  const gate = b.parameter('gate', [3, 3], { kind: 'normal', deviation: 0.5 });
  const h = b.conv(x, w, { stride: [2, 2, 2], padding: [1, 1, 1] });
  const scale = b.reshape(b.sigmoid(b.linear(b.reduceMean(h, [2, 3, 4]), gate)), [batch, 3, 1, 1, 1]);
  b.output('features', b.silu(b.mul(h, scale)));
  return b.build();
}

const ramp = (batch: number) =>
  tensor(
    [batch, 2, 4, 4, 4],
    Float32Array.from({ length: batch * 128 }, (_, i) => Math.sin(i)),
  );

describe('encodeGraphAsOnnx', () => {
  it('writes a model that gives the features of the engine, for any batch size', async () => {
    const weights = initialWeights(encoder(2));
    const bytes = encodeGraphAsOnnx(encoder(1), weights, { dynamicBatch: true, names: { x: 'input' } });
    const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 3 });
    for (const batch of [1, 2, 5]) {
      const { features: actual } = await session.run({
        input: new ort.Tensor('float32', ramp(batch).data, [batch, 2, 4, 4, 4]),
      });
      const { features: expected } = await runGraph(encoder(batch), weights, { x: ramp(batch) });
      expect(actual?.dims).toEqual(expected?.shape);
      const worst = Math.max(
        ...(expected?.data ?? []).map((value, i) => Math.abs(value - Number(actual?.data[i]))),
      );
      expect(worst).toBeLessThan(1e-6);
    }
    await session.release();
  });
});

describe('the onnx engine', () => {
  it('reports each device, usable or not, with a reason in words', async () => {
    const reports = await onnxEngine.probe();
    expect(reports.map(({ device }) => device)).toEqual(['cpu', 'webgpu', 'cuda']);
    expect(reports[0]?.usable).toBe(true);
    for (const { reason } of reports) expect(reason).toMatch(/^\S.{10,}[^\n]$/);
  }, 70_000);

  it('holds no memory of sessions that were disposed of', async () => {
    const program = smallProgram();
    const weights = initialWeights(program.train);
    const resident: number[] = [];
    for (let i = 0; i < 50; i++) {
      const session = await onnxEngine.open(program, { device: 'cpu', threads: 1 });
      session.load({ weights });
      await session.dispose();
      resident.push(process.memoryUsage.rss() / 2 ** 20);
    }
    // A session of this network holds more than 2 MB: thirty leaked ones would show.
    expect((resident[49] ?? 0) - (resident[19] ?? 0)).toBeLessThan(50);
  }, 60_000);
});
