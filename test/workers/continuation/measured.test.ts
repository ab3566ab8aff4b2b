/** Evaluations that go on after training: an objective's heads, a probe of features. */
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { rngOf } from '../../../src/core/random.js';
import { sizeOf } from '../../../src/core/tensor.js';
import type { OutcomeSet } from '../../../src/downstream/objective/outcome-set.js';
import type { LabelledSet } from '../../../src/probes/labelled-set.js';
import type { Runtime } from '../../../src/workers/runtime.js';
import { temporaryFolder } from '../../support/tiny.js';
import { attempt, benchIn, jobOf, resultOf, runtimeOf, type Bench } from './support.js';

const folder = temporaryFolder();
const ROWS = 16;
const crop = [1, 12, 12, 12] as const;
const size = sizeOf(crop);
const voxels = new Float32Array(new SharedArrayBuffer(4 * ROWS * size));
const rng = rngOf('measured');
for (let i = 0; i < voxels.length; i++) voxels[i] = (Math.floor(i / size) % 2 === 0 ? 1 : 2) * rng.normal();
const rows = [...Array(ROWS).keys()];
const labels = rows.map((row) => row % 2);

const outcomes: OutcomeSet = {
  shape: [ROWS, ...crop],
  voxels,
  tiles: rows.map(() => 1),
  targets: { kind: 'classes', names: ['calm', 'noisy'], labels },
  patients: rows,
  folds: [0, 1].map((fold) => {
    const answer = rows.filter((row) => Math.floor(row / 2) % 2 === fold);
    return { train: rows.filter((row) => !answer.includes(row)), heldOut: [], answer };
  }),
  fingerprint: 'outcomes',
};
const labelled: LabelledSet = {
  shape: [ROWS, ...crop],
  voxels,
  labels,
  patients: rows,
  fingerprint: 'labelled',
};

let bench: Bench;
let runtime: Runtime;
beforeAll(async () => {
  const task = { head: 'classes', training: { steps: 30, heldOut: 0 } };
  bench = await benchIn(folder, 12, { objective: { head: task, folds: 2 } });
  runtime = await runtimeOf(bench, { outcomes, labelled });
});

describe('an evaluation that is measured after training', () => {
  it('may be handed back while it is: it goes on at the end of training, to the same outcome', async () => {
    const stopBelow = [{ step: 6, score: 2 }]; // ends training there
    for (const [name, job] of [
      ['trained to its end', jobOf(bench, { number: 8, probe: true })],
      ['ended by its curve', jobOf(bench, { number: 8, probe: true, stopBelow })],
    ] as const) {
      const own = join(folder, name);
      const whole = await runtime.evaluate(job, () => false);
      expect(whole.probes?.length).toBeGreaterThan(3);
      expect(whole.ended).toBe(name === 'ended by its curve' ? 'curve' : undefined);
      const steps: number[] = [];
      let left = 0;
      for (let questions = 0; ; questions++) {
        const outcome = await attempt(runtime, job, {
          folder: own,
          questions,
          onTold: (told) => steps.push(told.kind === 'checkpoint' ? told.step : NaN),
        });
        if (outcome === undefined) {
          left += 1;
          continue;
        }
        expect(resultOf(outcome)).toEqual(resultOf(whole));
        break;
      }
      // Training is not repeated; only what follows it is.
      expect(Math.max(...steps)).toBe(whole.steps);
      expect(left).toBeGreaterThan(steps.length);
    }
  });
});
