import { describe, expect, it } from 'vitest';
import type { Genome } from '../../src/core/records.js';
import { rngOf } from '../../src/core/random.js';
import { runGraph } from '../../src/engines/onnx/index.js';
import { resolveExperiment } from '../../src/experiment/resolve.js';
import { Experiment } from '../../src/experiment/schema.js';
import { correlationScore } from '../../src/pretrain/jacobian-score.js';
import { zeroCost, zeroCostNames, type ZeroCostName } from '../../src/pretrain/zero-cost.js';
import { tinyExperiment } from '../support/tiny.js';

const stage = {
  block: 'conv3d',
  depth: 1,
  temporalKernel: 3,
  spatialKernel: 3,
  temporalStride: 1,
  spatialStride: 1,
  squeeze: 0,
};
const genome = (width: number): Genome => ({
  activation: 'relu',
  stem: { width: 8, temporalKernel: 1, spatialKernel: 3, temporalStride: 1, spatialStride: 2 },
  stages: [
    { ...stage, width },
    { ...stage, width },
  ],
});

async function score(name: ZeroCostName, of: Genome): Promise<number> {
  const experiment = Experiment.parse(tinyExperiment);
  const ready = (await resolveExperiment(experiment)).planFor(1);
  const built = ready.architecture(of);
  const job = {
    architecture: built,
    program: ready.program(built),
    plan: ready.plan,
    batch: 2,
    run: runGraph,
  };
  return zeroCost(name, { ...job, rng: rngOf('zero-cost') });
}

describe.each(zeroCostNames)('the zero-cost score %s', (name) => {
  it('is a number, the same again, and tells networks apart', async () => {
    const [narrow, again, wide] = [
      await score(name, genome(8)),
      await score(name, genome(8)),
      await score(name, genome(32)),
    ];
    expect(Math.abs(narrow)).toBeLessThan(1e3);
    expect(again).toBe(narrow);
    expect(wide).not.toBe(narrow);
    if (name === 'synflow' || name === 'params') expect(wide).toBeGreaterThan(narrow);
  });
});

describe('the score of a Jacobian', () => {
  it('is higher the less its rows have in common', () => {
    const rng = rngOf('jacobian');
    const rows = Array.from({ length: 4 }, () => Array.from({ length: 50 }, () => rng.normal()));
    const apart = correlationScore(Float32Array.from(rows.flat()), 4);
    const alike = correlationScore(
      Float32Array.from(
        rows.flatMap((row) => row.map((x) => x + 3 * (rows[0]![0] ?? 0) * (row === rows[0] ? 0 : 1))),
      ),
      4,
    );
    const equal = correlationScore(
      Float32Array.from([...rows[0]!, ...rows[0]!, ...rows[1]!, ...rows[2]!]),
      4,
    );
    // Uncorrelated rows: every eigenvalue is 1, and the score −4 (ln 1 + 1).
    expect(apart).toBeGreaterThan(-5);
    expect(apart).toBeLessThan(-4);
    // A constant added to a row changes no correlation.
    expect(alike).toBeCloseTo(apart, 3);
    expect(equal).toBeLessThan(-1e4);
  });
});
