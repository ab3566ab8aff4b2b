import { describe, expect, it, vi } from 'vitest';
import { rngOf } from '../../src/core/random.js';
import type { Genome } from '../../src/core/records.js';
import { resolveExperiment } from '../../src/experiment/resolve.js';
import { Experiment } from '../../src/experiment/schema.js';
import { constrained } from '../../src/search/constrained.js';
import { genomeSpace } from '../../src/search/space.js';
import { tinyExperiment } from '../support/tiny.js';

const experiment = Experiment.parse(tinyExperiment);

describe('an experiment made ready', () => {
  it('is planned for the channels of its scans', async () => {
    const resolved = await resolveExperiment(experiment);
    const inputs = [1, 3].map((channels) => resolved.planFor(channels).plan.encoderInput[1]);
    expect(inputs).toEqual([1, 3]);
  });

  it('builds each network that is drawn, proposed and recorded once', async () => {
    const resolved = await resolveExperiment(experiment);
    const { feasibility, space } = resolved.planFor(1).constrainBy(undefined);
    const build = vi.spyOn(space, 'build');
    const found = (genome: Genome): string | null => {
      const one = feasibility(genome);
      return one.feasible ? null : one.reason;
    };
    const proposable = constrained(genomeSpace(space), found);
    for (let i = 0; i < 20; i++) {
      const genome = proposable.sample(rngOf('draw', i));
      // As it is read back from the log.
      expect(feasibility(JSON.parse(JSON.stringify(genome)) as Genome)).toMatchObject({ feasible: true });
    }
    const built = build.mock.calls.map(([genome]) => JSON.stringify(genome));
    build.mockRestore();
    expect(built.length).toBeGreaterThan(20);
    expect(new Set(built).size).toBe(built.length);
  });
});
