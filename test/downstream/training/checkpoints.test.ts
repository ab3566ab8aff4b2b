/**
 * Fitting that was interrupted goes on as if nothing had happened.
 */
import { describe, expect, it } from 'vitest';
import type { FitJob, FitSnapshot } from '../../../src/downstream/training/fit.js';
import { fitModel } from '../../../src/downstream/training/fit-model.js';
import { Interrupted } from '../../../src/pretrain/pretrain.js';
import { jobOf, place, twoClouds } from './support.js';

const groups = twoClouds(90, 'train').patients.map((_, row) => ['a', 'b', null][row % 3] ?? null);
const train = { ...twoClouds(90, 'train'), groups };
const heldOut = { ...twoClouds(40, 'held out', 0.3), groups: groups.slice(0, 40) };

const jobs: readonly (readonly [string, FitJob])[] = [
  ['plain training', jobOf({ training: { steps: 60, evaluateEvery: 8 } }, train, { heldOut })],
  [
    'patience, which counts looks before the interruption',
    jobOf({ training: { steps: 400, evaluateEvery: 6, patience: 4, learningRate: 0.1 } }, train, { heldOut }),
  ],
  [
    'a multiplier that rises',
    jobOf(
      {
        training: { steps: 60, optimiser: 'sgd' },
        fairness: { attribute: 'sex', method: 'lagrangian', limit: 0.01, weight: 20 },
      },
      train,
      { heldOut },
    ),
  ],
  ['balanced batches', jobOf({ training: { steps: 50, balance: 'classes' } }, train)],
];

describe.each(jobs)('%s', (_, job) => {
  it('gives the same bits after an interruption at any checkpoint', async () => {
    const snapshots: FitSnapshot[] = [];
    const save = (snapshot: FitSnapshot): Promise<void> => {
      snapshots.push(structuredClone(snapshot));
      return Promise.resolve();
    };
    const whole = await fitModel({ ...job, checkpoint: { every: 7, save } });
    expect(await fitModel(job)).toEqual(whole);
    expect(snapshots.length).toBeGreaterThan(3);
    for (const from of [snapshots[0], snapshots.at(-2)]) {
      if (from === undefined) throw new Error('no snapshot');
      expect(await fitModel({ ...job, from, place: { ...place, threads: 2 } })).toEqual(whole);
    }
  });
});

it('a wish to end is seen between calls of the engine', async () => {
  let asked = 0;
  const interrupted = (): boolean => ++asked > 2;
  const job = jobOf({ training: { steps: 300 } }, train, { interrupted });
  await expect(fitModel(job)).rejects.toThrow(Interrupted);
});
