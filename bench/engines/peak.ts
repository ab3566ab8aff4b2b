/**
 * Peak rate of the machine: a chain of 1024³ matrix products through the default engine.
 */
import { rngOf } from '../../src/core/random.js';
import { tensor } from '../../src/core/tensor.js';
import { onnxEngine } from '../../src/engines/onnx/index.js';
import { Builder } from '../../src/ir/builder.js';
import type { Graph } from '../../src/ir/graph.js';

const SIDE = 1024;
const PRODUCTS = 4;

export interface PeakMeter {
  /** Runs a further chain; returns GFLOP/s. */
  measure(): Promise<number>;
  dispose(): Promise<void>;
}

export async function peakMeter(threads: number): Promise<PeakMeter> {
  const graph = chain();
  const optimiser = { kind: 'sgd', momentum: 0, nesterov: false, weightDecay: 0 } as const;
  const session = await onnxEngine.open(
    { train: graph, evaluate: graph, optimiser },
    { device: 'cpu', threads },
  );
  const rng = rngOf('bench', 'peak');
  const matrix = (): Float32Array =>
    Float32Array.from({ length: SIDE ** 2 }, () => rng.normal() / Math.sqrt(SIDE));
  session.load({ weights: { w: tensor([SIDE, SIDE], matrix()) } });
  const feeds = { x: tensor([SIDE, SIDE], matrix()) };
  await session.evaluate(feeds);
  return {
    measure: async () => {
      const before = performance.now();
      await session.evaluate(feeds);
      return (PRODUCTS * 2 * SIDE ** 3) / ((performance.now() - before) * 1e6);
    },
    dispose: () => session.dispose(),
  };
}

function chain(): Graph {
  const b = new Builder();
  const w = b.parameter('w', [SIDE, SIDE], { kind: 'constant', value: 0 });
  let x = b.input('x', [SIDE, SIDE]);
  for (let i = 0; i < PRODUCTS; i++) x = b.matmul(x, w);
  b.output('loss', b.reduceMean(x, [0, 1]));
  return b.build();
}
