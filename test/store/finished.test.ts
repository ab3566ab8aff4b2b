import { expect, it } from 'vitest';
import { evaluationsOf, finishCandidate, insertCandidate, openStore } from '../../src/store/index.js';
import { outcomeOf, toyExperimentIn } from '../study/simulation.js';
import { temporaryFolder } from '../support/tiny.js';

const folder = temporaryFolder();

it('an evaluation is recorded with the worker that computed it, and the time when it was committed', () => {
  const store = openStore(`${folder}/finished.db`, 'create');
  const { id: experiment } = toyExperimentIn(store);
  const genome = { stem: 'small', stages: [] };
  const before = Date.now();
  const commit = (number: number, worker?: string): number => {
    const id = insertCandidate(store, experiment, {
      ...{ number, genome, parents: [], mutations: [], rung: 0, params: 1, macs: 1 },
    });
    const { curves, weights: _weights, inherited: _inherited, ...outcome } = outcomeOf(number, genome);
    const record = { ...outcome, rung: 0, seed: 7, artifact: null, inherited: null };
    finishCandidate(store, id, worker === undefined ? record : { ...record, worker }, { curves });
    return id;
  };
  const [own, other] = [commit(0), commit(1, 'gpu-2')].map((id) => evaluationsOf(store, id)[0]);
  store.close();
  expect([own?.worker, other?.worker]).toEqual([null, 'gpu-2']);
  for (const evaluation of [own, other]) {
    const finished = evaluation?.finishedAt ?? '';
    expect(new Date(finished).toISOString()).toBe(finished);
    expect(Date.parse(finished)).toBeGreaterThanOrEqual(before);
    expect(Date.parse(finished)).toBeLessThanOrEqual(Date.now());
  }
});
