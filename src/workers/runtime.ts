/**
 * State of one worker: a resolved experiment, one engine, the held-out batches. It trains one candidate at a time. The same code runs in a thread and in a child process.
 */
import { performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';
import { present } from '../core/errors.js';
import type { EvaluationJob, EvaluationOutcome, Inherited, TrainingOutcome } from '../core/records.js';
import { rngOf } from '../core/random.js';
import { engines } from '../engines/index.js';
import type { Engine } from '../engines/engine.js';
import { requireSameCode } from '../experiment/code-record.js';
import { resolveExperiment, type PlannedExperiment } from '../experiment/resolve.js';
import type { Architecture } from '../nn/architecture.js';
import { inheritProgram } from '../pretrain/inherit.js';
import { drawnWeights, heldOutBatches, Interrupted, pretrain } from '../pretrain/pretrain.js';
import { batchesHere, type Batch, type BatchSource } from '../pretrain/batches.js';
import type { TrainingOptions } from '../pretrain/options.js';
import { shareScans } from '../scans/sampling/scan-set-transfer.js';
import type { ScanSet } from '../scans/sampling/scan-set.js';
import type { TensorMap } from '../core/tensor.js';
import { watchPeak } from './peak-memory.js';
import { BatchPrefetcher } from './batch-prefetcher.js';
import { HandBack, type Continuing } from './continuation/continuation.js';
import { identityOf } from './continuation/identity.js';
import { TrainingCheckpoints } from './continuation/training-checkpoints.js';
import { scoreByOutcome, type ScoredOutcome } from './objective.js';
import { probeFeatures } from './probe.js';
import type { AttemptOutcome, WorkerSetup } from './job.js';

export type RuntimeSetup = Pick<
  WorkerSetup,
  | 'experiment'
  | 'code'
  | 'engine'
  | 'device'
  | 'threads'
  | 'alone'
  | 'prefetch'
  | 'spin'
  | 'labelled'
  | 'outcomes'
>;

/** Wrappings of what a runtime computes with, by which a benchmark measures it. They change no result. */
export interface Wrappings {
  readonly engine: (engine: Engine) => Engine;
  readonly batches: (source: BatchSource) => BatchSource;
}

const unwrapped: Wrappings = { engine: (engine) => engine, batches: (source) => source };

export class Runtime {
  private constructor(
    private readonly setup: RuntimeSetup,
    private readonly scans: ScanSet,
    private readonly resolved: PlannedExperiment,
    private readonly engine: Engine,
    private readonly batches: BatchSource,
  ) {}

  static async create(setup: RuntimeSetup, scans: ScanSet, wrap: Wrappings = unwrapped): Promise<Runtime> {
    const resolved = (await resolveExperiment(setup.experiment)).planFor(scans.channels);
    requireSameCode(setup.code, resolved.code, setup.experiment, 'the search');
    const engine = wrap.engine(present(engines[setup.engine], `engine ${setup.engine}`));
    const size = setup.experiment.training.batch;
    const here = batchesHere({ set: scans, plan: resolved.plan, size, split: 'train' });
    const batches = setup.prefetch
      ? new BatchPrefetcher(
          { experiment: setup.experiment, code: setup.code, scans: shareScans(scans) },
          here,
        )
      : here;
    return new Runtime(setup, scans, resolved, engine, wrap.batches(batches));
  }

  private readonly heldOut = new Map<number, readonly Batch[]>();

  /** Equal for all evaluations with a seed: those of the search, and those of one repetition of the winners. */
  private heldOutOf(seed: number): readonly Batch[] {
    const { resolved, setup, scans } = this;
    const known =
      this.heldOut.get(seed) ??
      heldOutBatches(scans, resolved.plan, setup.experiment.training, rngOf(seed, 'held-out'));
    // The search's own, and the last of another seed: each may be large.
    for (const other of this.heldOut.keys()) if (other !== setup.experiment.seed) this.heldOut.delete(other);
    this.heldOut.set(seed, known);
    return known;
  }

  /**
   * Trains and scores one candidate. Throws only `Interrupted`, or `HandBack` where that was asked for, and for defects and
   * lost devices.
   */
  async evaluate(
    job: EvaluationJob,
    interrupted: () => boolean,
    continuing?: Continuing,
  ): Promise<AttemptOutcome> {
    try {
      return await this.attempt(job, interrupted, continuing);
    } catch (thrown) {
      throw thrown instanceof Interrupted && continuing?.handsBack() === true ? new HandBack() : thrown;
    }
  }

  private async attempt(
    job: EvaluationJob,
    interrupted: () => boolean,
    continuing: Continuing | undefined,
  ): Promise<AttemptOutcome> {
    const started = performance.now();
    const { resolved, setup } = this;
    // Engine torch computes in a process that is not this one.
    const peak = setup.alone && setup.engine !== 'torch' ? watchPeak() : () => null;
    const architecture = resolved.architecture(job.genome);
    const program = resolved.program(architecture);
    const rng = rngOf(job.seed, job.number);
    const start = startOf(job, architecture, () => drawnWeights(program, rng));
    const options = shortened(setup.experiment.training, job.share);
    const scans = this.scans.fingerprint;
    const checkpoints =
      continuing &&
      new TrainingCheckpoints(continuing, {
        identity: identityOf({ job, architecture, options, setup, scans }),
        program,
        steps: options.steps,
        measured: resolved.objective !== undefined || this.isProbed(job),
      });
    const { device, threads, spin, experiment } = setup;
    const { precision } = experiment;
    const session = await this.engine.open(program, { device, threads, precision, spin });
    try {
      const outcome = await pretrain({
        session,
        program,
        plan: resolved.plan,
        set: this.scans,
        options,
        rng,
        heldOut: this.heldOutOf(job.seed),
        batches: this.batches,
        macs: job.cost.macs,
        initial: start.weightsFrom,
        interrupted: checkpoints === undefined ? interrupted : listening(interrupted),
        ...(checkpoints && { checkpoint: checkpoints, from: () => checkpoints.read() }),
        ...(job.stopBelow === undefined ? {} : { stopBelow: job.stopBelow }),
      });
      const peakBytes = peak();
      const scored = await this.scoreOf(architecture, outcome, interrupted);
      const probed = await this.probesOf(job, architecture, outcome, interrupted);
      const probes = scored === undefined ? probed : [...scored.probes, ...(probed ?? [])];
      const inherited = start.inherited();
      return {
        ...outcome,
        ...(scored === undefined ? {} : { score: scored.score }),
        engine: setup.engine,
        device: setup.device,
        seconds: checkpoints?.seconds ?? (performance.now() - started) / 1000,
        error: null,
        ...(probes === undefined ? {} : { probes }),
        ...(peakBytes === null ? {} : { peakBytes }),
        ...(inherited === undefined ? {} : { inherited }),
      };
    } finally {
      await session.dispose();
    }
  }

  /** The score by the experiment's objective; undefined where that is the proxy task's metric. */
  private async scoreOf(
    architecture: Architecture,
    outcome: TrainingOutcome,
    interrupted: () => boolean,
  ): Promise<ScoredOutcome | undefined> {
    const { outcomes: set, threads, experiment } = this.setup;
    const { objective } = this.resolved;
    if (objective === undefined) return undefined;
    const labelled = present(set, 'the labelled crops of the objective');
    return scoreByOutcome(architecture, outcome, {
      objective,
      set: labelled,
      seed: experiment.seed,
      threads,
      interrupted,
    });
  }

  private isProbed({ probe }: EvaluationJob): boolean {
    return probe && this.setup.labelled !== undefined;
  }

  private async probesOf(
    job: EvaluationJob,
    architecture: Architecture,
    { weights }: TrainingOutcome,
    interrupted: () => boolean,
  ): Promise<EvaluationOutcome['probes']> {
    const { labelled, threads } = this.setup;
    if (!this.isProbed(job) || labelled === undefined || weights === undefined) return undefined;
    return probeFeatures(architecture, weights, { labelled, threads, interrupted });
  }
}

/** Initial weights made from freshly drawn ones, and what they inherited, which is the same where training went on from a checkpoint. */
function startOf({ parent }: EvaluationJob, architecture: Architecture, drawn: () => TensorMap) {
  let inherited: Inherited | undefined;
  const weightsFrom = (fresh: TensorMap): TensorMap => {
    if (parent === undefined) return fresh;
    const { weights, provenance } = inheritProgram(architecture, parent.weights, fresh);
    inherited = { from: parent.number, tensors: provenance };
    return weights;
  };
  return {
    weightsFrom,
    inherited: (): Inherited | undefined => {
      if (parent !== undefined && inherited === undefined) weightsFrom(drawn());
      return inherited;
    },
  };
}

/** Lets messages of other threads and processes in before it asks. */
function listening(interrupted: () => boolean): () => Promise<boolean> {
  return async () => {
    await setImmediate();
    return interrupted();
  };
}

/** Training at another fidelity: fewer or more steps under the same schedule, at least one. */
function shortened(options: TrainingOptions, share: number): TrainingOptions {
  return { ...options, steps: Math.max(1, Math.round(options.steps * share)) };
}
