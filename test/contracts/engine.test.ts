/**
 * The contract that every engine keeps (src/engines/engine.ts): what a session does with a training program.
 */
import { describe, expect, it } from 'vitest';
import type { SessionState, TrainingProgram } from '../../src/engines/engine.js';
import { onnxEngine } from '../../src/engines/onnx/index.js';
import { ADAMW, batches, initialWeights, SGD, smallProgram, stepsOf } from '../../bench/ops/small-network.js';
import { testedEngines, type TestedEngine } from '../support/tested-engines.js';

const STEPS = 20;
const rates = (steps: number, rate = 0.01): Float32Array => new Float32Array(steps).fill(rate);

type Fixture = Omit<TestedEngine, 'title'>;

/** Steps that an engine takes here: plain JavaScript is slow. */
const stepsOn = ({ device }: Fixture): number => (device === 'js' ? 6 : STEPS);

/** Trains by calls that end at the given steps, from the start or from a state. */
async function trained({ engine, device }: Fixture, program: TrainingProgram, ends: readonly number[]) {
  const session = await engine.open(program, { device, threads: 1 });
  session.load({ weights: initialWeights(program.train) });
  const feeds = batches(STEPS);
  const losses: number[] = [];
  let from = 0;
  for (const to of ends) {
    const { curves } = await session.train(stepsOf(feeds, from, to), rates(to - from));
    losses.push(...(curves['loss'] ?? []));
    from = to;
  }
  const state = await session.read();
  const evaluated = await session.evaluate(batches());
  await session.dispose();
  return { losses, state, evaluated };
}

describe.each(testedEngines)('a session of $title', { timeout: 60_000 }, (tested) => {
  const { engine, device } = tested;
  const few = stepsOn(tested);

  async function opened(program: TrainingProgram) {
    const session = await engine.open(program, { device, threads: 1 });
    session.load({ weights: initialWeights(program.train) });
    return session;
  }

  it('lowers the loss on one batch, step by step', async () => {
    const session = await opened(smallProgram());
    const one = stepsOf(batches(1), 0, 1);
    // As far in all, in however many steps.
    const losses: number[] = [];
    for (let i = 0; i < few; i++)
      losses.push(...((await session.train(one, rates(1, 0.2 / few))).curves['loss'] ?? []));
    await session.dispose();
    expect(losses[few - 1]).toBeLessThan(0.6 * (losses[0] ?? 0));
  });

  it('gives the same bits again, and however the steps are divided into calls', async () => {
    const program = smallProgram(ADAMW, 1);
    const whole = await trained(tested, program, [few]);
    expect(await trained(tested, program, [few])).toEqual(whole);
    expect(await trained(tested, program, [1, 4, few])).toEqual(whole);
  });

  it('continues bit for bit from a state that was read and loaded', async () => {
    const program = smallProgram(SGD);
    const whole = await trained(tested, program, [few]);
    const first = await trained(tested, program, [3]);
    const session = await opened(program);
    session.load(structuredClone<SessionState>(first.state));
    const { curves } = await session.train(stepsOf(batches(STEPS), 3, few), rates(few - 3));
    expect([...first.losses, ...(curves['loss'] ?? [])]).toEqual(whole.losses);
    expect(await session.read()).toEqual(whole.state);
    await session.dispose();
  });

  it('reports a diverging loss as a value that is not finite, without throwing', async () => {
    const session = await opened(smallProgram(SGD));
    const { curves } = await session.train(batches(6), rates(6, 1e30));
    expect(Number.isFinite(curves['loss']?.[5])).toBe(false);
    await session.dispose();
  });

  it('refuses a feed of the wrong shape, naming input and shapes', async () => {
    const session = await opened(smallProgram());
    await expect(session.train(batches(3), rates(2))).rejects.toThrow(
      /input x needs f32\[2, 4.*got f32\[3, 4/,
    );
    await session.dispose();
  });

  it('is refused for an unknown device, in one line that names those that there are', async () => {
    await expect(engine.open(smallProgram(), { device: 'tpu', threads: 1 })).rejects.toThrow(
      /device tpu: must be one of [^\n]*$/,
    );
  });
});

describe.each(testedEngines)('the engine of $title', ({ engine, device }) => {
  it('reports each device, usable or not, with a reason in words', { timeout: 130_000 }, async () => {
    const reports = await engine.probe();
    expect(reports.find((report) => report.device === device)?.usable).toBe(true);
    for (const { reason } of reports) expect(reason).toMatch(/^\S.{10,}[^\n]$/);
  });
});

describe.each(testedEngines.slice(1))('$title beside the default engine', { timeout: 60_000 }, (tested) => {
  it.each([
    ['AdamW and clipping', smallProgram(ADAMW, 1)],
    ['SGD', smallProgram(SGD)],
  ])('gives the same losses over some steps, within 1e-3 relative, with %s', async (_, p) => {
    const ends = [stepsOn(tested)];
    const expected = await trained({ engine: onnxEngine, device: 'cpu' }, p, ends);
    const actual = await trained(tested, p, ends);
    actual.losses.forEach((loss, k) => {
      expect(Math.abs(loss / (expected.losses[k] ?? NaN) - 1), `step ${k}`).toBeLessThan(1e-3);
    });
    const evaluated = actual.evaluated['loss']?.data[0] ?? NaN;
    expect(Math.abs(evaluated / (expected.evaluated['loss']?.data[0] ?? NaN) - 1)).toBeLessThan(1e-3);
    expect(Object.keys(actual.state.optimiser).sort()).toEqual(Object.keys(expected.state.optimiser).sort());
    const variance = (state: SessionState) => state.weights['stem.running_var']?.data ?? [];
    variance(actual.state).forEach((value, i) => {
      expect(value).toBeCloseTo(variance(expected.state)[i] ?? NaN, 4);
    });
  });
});
