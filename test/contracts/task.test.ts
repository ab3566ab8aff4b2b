/**
 * What every proxy task promises, whichever it is.
 */
import { describe, expect, it } from 'vitest';
import { proxyTasks } from '../../proxy-tasks/index.js';
import { parseOrThrow } from '../../src/core/validate.js';
import { present } from '../../src/core/errors.js';
import { rngOf } from '../../src/core/random.js';
import { sizeOf } from '../../src/core/tensor.js';
import { onnxEngine } from '../../src/engines/onnx/index.js';
import { verify } from '../../src/ir/verify.js';
import { stackBatches } from '../../src/pretrain/batches.js';
import { initialWeights } from '../../src/pretrain/initialise.js';
import { TrainingOptions } from '../../src/pretrain/options.js';
import { taskGraph, trainingProgram } from '../../src/pretrain/program.js';
import { cropsOf, encoder, planOf, small } from '../proxy-tasks/support.js';

describe.each(Object.keys(proxyTasks))('%s', (name) => {
  it('takes its own defaults, names its source and has a test of its own here', () => {
    const task = present(proxyTasks[name], name);
    const needed = name === 'multi' ? { tasks: [{ name: 'jigsaw3d' }] } : {};
    const plan = task.plan(task.options.parse(needed), { channels: 1, batch: 4 });
    expect(task.source.length).toBeGreaterThan(10);
    expect(task.name).toBe(name);
    expect(plan.crop.every((side) => Number.isInteger(side) && side > 0)).toBe(true);
    expect(plan.worst).toBeLessThanOrEqual(plan.chance);
    expect(small[name]).toBeDefined();
  });

  it.each([1, 2])('makes the batch that it declares, of scans with %i channel(s)', (channels) => {
    const plan = planOf(name, small[name], 3, channels);
    const batch = plan.prepare(cropsOf(plan, 3, channels), rngOf('batch'), 'train');
    expect(Object.keys(batch)).toEqual(plan.inputs.map((input) => input.name));
    for (const { name: input, shape, dtype } of plan.inputs) {
      expect(batch[input]?.shape).toEqual(shape);
      expect(batch[input]?.dtype).toBe(dtype);
      expect(batch[input]?.data.every(Number.isFinite)).toBe(true);
    }
    expect(plan.inputs.some((input) => sizeOf(input.shape) === sizeOf(plan.encoderInput))).toBe(true);
  });

  it('makes the same batch from the same generator and another from another', () => {
    const plan = planOf(name);
    const crops = cropsOf(plan, 3);
    const batch = (seed: number) => plan.prepare(crops, rngOf('same', seed), 'evaluate');
    expect(batch(1)).toEqual(batch(1));
    expect(batch(1)).not.toEqual(batch(2));
  });

  it('leaves the crops that it is given alone', () => {
    const plan = planOf(name);
    const crops = cropsOf(plan, 3);
    plan.prepare(crops, rngOf('alone'), 'train');
    expect(crops).toEqual(cropsOf(plan, 3));
  });

  it('gives finite values where a crop is constant', () => {
    const plan = planOf(name);
    const crops = cropsOf(plan, 3).map((crop) => ({ ...crop, voxels: crop.voxels.fill(7) }));
    for (const { data } of Object.values(plan.prepare(crops, rngOf('constant'), 'train'))) {
      expect(data.every(Number.isFinite)).toBe(true);
    }
  });

  it('trains on the default engine, and its loss falls on a batch seen again and again', async () => {
    const plan = planOf(name);
    const options = TrainingOptions.parse({ learningRate: 0.01, batch: 3, steps: 30 });
    const program = trainingProgram(encoder(), plan, options);
    verify(program.train);
    const session = await onnxEngine.open(program, { device: 'cpu', threads: 1 });
    try {
      session.load({ weights: initialWeights(program.train.parameters, rngOf('weights')) });
      const batch = plan.prepare(cropsOf(plan, 3), rngOf('batch'), 'evaluate');
      const steps = Array.from({ length: 30 }, () => batch);
      const { curves } = await session.train(stackBatches(steps), new Float32Array(30).fill(0.01));
      const loss = present(curves['loss'], 'loss');
      expect(loss.every(Number.isFinite)).toBe(true);
      expect(loss[29]).toBeLessThan(loss[0] ?? 0);
      const scores = await session.evaluate(batch);
      expect(scores[plan.metric]?.data[0]).toBeGreaterThanOrEqual(plan.worst);
      expect(scores[plan.metric]?.data[0]).toBeLessThanOrEqual(1);
    } finally {
      await session.dispose();
    }
  });

  it('names the same parameters in training and in evaluation', () => {
    const plan = planOf(name);
    const names = (training: boolean) =>
      taskGraph(encoder(), plan, training).parameters.map((parameter) => parameter.name);
    expect(names(true).sort()).toEqual(names(false).sort());
  });

  it('refuses unknown options by their name', () => {
    const task = present(proxyTasks[name], name);
    expect(() => parseOrThrow(task.options, { ...small[name], colour: 1 }, name)).toThrow(/"colour"/);
  });
});

describe('wrong options are refused with the valid range:', () => {
  it.each([
    ['jigsaw3d', { patch: 1 }, /"patch" is 1.*from 2 to 128/],
    ['jigsaw3d', { gap: 2 }, /"gap" is 2.*from 0 to 1/],
    ['rotation3d', { side: 3.5 }, /"side" is 3.5.*whole number from 4 to 128/],
    ['rotation3d', { classes: 12 }, /"classes" is 12.*10 or 24/],
    ['rpl3d', { patch: [4, 4] }, /"patch" is \[4,4\].*from 2 to 64, or three/],
    ['cpc3d', { grid: 3, steps: 3 }, /"steps" is 3.*from 1 to 2/],
    ['exemplar3d', { loss: 'mse' }, /"loss" is "mse".*"nt-xent" or "triplet"/],
    ['exemplar3d', { temperature: 0 }, /"temperature" is 0.*from 0.01 to 10/],
    ['restore3d', { paint: 1.5 }, /"paint" is 1.5.*from 0 to 1/],
    ['mae3d', { ratio: 1 }, /"ratio" is 1.*from 0.05 to 0.95/],
    ['vicreg3d', { zoom: 0.9 }, /"zoom" is 0.9.*from 0 to 0.5/],
    ['order', { clips: 5 }, /"clips" is 5.*from 2 to 4/],
    ['pace', { rates: [2, 2] }, /"rates" is \[2,2\].*2 to 8 different rates/],
    ['multi', { tasks: [] }, /"tasks" is \[\].*1 to 8 tasks/],
    ['multi', { tasks: [{ name: 'x' }] }, /"tasks.0.name" is "x".*one of jigsaw3d/],
  ])('%s %j', (name, options, complaint) => {
    expect(() => parseOrThrow(present(proxyTasks[name], name).options, options, name)).toThrow(complaint);
  });

  it('those of a task within a mix, by its name', () => {
    expect(() => planOf('multi', { tasks: [{ name: 'mae3d', options: { ratio: 1 } }] })).toThrow(
      /options of proxy task mae3d: "ratio" is 1.*from 0.05 to 0.95/,
    );
  });

  it('a batch of one where crops are compared', () => {
    expect(() => planOf('exemplar3d', {}, 1)).toThrow(/a batch of at least 2, got 1/);
  });
});
