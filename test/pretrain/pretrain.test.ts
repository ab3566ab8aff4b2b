import { describe, expect, it } from 'vitest';
import { jigsaw3d } from '../../proxy-tasks/jigsaw3d.js';
import { rngOf } from '../../src/core/random.js';
import { intTensor, tensor } from '../../src/core/tensor.js';
import type { Graph } from '../../src/ir/graph.js';
import { convNormAct } from '../../src/nn/index.js';
import { stackBatches } from '../../src/pretrain/batches.js';
import { initialWeights } from '../../src/pretrain/initialise.js';
import { TrainingOptions } from '../../src/pretrain/options.js';
import { trainingProgram } from '../../src/pretrain/program.js';
import { learningRate } from '../../src/pretrain/schedule.js';

const at = (options: object, step: number): number => learningRate(TrainingOptions.parse(options), step);

describe('the learning rate', () => {
  const options = { steps: 100, warmup: 0.1, learningRate: 0.5 };

  it('rises linearly to its peak over the warm-up', () => {
    expect(at(options, 0)).toBeCloseTo(0.05);
    expect(at(options, 4)).toBeCloseTo(0.25);
    expect(at(options, 9)).toBeCloseTo(0.5);
  });

  it('falls along half a cosine to almost nothing', () => {
    expect(at(options, 10)).toBeCloseTo(0.5);
    expect(at(options, 55)).toBeCloseTo(0.25);
    expect(at(options, 99)).toBeGreaterThan(0);
    expect(at(options, 99)).toBeLessThan(0.001);
  });

  it('stays where it is when it is constant', () => {
    expect(at({ ...options, schedule: 'constant' }, 99)).toBe(0.5);
  });

  it('needs no warm-up', () => {
    expect(at({ ...options, warmup: 0 }, 0)).toBe(0.5);
  });
});

describe('initial weights', () => {
  const normal = (name: string) => ({
    name,
    shape: [50, 100],
    initialiser: { kind: 'normal', deviation: 0.2 } as const,
    trainable: true,
    decay: true,
  });

  it('depend on the name of their parameter, not on its neighbours', () => {
    const alone = initialWeights([normal('b')], rngOf('init'));
    const together = initialWeights([normal('a'), normal('b')], rngOf('init'));
    expect(together['b']).toEqual(alone['b']);
    expect(together['a']?.data).not.toEqual(together['b']?.data);
  });

  it('have the deviation that they are asked for', () => {
    const { data } = initialWeights([normal('a')], rngOf('init'))['a'] ?? { data: [] };
    const variance = Array.from(data).reduce((sum, value) => sum + value ** 2, 0) / data.length;
    expect(Math.sqrt(variance)).toBeGreaterThan(0.19);
    expect(Math.sqrt(variance)).toBeLessThan(0.21);
  });
});

describe('training options', () => {
  const taskOptions = jigsaw3d.options.parse({ patch: 6, permutations: 8 });
  const task = jigsaw3d.plan(taskOptions, { channels: 1, batch: 2 });
  const program = (training: object) =>
    trainingProgram(
      { name: 'small', inChannels: 1, encoder: convNormAct(1, 4, 'relu'), features: 4 },
      task,
      TrainingOptions.parse(training),
    );
  const smoothed = ({ nodes }: Graph): boolean =>
    nodes.some(
      ({ op, attributes }) => op === 'constant' && 'data' in attributes && attributes.data[0] === 0.3 / 8,
    );

  it('smooth the labels of the training loss, and leave the evaluation as it is', () => {
    const { train, evaluate } = program({ labelSmoothing: 0.3 });
    expect([smoothed(train), smoothed(evaluate)]).toEqual([true, false]);
    expect(smoothed(program({}).train)).toBe(false);
  });

  it('choose the optimiser and its momentum', () => {
    expect(program({}).optimiser).toMatchObject({ kind: 'adamw', beta1: 0.9 });
    expect(program({ optimiser: 'lamb', weightDecay: 0.1 }).optimiser).toMatchObject({
      kind: 'lamb',
      weightDecay: 0.1,
    });
    expect(program({ optimiser: 'sgd' }).optimiser).toMatchObject({ momentum: 0.9 });
    expect(program({ optimiser: 'sgd', momentum: 0 }).optimiser).toMatchObject({ momentum: 0 });
  });

  it('refuse a momentum that nothing would use', () => {
    expect(() => TrainingOptions.parse({ momentum: 0.8 })).toThrow(/only the optimiser sgd takes it/);
  });
});

describe('stacked batches', () => {
  it('hold each batch after the other along a new first axis', () => {
    const batch = (value: number) => ({
      x: tensor([2, 2], Float32Array.of(value, value, value, value)),
      y: intTensor([2], Int32Array.of(value, value)),
    });
    const stacked = stackBatches([batch(1), batch(2), batch(3)]);
    expect(stacked['x']).toEqual(tensor([3, 2, 2], Float32Array.of(1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3)));
    expect(stacked['y']).toEqual(intTensor([3, 2], Int32Array.of(1, 1, 2, 2, 3, 3)));
  });
});
