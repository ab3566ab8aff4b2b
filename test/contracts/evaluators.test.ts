/** The contract that all evaluators keep (src/workers/evaluators.ts): threads, child processes, and the plainest there is. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { messageOf, UserError } from '../../src/core/errors.js';
import { rngOf } from '../../src/core/random.js';
import type { EvaluationJob, EvaluationOutcome } from '../../src/core/records.js';
import { resolveExperiment, type ConstrainedExperiment } from '../../src/experiment/resolve.js';
import { Experiment } from '../../src/experiment/schema.js';
import { loadScanSet } from '../../src/scans/load.js';
import { writePhantoms } from '../../src/scans/phantoms/phantoms.js';
import { shareScans } from '../../src/scans/sampling/scan-set-transfer.js';
import type { ScanSet } from '../../src/scans/sampling/scan-set.js';
import {
  HandBack,
  passOn,
  type Continuation,
  type Told,
} from '../../src/workers/continuation/continuation.js';
import type { Evaluate, Evaluators } from '../../src/workers/evaluators.js';
import type { AttemptOutcome, Isolation } from '../../src/workers/job.js';
import { createPool, type SharedSetup } from '../../src/workers/pool.js';
import { Runtime } from '../../src/workers/runtime.js';
import { smallSpace, temporaryFolder, tinyExperiment } from '../support/tiny.js';

const folder = temporaryFolder();
const experiment = Experiment.parse({ ...tinyExperiment, space: smallSpace });
/** Trainings that are still under way when they are cancelled. */
const LONG = 20_000;
let set: ScanSet;
let resolved: ConstrainedExperiment;

beforeAll(async () => {
  await writePhantoms(join(folder, 'scans'), tinyExperiment.phantoms);
  const cacheDirectory = join(folder, 'cache');
  set = (await loadScanSet(join(folder, 'scans'), experiment.scans, { seed: 3, cacheDirectory })).set;
  resolved = (await resolveExperiment(experiment)).planFor(set.channels).constrainBy(undefined);
});

/** `usable`: false where the user's code is other than the search began with. `reliable`: false where all attempts are lost. */
interface Conditions {
  readonly usable?: boolean;
  readonly reliable?: boolean;
}

function setupOf(isolation: Isolation, { usable = true }: Conditions): SharedSetup {
  return {
    experiment,
    code: usable ? resolved.code : { ...resolved.code, proxyTask: 'other code' },
    engine: 'onnx',
    device: 'cpu',
    threads: 1,
    isolation,
    prefetch: false,
    spin: false,
    scans: shareScans(set, 2),
  };
}

function pool(isolation: Isolation, conditions: Conditions): Evaluators {
  const group = { name: 'cpu', workers: 2, memory: Infinity, environment: {} };
  const entry =
    conditions.reliable === false
      ? '../fixtures/workers/lost-thread.mjs'
      : '../../dist/src/workers/thread.js';
  return createPool(setupOf(isolation, conditions), {
    groups: [group],
    entry: new URL(entry, import.meta.url),
  });
}

/** One evaluation after another, in this very process. */
function inProcess(conditions: Conditions): Evaluators {
  const runtime = Runtime.create({ ...setupOf('thread', conditions), alone: true }, set);
  runtime.catch(() => undefined);
  const closing = new AbortController();
  let last: Promise<unknown> = Promise.resolve();
  const attempt = async (
    job: EvaluationJob,
    signal: AbortSignal,
    continuation: Continuation | undefined,
  ): Promise<AttemptOutcome> => {
    signal.throwIfAborted();
    if (conditions.reliable === false) throw new Error('the machine is lost');
    const continuing = continuation && {
      ...continuation,
      handsBack: () => signal.reason instanceof HandBack,
      tell: (told: Told) => passOn(told, continuation),
    };
    return (await runtime).evaluate(job, () => signal.aborted, continuing);
  };
  const settled: Evaluate = async (job, signal, continuation) => {
    try {
      return { ...(await attempt(job, signal, continuation)), attempts: 1 };
    } catch (thrown) {
      if (signal.reason instanceof HandBack) throw signal.reason;
      if (signal.aborted || thrown instanceof UserError) throw thrown;
      const nothing = { score: null, steps: 0, seconds: 0, curves: [], engine: 'onnx', device: 'cpu' };
      return { ...nothing, status: 'failed', error: messageOf(thrown), attempts: 1 };
    }
  };
  return {
    capacity: 1,
    evaluate: (job, signal, continuation) => {
      const turn = last.then(() => settled(job, AbortSignal.any([signal, closing.signal]), continuation));
      last = turn.catch(() => undefined);
      return turn;
    },
    close: async () => {
      closing.abort();
      await last;
    },
  };
}

function jobOf(number: number, changes: Partial<EvaluationJob> = {}): EvaluationJob {
  const genome = resolved.space.gene.sample(rngOf('genome', number));
  const feasibility = resolved.feasibility(genome);
  if (!feasibility.feasible) throw new Error(feasibility.reason);
  const { cost } = feasibility;
  const purpose = 'search';
  return { number, genome, cost, rung: 0, share: 1, seed: 3, purpose, probe: false, ...changes };
}

const never = new AbortController().signal;
const soon = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 300));

/** What depends on the job alone. */
function resultOf({ seconds: _seconds, peakBytes: _bytes, ...result }: EvaluationOutcome): unknown {
  return result;
}

const reference = new Map<number, unknown>();

describe.each<[string, (conditions: Conditions) => Evaluators]>([
  ['in the same process', inProcess],
  ['by a pool of threads', (conditions) => pool('thread', conditions)],
  ['by a pool of processes', (conditions) => pool('process', conditions)],
])('evaluations %s', { timeout: 60_000 }, (_name, create) => {
  let usual: Evaluators;
  beforeAll(() => {
    usual = create({});
  });
  afterAll(() => usual.close());

  async function outcomeUnder(conditions: Conditions, job: EvaluationJob): Promise<EvaluationOutcome> {
    const evaluators = create(conditions);
    try {
      return await evaluators.evaluate(job, never);
    } finally {
      await evaluators.close();
    }
  }

  it('depend on the job alone: the same again, in company, and by any evaluators', async () => {
    expect(usual.capacity).toBeGreaterThan(0);
    const numbers = [0, 1, 2, 1, 0];
    const outcomes = await Promise.all(numbers.map((number) => usual.evaluate(jobOf(number), never)));
    for (const [i, number] of numbers.entries()) {
      const outcome = outcomes[i];
      expect(outcome).toMatchObject({
        status: 'done',
        error: null,
        attempts: 1,
        engine: 'onnx',
        device: 'cpu',
      });
      const result = outcome && resultOf(outcome);
      if (!reference.has(number)) reference.set(number, result);
      expect(result).toEqual(reference.get(number));
    }
    expect(reference.get(1)).not.toEqual(reference.get(0));
  });

  it('give plain data, with the weights of the trained network', async () => {
    const outcome = await usual.evaluate(jobOf(3), never);
    expect(structuredClone(outcome)).toEqual(outcome);
    const names = resolved.program(resolved.architecture(jobOf(3).genome)).train.parameters;
    expect(Object.keys(outcome.weights ?? {}).sort()).toEqual(names.map(({ name }) => name).sort());
  });

  it('are of the length that the job asks for', async () => {
    const steps = (share: number): Promise<number> =>
      usual.evaluate(jobOf(4, { share }), never).then((outcome) => outcome.steps);
    expect([await steps(0.5), await steps(2)]).toEqual([2, 8]);
  });

  it('are cancelled one by one: others go on, and new ones start', async () => {
    const before = usual.evaluate(jobOf(0), never);
    const cancelled = new AbortController();
    const long = [5, 6, 7].map((number) => usual.evaluate(jobOf(number, { share: LONG }), cancelled.signal));
    const ends = Promise.allSettled(long);
    await before;
    await soon();
    cancelled.abort();
    expect((await ends).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(resultOf(await usual.evaluate(jobOf(1), never))).toEqual(reference.get(1));
    await expect(usual.evaluate(jobOf(1), cancelled.signal)).rejects.toThrow();
  });

  it('are handed back with what they reached, ten times, and continued to the outcome of an undisturbed one', async () => {
    const job = jobOf(8, { share: 400 });
    const own = join(folder, `handed back ${_name}`);
    const whole = await usual.evaluate(job, never);
    const reached: number[] = [];
    for (let pieces = 0; pieces < 10; pieces++) {
      const leaving = new AbortController();
      const before = reached.length;
      let begun: () => void;
      const training = new Promise<void>((resolve) => (begun = resolve));
      const handed = usual.evaluate(job, leaving.signal, {
        folder: own,
        everySeconds: 0,
        onCheckpoint: (step) => {
          reached.push(step);
          begun();
        },
        onRemark: (text) => expect.fail(text),
      });
      await Promise.race([training, handed.catch(() => undefined)]);
      const asked = performance.now();
      const reason = new HandBack();
      leaving.abort(reason);
      await expect(handed).rejects.toBe(reason);
      expect(performance.now() - asked).toBeLessThan(1000);
      expect(reached.length).toBeGreaterThan(before);
    }
    // Nothing was trained twice: each checkpoint is of a later step than the one before.
    expect(reached).toEqual([...new Set(reached)].sort((a, b) => a - b));
    const outcome = await usual.evaluate(job, never, { folder: own, everySeconds: 60 });
    expect(outcome.attempts).toBe(1);
    expect(resultOf(outcome)).toEqual(resultOf(whole));
  });

  it('end within a second when they are aborted for another reason, and save nothing then', async () => {
    const own = join(folder, `aborted ${_name}`);
    const cancelled = new AbortController();
    const long = usual.evaluate(jobOf(5, { share: LONG }), cancelled.signal, {
      folder: own,
      everySeconds: 60,
    });
    const ends = long.catch(() => 'rejected');
    await soon();
    const asked = performance.now();
    cancelled.abort();
    expect(await ends).toBe('rejected');
    expect(performance.now() - asked).toBeLessThan(1000);
    expect(existsSync(own)).toBe(false);
  });

  it('reject with what the user must put right', async () => {
    const refusal = await outcomeUnder({ usable: false }, jobOf(0)).catch((thrown: unknown) => thrown);
    expect(refusal).toBeInstanceOf(UserError);
    expect(messageOf(refusal)).toContain('changed since the search began');
  });

  it('that the machine ends every time have an outcome that says so', async () => {
    const outcome = await outcomeUnder({ reliable: false }, jobOf(0));
    expect(outcome).toMatchObject({ status: 'failed', score: null, error: 'the machine is lost' });
    expect(outcome.attempts).toBeGreaterThan(0);
  });

  it('that are under way when evaluators are closed reject; closing twice is no mistake', async () => {
    const evaluators = create({});
    const long = evaluators.evaluate(jobOf(5, { share: LONG }), never).catch(() => 'rejected');
    await soon();
    await evaluators.close();
    expect(await long).toBe('rejected');
    await evaluators.close();
    await expect(evaluators.evaluate(jobOf(0), never)).rejects.toThrow();
  });
});
