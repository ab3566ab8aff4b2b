/**
 * A fleet within one process: a real queue and a real store of blobs, trainings that are made up.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { EvaluationJob, EvaluationOutcome } from '../../../src/core/records.js';
import { tensor } from '../../../src/core/tensor.js';
import { Experiment } from '../../../src/experiment/schema.js';
import type { BlobStore } from '../../../src/fleet/blobs/blob-store.js';
import type { FleetEvent } from '../../../src/fleet/coordinator/events.js';
import { FleetEvaluators } from '../../../src/fleet/coordinator/fleet-evaluators.js';
import type { CommittedEvaluation, FleetRecord } from '../../../src/fleet/coordinator/record.js';
import type { Announcement } from '../../../src/fleet/protocol/board-messages.js';
import { jobIdOf, PROTOCOL } from '../../../src/fleet/protocol/job-message.js';
import { publishSetup } from '../../../src/fleet/protocol/setup-message.js';
import { connect } from '../../../src/fleet/queue/connection.js';
import type { WorkerEvent } from '../../../src/fleet/worker/events.js';
import { runWorker } from '../../../src/fleet/worker/run-worker.js';
import type { Evaluators } from '../../../src/workers/evaluators.js';
import { tinyExperiment } from '../../support/tiny.js';

const SEARCH = '00000000-0000-4000-8000-000000000001';

/** What a database would hold. */
export class MemoryRecord implements FleetRecord {
  class: string | null = null;
  readonly committedOnes = new Map<string, CommittedEvaluation>();
  readonly workers: { name: string; candidates: readonly number[] }[] = [];

  constructor(readonly search = SEARCH) {}

  setClass(name: string): void {
    this.class = name;
  }

  committed(key: Parameters<FleetRecord['committed']>[0]): CommittedEvaluation | undefined {
    return this.committedOnes.get(jobIdOf(key));
  }

  commit(job: EvaluationJob, { status, score, steps }: EvaluationOutcome): void {
    this.committedOnes.set(jobIdOf(job), { status, score, steps, artifact: null });
  }

  workersAre(workers: Parameters<FleetRecord['workersAre']>[0]): void {
    this.workers.splice(0, this.workers.length, ...workers);
  }
}

export const jobNumber = (number: number): EvaluationJob => ({
  number,
  genome: { widths: [number] },
  cost: { params: 4, macs: 100, trainingBytes: 1000 },
  rung: 0,
  share: 1,
  seed: 7,
  purpose: 'search',
  probe: false,
});

/** An outcome that depends on the job alone, with everything that JSON cannot hold. */
export const outcomeOfJob = ({ number }: EvaluationJob): EvaluationOutcome => ({
  status: 'done',
  score: number / 3,
  steps: 4,
  engine: 'onnx',
  device: 'cpu',
  seconds: 0.5,
  error: null,
  attempts: 1,
  curves: [{ name: 'loss', steps: [0, 1, 2], values: [NaN, -Infinity, -0] }],
  probes: [{ name: 'ridge', value: NaN, low: null, high: 1 }],
  weights: { w: tensor([2], Float32Array.of(number, -0)) },
});

/** A pool of made-up trainings, which end when they are asked to. */
export function fakePool(
  train: (job: EvaluationJob, signal: AbortSignal) => Promise<EvaluationOutcome>,
  capacity = 1,
): Evaluators {
  return { capacity, evaluate: (job, signal) => train(job, signal), close: () => Promise.resolve() };
}

/** Rejects as trainings do once the signal is aborted. */
export const lasting =
  (milliseconds: number) =>
  async (job: EvaluationJob, signal: AbortSignal): Promise<EvaluationOutcome> => {
    await sleep(milliseconds, undefined, { signal }).catch(() => {
      throw signal.reason as Error;
    });
    return outcomeOfJob(job);
  };

export interface Place {
  readonly url: string;
  readonly blobs: BlobStore;
}

export interface Led {
  readonly fleet: FleetEvaluators;
  readonly events: FleetEvent[];
  readonly record: MemoryRecord;
  /** Evaluates a job and commits its outcome. */
  readonly evaluate: (number: number) => Promise<EvaluationOutcome>;
}

/** Leads a search, as `voxolve search --queue` does. */
export async function lead(
  { url, blobs }: Place,
  record = new MemoryRecord(),
  changes: Partial<Announcement> = {},
): Promise<Led> {
  const events: FleetEvent[] = [];
  const setup = await publishSetup(
    {
      experiment: Experiment.parse(tinyExperiment),
      code: { space: '', proxyTask: '' },
      engine: 'onnx',
      device: 'cpu',
      threads: 1,
      scans: null,
    },
    blobs,
  );
  const fleet = await FleetEvaluators.open({
    connection: await connect(url, 'coordinator'),
    blobs,
    record,
    report: (event) => events.push(event),
    announcement: {
      version: PROTOCOL,
      search: record.search,
      name: 'made up',
      setup,
      engine: 'onnx',
      device: 'cpu',
      precision: 'float32',
      threads: 1,
      mixed: false,
      lookahead: 4,
      ...changes,
    },
  });
  const evaluate = async (number: number): Promise<EvaluationOutcome> => {
    const job = jobNumber(number);
    const outcome = await fleet.evaluate(job, new AbortController().signal);
    record.commit(job, outcome);
    return outcome;
  };
  return { fleet, events, record, evaluate };
}

export interface Hired {
  readonly events: WorkerEvent[];
  /** Ends the worker as SIGTERM does. */
  readonly leave: () => Promise<void>;
  /** Settles when the worker has ended; rejects with what it refused. */
  readonly ended: Promise<void>;
}

/** Starts a worker, as `voxolve worker` does. */
export async function hire(
  { url, blobs }: Place,
  name: string,
  pool: Evaluators,
  { processorClass = 'cpu-a', lock = 5000 } = {},
): Promise<Hired> {
  const events: WorkerEvent[] = [];
  const stop = new AbortController();
  const connection = await connect(url, 'worker');
  const ended = runWorker({
    connection,
    blobs,
    name,
    lock,
    checkpointSeconds: 30,
    classFor: () => Promise.resolve(processorClass),
    openPool: () => Promise.resolve(pool),
    once: false,
    signal: stop.signal,
    report: (event) => events.push(event),
  }).finally(() => connection.close());
  ended.catch(() => undefined);
  return {
    events,
    ended,
    leave: async () => {
      stop.abort();
      await ended.catch(() => undefined);
    },
  };
}

/** Waits until a condition holds. */
export async function until(holds: () => boolean | Promise<boolean>, seconds = 15): Promise<void> {
  const end = performance.now() + 1000 * seconds;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error('what was waited for did not come');
    await sleep(10);
  }
}
