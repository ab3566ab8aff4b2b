import { describe, expect, it } from 'vitest';
import { Builder } from '../../../src/ir/builder.js';
import type { OptimiserSpec, TrainingProgram } from '../../../src/engines/engine.js';
import { blockSize } from '../../../src/engines/onnx/block-size.js';
import { regionsOf } from '../../../src/engines/onnx/chunks.js';
import { lowerings } from '../../../src/engines/onnx/lowerings/index.js';
import { floats, openModel, ort, valuesOf } from '../../../src/engines/onnx/runtime.js';
import { STEP_COUNT, trainModel } from '../../../src/engines/onnx/train-model.js';
import { groupsOf, SCALARS, trainingGraph } from '../../../src/engines/training-graph.js';
import { sizeOf } from '../../../src/core/tensor.js';

const moments = { beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0.01 };
const optimisers: readonly OptimiserSpec[] = [
  { kind: 'adamw', ...moments },
  { kind: 'lamb', ...moments },
  { kind: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 0.01 },
];

/** A linear layer of 2²⁰ weights. */
function programOf(optimiser: OptimiserSpec): TrainingProgram {
  const b = new Builder();
  const x = b.input('x', [2, 1024]);
  const w = b.parameter('w', [1024, 1024], { kind: 'constant', value: 0 });
  b.output('loss', b.reduceMean(b.square(b.linear(x, w)), [0, 1]));
  const graph = b.build();
  return { train: graph, evaluate: graph, optimiser, clipNorm: 0.01 };
}

describe('elementwise work on long vectors, in pieces', () => {
  it.each(optimisers)('gives the same bits as in one piece, for $kind', async (optimiser) => {
    const program = programOf(optimiser);
    const step = trainingGraph(program, groupsOf(program));
    expect(regionsOf(step).size).toBeGreaterThan(0);
    const table = lowerings.cpu(await blockSize());
    const noise = (count: number): Float32Array =>
      Float32Array.from({ length: count }, (_, i) => Math.sin(i * i));
    const feeds: Record<string, ort.Tensor> = {
      x: floats(noise(2 * 2 * 1024), [2, 2, 1024]),
      [STEP_COUNT]: new ort.Tensor('int64', [2n], []),
    };
    for (const name of SCALARS) feeds[name] = floats(new Float32Array(2).fill(0.01), [2]);
    for (const { name, shape } of step.parameters)
      feeds[`${name}/before`] = floats(noise(sizeOf(shape)).map(Math.abs), shape);
    const [whole, inPieces] = await Promise.all(
      [false, true].map(async (pieces) => {
        const session = await openModel(trainModel(step, table, pieces), { device: 'cpu', threads: 2 });
        const results = await session.run(feeds);
        await session.release();
        return step.parameters.map(({ name }) => valuesOf(results[name]));
      }),
    );
    expect(whole?.some((vector) => vector.some((value) => value !== 0))).toBe(true);
    whole?.forEach((vector, i) => {
      expect(inPieces?.[i]?.length).toBe(vector.length);
      expect(vector.findIndex((value, k) => !Object.is(value, inPieces?.[i]?.[k]))).toBe(-1);
    });
  });
});
