import { describe, expect, it } from 'vitest';
import type { EvaluationJob, EvaluationOutcome } from '../../../src/core/records.js';
import { rngOf } from '../../../src/core/random.js';
import { tensor } from '../../../src/core/tensor.js';
import {
  auditedEvaluators,
  isSampled,
  type AuditFinding,
  type AuditOptions,
} from '../../../src/fleet/audit/audited-evaluators.js';
import { outcomeDifference } from '../../../src/fleet/audit/outcome-difference.js';
import type { Evaluators } from '../../../src/workers/evaluators.js';

const jobOf = (number: number): EvaluationJob =>
  ({ number, rung: 0, share: 1, seed: 7, purpose: 'search', probe: false }) as EvaluationJob;

/** What honest machines compute. */
function honest({ number }: EvaluationJob): EvaluationOutcome {
  const rng = rngOf('outcome', number);
  return {
    status: 'done',
    score: rng.float(),
    steps: 10,
    engine: 'onnx',
    device: 'cpu',
    seconds: performance.now(),
    error: null,
    attempts: 1,
    curves: [{ name: 'loss', steps: [1, 2], values: [rng.float(), NaN] }],
    weights: { a: tensor([2], Float32Array.of(rng.float(), -0)) },
  };
}

function evaluators(
  compute: (job: EvaluationJob) => EvaluationOutcome | Error,
): Evaluators & { ran: number[] } {
  const ran: number[] = [];
  return {
    ran,
    capacity: 3,
    evaluate: (job) => {
      ran.push(job.number);
      const outcome = compute(job);
      return outcome instanceof Error ? Promise.reject(outcome) : Promise.resolve(outcome);
    },
    close: () => Promise.resolve(),
  };
}

const numbers = Array.from({ length: 200 }, (_, i) => i);
const never = new AbortController().signal;

async function run(
  worker: Evaluators,
  reference: Evaluators,
  changes: Partial<AuditOptions> = {},
): Promise<{ outcomes: EvaluationOutcome[]; findings: AuditFinding[] }> {
  const findings: AuditFinding[] = [];
  const options: AuditOptions = {
    share: 0.1,
    key: [7, 'secret'],
    reference,
    workerOf: ({ number }) => `worker-${number % 3}`,
    report: (finding) => findings.push(finding),
    ...changes,
  };
  const audited = auditedEvaluators(worker, options);
  const outcomes = await Promise.all(numbers.map((number) => audited.evaluate(jobOf(number), never)));
  return { outcomes, findings };
}

describe('audited evaluators', () => {
  it('find nothing where all are honest, and run the share again', async () => {
    const reference = evaluators(honest);
    const { outcomes, findings } = await run(evaluators(honest), reference);
    expect(findings).toEqual([]);
    expect(outcomes.map(({ score }) => score)).toEqual(numbers.map((n) => honest(jobOf(n)).score));
    // Binomial with 200 draws of 0.1: outside of this once in 100,000 keys.
    expect(reference.ran.length).toBeGreaterThan(4);
    expect(reference.ran.length).toBeLessThan(42);
  });

  it('name the number and the worker of a forged result, and take the result of the reference', async () => {
    const forging = evaluators((job) =>
      job.number % 3 === 1 ? { ...honest(job), score: 0.999 } : honest(job),
    );
    const { outcomes, findings } = await run(forging, evaluators(honest));
    const caught = numbers.filter(
      (n) => n % 3 === 1 && isSampled(jobOf(n), { share: 0.1, key: [7, 'secret'] }),
    );
    expect(caught.length).toBeGreaterThan(0);
    expect(findings.map(({ kind, number, worker }) => [kind, number, worker])).toEqual(
      caught.map((number) => ['differing result', number, 'worker-1']),
    );
    expect(findings[0]?.what).toMatch(/^score 0\.999, and 0\.\d+ when it ran again$/);
    for (const number of caught) expect(outcomes[number]?.score).toBe(honest(jobOf(number)).score);
  });

  it('run the same jobs again in any order; others with another key; none at 0, all at 1', async () => {
    const first = evaluators(honest);
    await run(evaluators(honest), first);
    const second = evaluators(honest);
    const audited = auditedEvaluators(evaluators(honest), {
      share: 0.1,
      key: [7, 'secret'],
      reference: second,
      report: () => undefined,
    });
    for (const number of [...numbers].reverse()) await audited.evaluate(jobOf(number), never);
    expect([...second.ran].sort((a, b) => a - b)).toEqual([...first.ran].sort((a, b) => a - b));
    const other = evaluators(honest);
    await run(evaluators(honest), other, { key: [7, 'another'] });
    expect(other.ran).not.toEqual(first.ran);
    const none = evaluators(honest);
    await run(evaluators(honest), none, { share: 0 });
    expect(none.ran).toEqual([]);
    const all = evaluators(honest);
    await run(evaluators(honest), all, { share: 1 });
    expect(all.ran).toHaveLength(numbers.length);
  });

  it('keep a result that the reference could not compute, and say so', async () => {
    const failing = evaluators((job) =>
      job.number % 2 === 0
        ? new Error('no memory')
        : { ...honest(job), status: 'failed', score: null, error: 'it crashed twice' },
    );
    const { outcomes, findings } = await run(evaluators(honest), failing, { share: 1 });
    expect(
      findings
        .slice(0, 2)
        .map(({ kind, what }) => [kind, what])
        .sort(),
    ).toEqual([
      ['not audited', 'it crashed twice'],
      ['not audited', 'no memory'],
    ]);
    expect(outcomes.map(({ score }) => score)).toEqual(numbers.map((n) => honest(jobOf(n)).score));
  });

  it('reject where the search is aborted, and refuse a share that is none', async () => {
    const aborted = new AbortController();
    const reference = evaluators(() => {
      aborted.abort();
      return new Error('aborted');
    });
    const options = { share: 1, key: [1], reference, report: () => undefined };
    const audited = auditedEvaluators(evaluators(honest), options);
    await expect(audited.evaluate(jobOf(1), aborted.signal)).rejects.toThrow('aborted');
    expect(() => auditedEvaluators(reference, { ...options, share: 1.5 })).toThrow(
      '--audit-share: must be from 0 to 1, got 1.5',
    );
  });
});

describe('the difference of two outcomes', () => {
  const outcome = honest(jobOf(1));

  it('is none for the same computation, whatever its time, attempts and class', () => {
    const again: EvaluationOutcome = {
      ...honest(jobOf(1)),
      seconds: 9,
      attempts: 2,
      peakBytes: 1,
      processorClass: 'cpu-0',
    };
    expect(outcomeDifference(outcome, again)).toBeUndefined();
  });

  it.each<readonly [string, Partial<EvaluationOutcome>]>([
    ['status done, and diverged', { status: 'diverged' }],
    ['steps 10, and 11', { steps: 11 }],
    ['other curves', { curves: [] }],
    ['other probes', { probes: [] }],
    [
      'other weights',
      { weights: { a: tensor([2], Float32Array.of(outcome.weights?.['a']?.data[0] ?? 0, 0)) } },
    ],
    ['other weights', { weights: { b: tensor([2], Float32Array.of(0, 0)) } }],
  ])('is told: %s', (text, change) => {
    expect(outcomeDifference(outcome, { ...outcome, ...change })).toMatch(new RegExp(`^${text}`));
  });
});
