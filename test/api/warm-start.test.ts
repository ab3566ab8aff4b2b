import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { searchSpaces } from '../../search-spaces/index.js';
import { withStart } from '../../src/api/searching/warm-start.js';
import { rngOf } from '../../src/core/random.js';
import { Experiment } from '../../src/experiment/schema.js';
import { createExperiment, finishCandidate, insertCandidate, openStore } from '../../src/store/index.js';
import { toyExperiment } from '../study/simulation.js';
import { temporaryFolder } from '../support/tiny.js';

const space = searchSpaces['video-resnet']!;

function experiment(start: unknown): Experiment {
  return Experiment.parse({
    name: 'warm',
    candidates: 3,
    space: 'video-resnet',
    strategy: { name: 'evolution', options: { start } },
  });
}

async function started(start: unknown): Promise<unknown> {
  const { strategy } = await withStart(experiment(start), space);
  return typeof strategy === 'string' ? undefined : strategy.options['start'];
}

describe('a warm start', () => {
  it('takes published networks by name and genomes as they are', async () => {
    const genome = space.gene.sample(rngOf('start'));
    expect(await started(['r3d-18', genome])).toEqual([space.named?.['r3d-18'], genome]);
  });

  it('takes the best candidates of an earlier database', async () => {
    const path = join(temporaryFolder(), 'earlier.db');
    const genomes = [0, 1, 2, 3].map((i) => space.gene.sample(rngOf('earlier', i)));
    const store = openStore(path, 'create');
    const { id } = createExperiment(store, toyExperiment(), new Date(0));
    genomes.forEach((genome, number) => {
      const none = { parents: [], mutations: [], params: null, macs: null, rung: 0 };
      const candidate = insertCandidate(store, id, { number, genome, ...none });
      const score = [0.1, 0.9, 0.3, 0.7][number] ?? 0;
      const rest = {
        error: null,
        attempts: 1,
        artifact: null,
        inherited: null,
        engine: 'none',
        device: 'none',
        seconds: 0,
      };
      finishCandidate(
        store,
        candidate,
        { rung: 0, seed: 0, steps: 1, status: 'done', score, ...rest },
        { curves: [] },
      );
    });
    store.close();
    expect(await started([{ database: path, best: 2 }])).toEqual([genomes[1], genomes[3]]);
  });

  it.each([
    [['x3d-s'], 'has no network named "x3d-s"; choose one of r3d-18, mc3-18, r2plus1d-18'],
    [[{ stem: 'conv3d' }], 'strategy.options.start.0'],
    ['r3d-18', 'must be a list'],
  ])('refuses %j in one line', async (start, message) => {
    await expect(started(start)).rejects.toThrow(message);
  });
});
