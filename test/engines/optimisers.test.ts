import { describe, expect, it } from 'vitest';
import { tensor, type TensorMap } from '../../src/core/tensor.js';
import type { OptimiserSpec, SessionState, TrainingProgram } from '../../src/engines/engine.js';
import { Builder } from '../../src/ir/builder.js';
import type { Graph } from '../../src/ir/graph.js';
import { testedEngines, type TestedEngine } from '../support/tested-engines.js';

const STEPS = 12;
const TARGETS = Array.from({ length: STEPS }, (_, k) => Math.sin(k));
const RATES = Array.from({ length: STEPS }, (_, k) => 0.1 / (k + 1));
const START = { w: [0.5, -1.5], b: [2] };

/** loss = Σ (w − target)² + 3 Σ (b − target)², with decay on w only. */
function graph(): Graph {
  const b = new Builder();
  const target = b.input('target', [1]);
  const spec = { kind: 'constant', value: 0 } as const;
  const w = b.parameter('w', [2], spec, { decay: true });
  const bias = b.parameter('b', [1], spec, { decay: false });
  const square = (x: typeof w) => b.reduceSum(b.square(b.sub(x, target)), [0]);
  b.output('loss', b.add(square(w), b.mul(b.scalar(3), square(bias))));
  return b.build();
}

async function trainedBy(
  { engine, device }: TestedEngine,
  optimiser: OptimiserSpec,
  clipNorm?: number,
  rates?: TrainingProgram['rates'],
): Promise<SessionState> {
  const whole = graph();
  const program: TrainingProgram = {
    train: whole,
    evaluate: whole,
    optimiser,
    ...(clipNorm === undefined ? {} : { clipNorm }),
    ...(rates === undefined ? {} : { rates }),
  };
  const session = await engine.open(program, { device, threads: 1 });
  const weights: TensorMap = {
    w: tensor([2], Float32Array.from(START.w)),
    b: tensor([1], Float32Array.from(START.b)),
  };
  session.load({ weights });
  await session.train({ target: tensor([STEPS, 1], Float32Array.from(TARGETS)) }, Float32Array.from(RATES));
  const state = await session.read();
  await session.dispose();
  return state;
}

/** One parameter's value after all steps, by the formulas of the papers, in doubles. */
function followed(
  update: (x: number, gradient: number, rate: number, step: number) => number,
  x: number,
  weight: number,
  scales?: number[],
) {
  for (let k = 0; k < STEPS; k++) {
    const gradient = 2 * weight * (x - (TARGETS[k] ?? 0)) * (scales?.[k] ?? 1);
    x = update(x, gradient, RATES[k] ?? 0, k + 1);
  }
  return x;
}

function adamwBy(decay: number) {
  let [m, v] = [0, 0];
  return (x: number, g: number, rate: number, t: number): number => {
    m = 0.9 * m + 0.1 * g;
    v = 0.99 * v + 0.01 * g * g;
    const [mHat, vHat] = [m / (1 - 0.9 ** t), v / (1 - 0.99 ** t)];
    return x * (1 - rate * decay) - (rate * mHat) / (Math.sqrt(vHat) + 1e-8);
  };
}

function sgdBy(decay: number, nesterov: boolean) {
  let velocity = 0;
  return (x: number, gradient: number, rate: number): number => {
    const g = gradient + decay * x;
    velocity = 0.9 * velocity + g;
    return x - rate * (nesterov ? g + 0.9 * velocity : velocity);
  };
}

describe.each(testedEngines)('the optimisers of $title', (tested) => {
  const trained = (optimiser: OptimiserSpec, clipNorm?: number, rates?: TrainingProgram['rates']) =>
    trainedBy(tested, optimiser, clipNorm, rates);
  const adamw = { kind: 'adamw', beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0.2 } as const;

  it('AdamW follows the paper, with decay only where it applies', async () => {
    const { weights } = await trained(adamw);
    START.w.forEach((start, i) => {
      expect(weights['w']?.data[i]).toBeCloseTo(followed(adamwBy(0.2), start, 1), 5);
    });
    expect(weights['b']?.data[0]).toBeCloseTo(followed(adamwBy(0), 2, 3), 5);
  });

  it.each([false, true])('SGD with momentum follows its formula (nesterov: %s)', async (nesterov) => {
    const { weights } = await trained({ kind: 'sgd', momentum: 0.9, nesterov, weightDecay: 0.1 });
    START.w.forEach((start, i) => {
      expect(weights['w']?.data[i]).toBeCloseTo(followed(sgdBy(0.1, nesterov), start, 1), 4);
    });
    expect(weights['b']?.data[0]).toBeCloseTo(followed(sgdBy(0, nesterov), 2, 3), 4);
  });

  it('LAMB follows the paper: the norm of its step is that of the weights, where decay applies', async () => {
    const { weights } = await trained({ ...adamw, kind: 'lamb' });
    let [x, m, v] = [START.w, [0, 0], [0, 0]];
    for (let k = 0; k < STEPS; k++) {
      const g = x.map((value) => 2 * (value - (TARGETS[k] ?? 0)));
      m = m.map((value, i) => 0.9 * value + 0.1 * (g[i] ?? 0));
      v = v.map((value, i) => 0.99 * value + 0.01 * (g[i] ?? 0) ** 2);
      const [c1, c2] = [1 - 0.9 ** (k + 1), 1 - 0.99 ** (k + 1)];
      const u = x.map((value, i) => (m[i] ?? 0) / c1 / (Math.sqrt((v[i] ?? 0) / c2) + 1e-8) + 0.2 * value);
      const ratio = Math.hypot(...x) / Math.hypot(...u);
      x = x.map((value, i) => value - (RATES[k] ?? 0) * ratio * (u[i] ?? 0));
    }
    x.forEach((value, i) => {
      expect(weights['w']?.data[i]).toBeCloseTo(value, 5);
    });
    expect(weights['b']?.data[0]).toBeCloseTo(followed(adamwBy(0), 2, 3), 5);
  });

  it('clipping scales all gradients to the norm that is allowed', async () => {
    const plain = { kind: 'sgd', momentum: 0, nesterov: false, weightDecay: 0 } as const;
    const { weights } = await trained(plain, 0.25);
    let x = [...START.w, ...START.b];
    for (let k = 0; k < STEPS; k++) {
      const g = x.map((value, i) => 2 * (i === 2 ? 3 : 1) * (value - (TARGETS[k] ?? 0)));
      const scale = Math.min(1, 0.25 / (Math.hypot(...g) + 1e-6));
      x = x.map((value, i) => value - (RATES[k] ?? 0) * scale * (g[i] ?? 0));
    }
    expect(
      [...(weights['w']?.data ?? []), ...(weights['b']?.data ?? [])].map((value, i) => value - (x[i] ?? 0)),
    ).toEqual(x.map(() => expect.closeTo(0, 5) as number));
  });

  it('a factor on the rate of a parameter scales its step and its decay, and no other', async () => {
    const slowed =
      (update: ReturnType<typeof adamwBy>, factor: number) =>
      (x: number, g: number, rate: number, t: number): number =>
        update(x, g, rate * factor, t);
    const { weights } = await trained(adamw, undefined, { w: 0.3 });
    START.w.forEach((start, i) => {
      expect(weights['w']?.data[i]).toBeCloseTo(followed(slowed(adamwBy(0.2), 0.3), start, 1), 5);
    });
    expect(weights['b']?.data[0]).toBeCloseTo(followed(adamwBy(0), 2, 3), 5);
    const lamb = await trained({ ...adamw, kind: 'lamb' }, undefined, { b: 0.3 });
    expect(lamb.weights['b']?.data[0]).toBeCloseTo(followed(slowed(adamwBy(0), 0.3), 2, 3), 5);
    const nesterov = { kind: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 0.1 } as const;
    const sgd = await trained(nesterov, undefined, { w: 2, b: 0.3 });
    expect(sgd.weights['b']?.data[0]).toBeCloseTo(followed(slowed(sgdBy(0, true), 0.3), 2, 3), 4);
  });

  it('a parameter of factor 0 stays as it is, has no moments, and counts in no norm', async () => {
    const sgd = { kind: 'sgd', momentum: 0, nesterov: false, weightDecay: 0.1 } as const;
    const { weights, optimiser } = await trained(sgd, 0.25, { b: 0 });
    expect([...(weights['b']?.data ?? [])]).toEqual(START.b);
    expect(Object.keys(optimiser)).toEqual(['momentum_buffer/w']);
    let x = START.w;
    for (let k = 0; k < STEPS; k++) {
      const g = x.map((value) => 2 * (value - (TARGETS[k] ?? 0)));
      const scale = Math.min(1, 0.25 / (Math.hypot(...g) + 1e-6));
      x = x.map((value, i) => value - (RATES[k] ?? 0) * (scale * (g[i] ?? 0) + 0.1 * value));
    }
    x.forEach((value, i) => {
      expect(weights['w']?.data[i]).toBeCloseTo(value, 5);
    });
  });

  it('refuses factors that are none, and parameters that it does not know', async () => {
    await expect(trained(adamw, undefined, { w: -1 })).rejects.toThrow(/w has the factor -1/);
    await expect(trained(adamw, undefined, { other: 1 })).rejects.toThrow(/no parameter other/);
  });

  it('factors of 1 change no bit', async () => {
    expect(await trained(adamw, 0.5, { w: 1, b: 1 })).toEqual(await trained(adamw, 0.5));
  });

  it('names its own tensors after the parameters that they belong to', async () => {
    const { optimiser, step } = await trained(adamw);
    expect(Object.keys(optimiser).sort()).toEqual(['exp_avg/b', 'exp_avg/w', 'exp_avg_sq/b', 'exp_avg_sq/w']);
    expect(step).toBe(STEPS);
  });
});
