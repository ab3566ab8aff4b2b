/** Updates of long vectors, which engine torch takes in pieces on a CPU, against those of engine onnx. */
import { describe, expect, it } from 'vitest';
import { sizeOf, tensor } from '../../../src/core/tensor.js';
import type { Engine, OptimiserSpec, TrainingProgram } from '../../../src/engines/engine.js';
import { onnxEngine } from '../../../src/engines/onnx/index.js';
import { torchEngine } from '../../../src/engines/torch/index.js';
import { Builder } from '../../../src/ir/builder.js';
import { torchInstalled } from '../../support/torch.js';

// A large epsilon: with a small one first steps have the sign of a gradient, which rounding turns around where it is near 0.
const moments = { beta1: 0.9, beta2: 0.99, epsilon: 0.1, weightDecay: 0.01 };
const optimisers: readonly OptimiserSpec[] = [
  { kind: 'adamw', ...moments },
  { kind: 'lamb', ...moments },
  { kind: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 0.01 },
];

const noise = (count: number, scale: number): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => scale * Math.sin(i * i + 1));

/** Short parameters before, between and after two of more than 2¹⁷ values, one of which leaves a rest. */
function programOf(optimiser: OptimiserSpec, clipNorm?: number): TrainingProgram {
  const b = new Builder();
  let x = b.input('x', [3, 400]);
  for (const [layer, [inside, outside]] of [
    [400, 20],
    [20, 9000],
    [9000, 30],
    [30, 5],
  ].entries()) {
    const weight = b.parameter(`${layer}.weight`, [outside!, inside!], { kind: 'constant', value: 0 });
    x = b.linear(x, weight, b.parameter(`${layer}.bias`, [outside!], { kind: 'constant', value: 0 }));
  }
  b.output('loss', b.reduceMean(b.square(x), [0, 1]));
  const graph = b.build();
  return { train: graph, evaluate: graph, optimiser, ...(clipNorm === undefined ? {} : { clipNorm }) };
}

async function trained(engine: Engine, program: TrainingProgram) {
  const session = await engine.open(program, { device: 'cpu', threads: 1 });
  const weights = Object.fromEntries(
    program.train.parameters.map(({ name, shape }) => [
      name,
      tensor(shape, noise(sizeOf(shape), 1 / Math.sqrt(shape.at(-1) ?? 1))),
    ]),
  );
  session.load({ weights });
  await session.train({ x: tensor([4, 3, 400], noise(4800, 1)) }, new Float32Array(4).fill(0.01));
  const state = await session.read();
  await session.dispose();
  return { before: weights, ...state };
}

describe.skipIf(!torchInstalled)('an update of long vectors', () => {
  it.each([...optimisers.map((one) => [one.kind, one] as const)])(
    'is that of the other engine, for %s',
    async (_, optimiser) => {
      for (const clipNorm of [undefined, 0.1]) {
        const program = programOf(optimiser, clipNorm);
        const [ours, theirs] = [await trained(torchEngine, program), await trained(onnxEngine, program)];
        for (const [name, { data }] of Object.entries(theirs.weights)) {
          const [own, start] = [ours.weights[name]!.data, ours.before[name]!.data];
          const moved = data.reduce((most, value, i) => Math.max(most, Math.abs(value - start[i]!)), 0);
          const apart = data.reduce((most, value, i) => Math.max(most, Math.abs(value - own[i]!)), 0);
          expect(moved, name).toBeGreaterThan(0);
          expect(apart / moved, `${name}, clipped to ${clipNorm}`).toBeLessThan(1e-3);
        }
      }
    },
  );
});
