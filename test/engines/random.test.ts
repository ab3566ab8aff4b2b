import { describe, expect, it } from 'vitest';
import { tensor } from '../../src/core/tensor.js';
import type { TrainingProgram } from '../../src/engines/engine.js';
import { onnxEngine, runGraph } from '../../src/engines/onnx/index.js';
import { Builder } from '../../src/ir/builder.js';
import type { Graph } from '../../src/ir/graph.js';
import { uniformRandom } from '../../src/ir/random.js';
import { interpret } from '../../bench/ops/reference.js';

function draws(shape: readonly number[], purpose = 'a'): Graph {
  const b = new Builder();
  b.output('u', uniformRandom(b, shape, purpose));
  return b.build();
}

const states = (seed: readonly number[], step: readonly number[]) => ({
  'random.seed': tensor([2], Float32Array.from(seed)),
  'random.step': tensor([2], Float32Array.from(step)),
});

async function drawn(
  shape: readonly number[],
  { seed = [0.3, -0.7], step = [0, 0], purpose = 'a' } = {},
): Promise<Float32Array> {
  const { u } = await runGraph(draws(shape, purpose), states(seed, step), {});
  return u?.data ?? new Float32Array();
}

const mean = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((a, b) => a + b, 0) / values.length;

function correlation(a: Float32Array, c: Float32Array): number {
  const [ma, mc] = [mean(a), mean(c)];
  return 12 * mean(a.map((value, i) => (value - ma) * ((c[i] ?? 0) - mc)));
}

describe('random numbers of the graph', () => {
  it('are uniform, and unrelated between steps, purposes, seeds and neighbours', async () => {
    const shape = [64, 256];
    const first = await drawn(shape);
    for (let bin = 0; bin < 16; bin++) {
      const share = first.filter((u) => Math.floor(u * 16) === bin).length / first.length;
      // 16,384 draws: five standard deviations are 0.0095.
      expect(Math.abs(share - 1 / 16)).toBeLessThan(0.0095);
    }
    const others = [
      await drawn(shape, { step: [1, 0] }),
      await drawn(shape, { step: [0, 1] }),
      await drawn(shape, { purpose: 'b' }),
      await drawn(shape, { seed: [0.31, -0.7] }),
      first.slice(1),
      first.slice(256),
    ];
    // Five standard deviations are 0.039.
    for (const other of others)
      expect(Math.abs(correlation(first.slice(0, other.length), other))).toBeLessThan(0.04);
  });

  it('are those of exact arithmetic, bit for bit', async () => {
    const seed = Array.from(Float32Array.from([0.3, -0.7]));
    const exact = interpret(draws([5, 7, 1030]), {
      'random.seed': Float64Array.from(seed),
      'random.step': Float64Array.from([1018, 3]),
    })['u'];
    const actual = await drawn([5, 7, 1030], { step: [1018, 3] });
    expect(Array.from(actual)).toEqual(
      Array.from(exact?.data ?? [], Math.fround).map((u) => expect.closeTo(u, 6) as number),
    );
  });
});

describe('dropout in a training program', () => {
  /** loss = mean(w · mask), so that a step's gradient of w is the mask over its size. */
  function program(): TrainingProgram {
    const graph = (training: boolean): Graph => {
      const b = new Builder();
      b.input('x', [1]);
      const w = b.parameter('w', [1000], { kind: 'constant', value: 0 });
      b.output('loss', b.reduceMean(training ? b.dropout(w, 0.25, 'head') : w, [0]));
      return b.build();
    };
    const optimiser = { kind: 'sgd', momentum: 0, nesterov: false, weightDecay: 0 } as const;
    return { train: graph(true), evaluate: graph(false), optimiser };
  }
  const feeds = (steps: number) => ({ x: tensor([steps, 1], new Float32Array(steps)) });
  const weights = { w: tensor([1000], new Float32Array(1000)), ...states([0.5, 0.1], [0, 0]) };

  it('drops another share of the values in each step, and keeps the mean', async () => {
    const session = await onnxEngine.open(program(), { device: 'cpu', threads: 1 });
    session.load({ weights });
    await session.train(feeds(8), new Float32Array(8).fill(1000));
    const { weights: after } = await session.read();
    const kept = Array.from(after['w']?.data ?? [], (value) => Math.round(-value * 0.75));
    expect(new Set(kept).size).toBeGreaterThan(5);
    // 8,000 draws: five standard deviations of the share are 0.024.
    expect(Math.abs(mean(kept) / 8 - 0.75)).toBeLessThan(0.025);
    expect(Array.from(after['random.step']?.data ?? [])).toEqual([8, 0]);
    await session.dispose();
  });

  it('goes on after a resumed step as if nothing had happened', async () => {
    const whole = await onnxEngine.open(program(), { device: 'cpu', threads: 1 });
    whole.load({ weights });
    await whole.train(feeds(3), new Float32Array(3).fill(1));
    const middle = await whole.read();
    await whole.train(feeds(4), new Float32Array(4).fill(1));
    const resumed = await onnxEngine.open(program(), { device: 'cpu', threads: 1 });
    resumed.load(middle);
    await resumed.train(feeds(4), new Float32Array(4).fill(1));
    expect(await resumed.read()).toEqual(await whole.read());
    await whole.dispose();
    await resumed.dispose();
  });
});
