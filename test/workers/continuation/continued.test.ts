/** Evaluations that are interrupted and continued have the outcome of undisturbed ones, bit for bit, on every engine. */
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { EvaluationJob } from '../../../src/core/records.js';
import type { AttemptOutcome } from '../../../src/workers/job.js';
import type { Runtime } from '../../../src/workers/runtime.js';
import { testedEngines } from '../../support/tested-engines.js';
import { temporaryFolder } from '../../support/tiny.js';
import { attempt, benchIn, copied, jobOf, resultOf, runtimeOf, type Bench } from './support.js';

const folder = temporaryFolder();
let bench: Bench;
let parent: EvaluationJob['parent'];
beforeAll(async () => {
  bench = await benchIn(folder);
  const { weights } = await (await runtimeOf(bench)).evaluate(jobOf(bench, { number: 7 }), () => false);
  parent = weights && { number: 7, weights };
});

/** Of one candidate: what an evaluation's rest can depend on. */
function jobs(): readonly (readonly [string, EvaluationJob])[] {
  const more = (changes: Partial<EvaluationJob>): EvaluationJob => jobOf(bench, { number: 8, ...changes });
  return [
    ['a usual one', more({})],
    ['one with inherited weights', more({ ...(parent && { parent }) })],
    ['one at another fidelity', more({ rung: 1, share: 0.5 })],
    ['one whose curve falls behind', more({ stopBelow: [{ step: 3, score: -1 }, { step: 6, score: 2 }] })], // prettier-ignore
  ];
}

/** Handed back again and again, each time after some more questions; returns how often. */
async function inPieces(
  runtime: Runtime,
  job: EvaluationJob,
  own: string,
): Promise<readonly [AttemptOutcome, number]> {
  for (let pieces = 0; ; pieces++) {
    const outcome = await attempt(runtime, job, { folder: own, questions: pieces % 5 });
    if (outcome !== undefined) return [outcome, pieces];
    if (pieces > 200) throw new Error('it gets nowhere');
  }
}

describe.each(testedEngines)('evaluations by $title', ({ engine, device }) => {
  let runtime: Runtime;
  const own = (name: string): string => join(folder, `${engine.name}-${device}`, name);
  beforeAll(async () => {
    runtime = await runtimeOf(bench, { engine: engine.name, device });
  });

  it('that are handed back at any point have the outcome of undisturbed ones', async () => {
    for (const [name, job] of jobs()) {
      const whole = await runtime.evaluate(job, () => false);
      const [outcome, pieces] = await inPieces(runtime, job, own(name));
      expect(pieces, name).toBeGreaterThan(3);
      expect(resultOf(outcome), name).toEqual(resultOf(whole));
    }
  });

  it('that are ended without notice go on from any checkpoint to the same outcome', async () => {
    const job = jobOf(bench, { number: 9 });
    const steps: number[] = [];
    const whole = await attempt(runtime, job, {
      folder: own('all'),
      everySeconds: 0,
      onTold: (told) => {
        if (told.kind !== 'checkpoint') throw new Error(told.text);
        steps.push(told.step);
        copied(own('all'), own(`from-${told.step}`));
      },
    });
    expect(resultOf(whole ?? fail())).toEqual(resultOf(await runtime.evaluate(job, () => false)));
    expect(steps).toEqual([3, 6, 9]);
    for (const step of steps) {
      const outcome = await attempt(runtime, job, { folder: own(`from-${step}`) });
      expect(resultOf(outcome ?? fail()), `from step ${step}`).toEqual(resultOf(whole ?? fail()));
    }
  });

  it('are the same by long and short calls of the engine', async () => {
    const job = jobOf(bench, { number: 10 });
    const results = [];
    for (const macs of [1, 1e9, 2e9]) {
      const outcome = await runtime.evaluate({ ...job, cost: { ...job.cost, macs } }, () => false);
      results.push(resultOf(outcome));
    }
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
  });
});

function fail(): never {
  throw new Error('it was handed back');
}
