/**
 * State of one worker: a resolved experiment, one engine, the held-out batches. It trains one candidate at a time. The same code runs in a thread and in a child process.
 */
import { performance } from 'node:perf_hooks';
import { present } from '../core/errors.js';
import type { EvaluationJob, EvaluationOutcome, Inherited, TrainingOutcome } from '../core/records.js';
import { rngOf } from '../core/random.js';
import { engines } from '../engines/index.js';
import type { Engine } from '../engines/engine.js';
import { requireSameCode } from '../experiment/code-record.js';
import { resolveExperiment, type PlannedExperiment } from '../experiment/resolve.js';
import type { Architecture } from '../nn/architecture.js';
import { inheritProgram } from '../pretrain/inherit.js';
import { heldOutBatches, pretrain } from '../pretrain/pretrain.js';
import { batchesHere, type Batch, type BatchSource } from '../pretrain/batches.js';
import type { TrainingOptions } from '../pretrain/options.js';
import { shareScans } from '../scans/sampling/scan-set-transfer.js';
import type { ScanSet } from '../scans/sampling/scan-set.js';
import type { TensorMap } from '../core/tensor.js';
import { watchPeak } from './peak-memory.js';
import { BatchPrefetcher } from './batch-prefetcher.js';
import { scoreByOutcome, type ScoredOutcome } from './objective.js';
import { probeFeatures } from './probe.js';
import type { AttemptOutcome, WorkerSetup } from './job.js';

export type RuntimeSetup = Pick<
  WorkerSetup,
  'experiment' | 'code' | 'engine' | 'device' | 'threads' | 'alone' | 'prefetch' | 'labelled' | 'outcomes'
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

  /** Trains and scores one candidate. Throws only `Interrupted`, and for defects and lost devices. */
  async evaluate(job: EvaluationJob, interrupted: () => boolean): Promise<AttemptOutcome> {
    const started = performance.now();
    const { resolved, setup } = this;
    // Engine torch computes in a process that is not this one.
    const peak = setup.alone && setup.engine !== 'torch' ? watchPeak() : () => null;
    const architecture = resolved.architecture(job.genome);
    const start = startOf(job, architecture);
    const program = resolved.program(architecture);
    const { device, threads, experiment } = setup;
    const session = await this.engine.open(program, { device, threads, precision: experiment.precision });
    try {
      const outcome = await pretrain({
        session,
        program,
        plan: resolved.plan,
        set: this.scans,
        options: shortened(setup.experiment.training, job.share),
        rng: rngOf(job.seed, job.number),
        heldOut: this.heldOutOf(job.seed),
        batches: this.batches,
        macs: job.cost.macs,
        initial: start.weightsFrom,
        interrupted,
        ...(job.stopBelow === undefined ? {} : { stopBelow: job.stopBelow }),
      });
      const peakBytes = peak();
      const scored = await this.scoreOf(architecture, outcome, interrupted);
      const probed = await this.probesOf(job, architecture, outcome);
      const probes = scored === undefined ? probed : [...scored.probes, ...(probed ?? [])];
      const inherited = start.inherited();
      return {
        ...outcome,
        ...(scored === undefined ? {} : { score: scored.score }),
        engine: setup.engine,
        device: setup.device,
        seconds: (performance.now() - started) / 1000,
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

  private async probesOf(
    job: EvaluationJob,
    architecture: Architecture,
    { weights }: TrainingOutcome,
  ): Promise<EvaluationOutcome['probes']> {
    const { labelled, threads } = this.setup;
    if (!job.probe || labelled === undefined || weights === undefined) return undefined;
    return probeFeatures(architecture, weights, labelled, threads);
  }
}

/** Initial weights made from freshly drawn ones; what they inherited is known once they are made. */
function startOf({ parent }: EvaluationJob, architecture: Architecture) {
  let inherited: Inherited | undefined;
  return {
    weightsFrom: (drawn: TensorMap): TensorMap => {
      if (parent === undefined) return drawn;
      const { weights, provenance } = inheritProgram(architecture, parent.weights, drawn);
      inherited = { from: parent.number, tensors: provenance };
      return weights;
    },
    inherited: (): Inherited | undefined => inherited,
  };
}

/** Training at another fidelity: fewer or more steps under the same schedule, at least one. */
function shortened(options: TrainingOptions, share: number): TrainingOptions {
  return { ...options, steps: Math.max(1, Math.round(options.steps * share)) };
}
