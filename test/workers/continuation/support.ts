/**
 * Evaluations that are interrupted on purpose, of networks that are compiled in a moment.
 */
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { rngOf } from '../../../src/core/random.js';
import type { EvaluationJob, EvaluationOutcome } from '../../../src/core/records.js';
import { resolveExperiment, type ConstrainedExperiment } from '../../../src/experiment/resolve.js';
import { Experiment } from '../../../src/experiment/schema.js';
import { loadScanSet } from '../../../src/scans/load.js';
import { writePhantoms } from '../../../src/scans/phantoms/phantoms.js';
import { shareScans } from '../../../src/scans/sampling/scan-set-transfer.js';
import type { ScanSet } from '../../../src/scans/sampling/scan-set.js';
import { CHECKPOINT_FILE } from '../../../src/workers/continuation/checkpoint-file.js';
import { HandBack, type Told } from '../../../src/workers/continuation/continuation.js';
import type { AttemptOutcome } from '../../../src/workers/job.js';
import type { SharedSetup } from '../../../src/workers/pool.js';
import { Runtime, type RuntimeSetup } from '../../../src/workers/runtime.js';
import { smallSpace, tinyExperiment } from '../../support/tiny.js';

export interface Bench {
  readonly set: ScanSet;
  readonly resolved: ConstrainedExperiment;
  readonly setup: SharedSetup;
}

/** Validated every third step, three batches at a time. */
export async function benchIn(folder: string, steps = 12, changes: object = {}): Promise<Bench> {
  const training = { ...tinyExperiment.training, steps, evaluateEvery: 3 };
  const experiment = Experiment.parse({ ...tinyExperiment, space: smallSpace, training, ...changes });
  const scans = join(folder, 'scans');
  await writePhantoms(scans, tinyExperiment.phantoms);
  const cacheDirectory = join(folder, 'cache');
  const { set } = await loadScanSet(scans, experiment.scans, { seed: 3, cacheDirectory });
  const resolved = (await resolveExperiment(experiment)).planFor(set.channels).constrainBy(undefined);
  const place = {
    engine: 'onnx',
    device: 'cpu',
    threads: 1,
    isolation: 'thread',
    prefetch: false,
    spin: false,
  } as const;
  return { set, resolved, setup: { experiment, code: resolved.code, ...place, scans: shareScans(set, 2) } };
}

export function runtimeOf({ set, setup }: Bench, changes: Partial<RuntimeSetup> = {}): Promise<Runtime> {
  return Runtime.create({ ...setup, alone: true, ...changes }, set);
}

export function jobOf({ resolved }: Bench, changes: Partial<EvaluationJob> = {}): EvaluationJob {
  const { number = 0 } = changes;
  const genome = resolved.space.gene.sample(rngOf('genome', number));
  const feasibility = resolved.feasibility(genome);
  if (!feasibility.feasible) throw new Error(feasibility.reason);
  const { cost } = feasibility;
  const purpose = 'search';
  return { number, genome, cost, rung: 0, share: 1, seed: 3, purpose, probe: false, ...changes };
}

/** What depends on the job alone; the bits of all weights are in it. */
export function resultOf(outcome: EvaluationOutcome | AttemptOutcome): unknown {
  const { seconds: _seconds, peakBytes: _bytes, weights, ...result } = outcome;
  const bits = Object.entries(weights ?? {}).map(([name, { shape, data }]) => ({
    name,
    shape,
    bits: [...new Uint32Array(data.buffer, data.byteOffset, data.length)],
  }));
  return { ...result, bits };
}

export interface Attempt {
  readonly folder: string;
  readonly everySeconds?: number;
  /** Questions after which the attempt is asked to hand back; absent: it is left alone. */
  readonly questions?: number;
  readonly onTold?: (told: Told) => void;
}

/** Undefined where it was handed back. */
export async function attempt(
  runtime: Runtime,
  job: EvaluationJob,
  { folder, everySeconds = Infinity, questions = Infinity, onTold }: Attempt,
): Promise<AttemptOutcome | undefined> {
  let asked = 0;
  const continuing = { folder, everySeconds, handsBack: () => true, tell: (told: Told) => onTold?.(told) };
  try {
    return await runtime.evaluate(job, () => ++asked > questions, continuing);
  } catch (thrown) {
    if (thrown instanceof HandBack) return undefined;
    throw thrown;
  }
}

/** A folder with a copy of another's checkpoint. */
export function copied(from: string, to: string): string {
  mkdirSync(to, { recursive: true });
  copyFileSync(join(from, CHECKPOINT_FILE), join(to, CHECKPOINT_FILE));
  return to;
}
