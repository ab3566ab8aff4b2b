import { describe, expect, it } from 'vitest';
import { factorized3d } from '../../search-spaces/factorized3d.js';
import { rngOf } from '../../src/core/random.js';
import { Builder } from '../../src/ir/builder.js';
import { workKinds, workOf, type Work } from '../../src/ir/work.js';
import { infeasibility } from '../../src/nn/shapes.js';
import {
  fitLatency,
  LatencyModel,
  leftOutError,
  predictedLatency,
  timeOf,
  type EncoderInput,
  type Sample,
} from '../../src/pretrain/latency.js';
import { encoderGraph } from '../../src/pretrain/program.js';

const input: EncoderInput = [1, 1, 12, 24, 24];
const planted: Work = {
  dense: 0.03,
  pointwise: 0.05,
  grouped: 0.5,
  groups: 0.001,
  gathered: 0.6,
  bytes: 0.02,
  ops: 0.003,
};

const architectures = Array.from({ length: 60 }, (_, i) =>
  factorized3d.build(factorized3d.gene.sample(rngOf('latency test', i)), { channels: 1 }),
).filter((architecture) => infeasibility(architecture, input) === null);

/** Encoders of the space that take what the planted coefficients say, times a factor. */
const samples = (factor: (i: number) => number): readonly Sample[] =>
  architectures.slice(0, 24).map((architecture, i) => {
    const work = workOf(encoderGraph(architecture, input));
    return { work, milliseconds: factor(i) * timeOf(work, planted) };
  });

describe('the work of a graph', () => {
  it('is counted by kind, as worked out by hand', () => {
    const b = new Builder();
    const weight = (name: string, shape: readonly number[]) =>
      b.parameter(name, shape, { kind: 'constant', value: 1 });
    const x = b.input('input', [1, 8, 4, 10, 10]); // 3200 values
    const dense = b.conv(x, weight('a', [16, 8, 3, 3, 3]), { stride: [1, 1, 1], padding: [1, 1, 1] });
    const depthwise = b.conv(dense, weight('b', [16, 1, 1, 3, 3]), {
      stride: [1, 1, 1],
      padding: [0, 1, 1],
      groups: 16,
    });
    b.output(
      'features',
      b.conv(depthwise, weight('c', [4, 16, 1, 1, 1]), { stride: [1, 1, 1], padding: [0, 0, 0] }),
    );
    const work = workOf(b.build());
    const values = 3200 + 3456 + 6400 + (6400 + 144 + 6400) + (6400 + 64 + 1600);
    const expected: Work = {
      dense: (6400 * 8 * 27) / 1e6,
      gathered: (6400 * 8 * 27) / 16 / 1e6,
      grouped: (6400 * 9) / 1e6,
      groups: 16,
      pointwise: (1600 * 16) / 1e6,
      bytes: (4 * values) / 1e6,
      ops: 3,
    };
    for (const kind of workKinds) expect(work[kind], kind).toBeCloseTo(expected[kind], 12);
  });
});

describe('a model of latency', () => {
  it('recovers the coefficients that made the times, and predicts what was left out', () => {
    const exact = samples(() => 1);
    const fitted = fitLatency(exact);
    for (const kind of workKinds) expect(fitted[kind] / planted[kind], kind).toBeCloseTo(1, 3);
    const { low, median, high } = leftOutError(exact);
    for (const ratio of [low, median, high]) expect(ratio).toBeCloseTo(1, 3);
  });

  it('has no negative coefficient, no bias and the right spread where times are off by a fifth', () => {
    const rng = rngOf('noise');
    const noise = Array.from({ length: 24 }, () => Math.exp(0.2 * rng.normal()));
    const noisy = samples((i) => noise[i] ?? 1);
    const fitted = fitLatency(noisy);
    for (const kind of workKinds) expect(fitted[kind]).toBeGreaterThanOrEqual(0);
    const others = architectures.slice(24).map((architecture) => {
      const work = workOf(encoderGraph(architecture, input));
      return Math.log(timeOf(work, fitted) / timeOf(work, planted));
    });
    expect(Math.abs(others.reduce((sum, one) => sum + one, 0) / others.length)).toBeLessThan(0.15);
    const { low, high } = leftOutError(noisy);
    expect(low).toBeLessThan(0.95);
    expect(high).toBeGreaterThan(1.05);
  });

  it('predicts the same to the last bit after it was stored and read', () => {
    const fitted = fitLatency(samples((i) => 1 + 0.1 * Math.sin(i)));
    const model: LatencyModel = {
      input,
      engine: 'onnx',
      device: 'cpu',
      threads: 1,
      machine: 'planted',
      coefficients: fitted,
      leftOut: { median: 1, low: 0.9, high: 1.1 },
      measured: samples(() => 1).map((sample) => ({ ...sample, genome: null })),
    };
    const read = LatencyModel.parse(JSON.parse(JSON.stringify(model)));
    for (const architecture of architectures)
      expect(predictedLatency(architecture, read)).toBe(predictedLatency(architecture, model));
  });
});
