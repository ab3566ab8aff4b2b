import { describe, expect, it, vi } from 'vitest';
import { rngOf } from '../../src/core/random.js';
import type { Genome } from '../../src/core/records.js';
import { resolveExperiment } from '../../src/experiment/resolve.js';
import { Experiment } from '../../src/experiment/schema.js';
import { walk } from '../../src/nn/modules.js';
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

  it('builds the networks with the norm of its training, or of its space', async () => {
    const kinds = async (changes: object): Promise<Set<string>> => {
      const resolved = await resolveExperiment(Experiment.parse({ ...tinyExperiment, ...changes }));
      const genome = resolved.space.gene.sample(rngOf('draw'));
      const { encoder } = resolved.planFor(1).architecture(genome);
      return new Set([...walk(encoder)].map(({ layer }) => layer.kind).filter((kind) => /Norm$/.test(kind)));
    };
    expect(await kinds({})).toEqual(new Set(['batchNorm']));
    expect(await kinds({ training: { ...tinyExperiment.training, norm: 'group' } })).toEqual(
      new Set(['groupNorm']),
    );
    expect(await kinds({ space: { name: 'factorized3d', options: { norm: 'layer' } } })).toEqual(
      new Set(['groupNorm']),
    );
    expect(experiment.training).not.toHaveProperty('norm');
  });

  it.each([
    [
      { name: 'factorized3d', options: { norm: 'instance' } },
      'options of search space factorized3d: "norm" is "instance", but the rule is: ',
    ],
    [{ name: 'x3d', options: { norm: 'group' } }, 'options of search space x3d: unknown key "norm"'],
  ])('refuses the options of the space %j in one line', async (space, message) => {
    await expect(resolveExperiment(Experiment.parse({ ...tinyExperiment, space }))).rejects.toThrow(message);
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
