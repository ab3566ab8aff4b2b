import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createExperiment, findExperiment } from '../../src/store/experiments.js';
import { openStore } from '../../src/store/open.js';
import { toyExperiment } from '../study/simulation.js';
import { temporaryFolder } from '../support/tiny.js';

const folder = temporaryFolder();

describe('an experiment in the database', () => {
  it('keeps why its engine was chosen, and what was measured', () => {
    const store = openStore(join(folder, 'chosen.db'), 'create');
    const engineChoice = {
      reason: 'fastest on a reference network',
      measured: [
        { engine: 'onnx', device: 'webgpu', stepsPerSecond: 41.5 },
        { engine: 'tfjs', device: 'gpu', stepsPerSecond: null },
      ],
    };
    createExperiment(store, toyExperiment({ engineChoice }), new Date(0));
    expect(findExperiment(store, 'toy')?.engineChoice).toEqual(engineChoice);
    store.close();
  });

  it('has no such record where none was made, as in older databases', () => {
    const store = openStore(join(folder, 'older.db'), 'create');
    createExperiment(store, toyExperiment(), new Date(0));
    expect(findExperiment(store, 'toy')?.engineChoice).toBeNull();
    store.close();
  });
});
