/**
 * What one worker holds: a prepared experiment, one engine, the held-out batches; it trains one candidate at a
 * time. The same code runs in a thread and in a child process.
 */
import { performance } from 'node:perf_hooks';
import { present } from '../core/errors.js';
import { rngOf } from '../core/random.js';
import { engines } from '../engines/index.js';
import type { Engine } from '../engines/engine.js';
import { requireSameCode } from '../experiment/code-record.js';
import { resolveExperiment, type ResolvedExperiment } from '../experiment/resolve.js';
import { inheritProgram } from '../pretrain/inherit.js';
import { heldOutBatches, pretrain } from '../pretrain/pretrain.js';
import { batchesHere, type Batch, type BatchSource } from '../pretrain/batches.js';
import type { TrainingOptions } from '../pretrain/options.js';
import { shareScans } from '../scans/sampling/scan-set-transfer.js';
import type { ScanSet } from '../scans/sampling/scan-set.js';
import type { TensorMap } from '../core/tensor.js';
import { watchPeak } from './peak-memory.js';
import { BatchPrefetcher } from './batch-prefetcher.js';
import { probeFeatures } from './probe.js';
import type { AttemptOutcome, Inherited, Job, WorkerSetup } from './job.js';

export type RuntimeSetup = Pick<
  WorkerSetup,
  'experiment' | 'code' | 'engine' | 'device' | 'threads' | 'alone' | 'prefetch' | 'labelled'
>;

export class Runtime {
  private constructor(
    private readonly setup: RuntimeSetup,
    private readonly scans: ScanSet,
    private readonly resolved: ResolvedExperiment,
    private readonly engine: Engine,
    private readonly batches: BatchSource,
  ) {}

  static async create(setup: RuntimeSetup, scans: ScanSet): Promise<Runtime> {
    const resolved = await resolveExperiment(setup.experiment, scans.channels);
    requireSameCode(setup.code, resolved.code, setup.experiment, 'the search');
    const engine = present(engines[setup.engine], `engine ${setup.engine}`);
    const size = setup.experiment.training.batch;
    const here = batchesHere({ set: scans, plan: resolved.plan, size, split: 'train' });
    const batches = setup.prefetch
      ? new BatchPrefetcher(
          { experiment: setup.experiment, code: setup.code, scans: shareScans(scans) },
          here,
        )
      : here;
    return new Runtime(setup, scans, resolved, engine, batches);
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
  async evaluate(job: Job, interrupted: () => boolean): Promise<AttemptOutcome> {
    const { number, genome, share, seed, parent, stopBelow } = job;
    const started = performance.now();
    const peak = this.setup.alone ? watchPeak() : () => null;
    const seconds = (): number => (performance.now() - started) / 1000;
    const { resolved, setup } = this;
    const assessment = resolved.feasibility(genome);
    if (!assessment.feasible) {
      const error = assessment.reason;
      return { status: 'infeasible', score: null, steps: 0, seconds: seconds(), curves: [], error };
    }
    const architecture = resolved.architecture(genome);
    const program = resolved.program(architecture);
    let inherited: Inherited | undefined;
    const initial = (drawn: TensorMap): TensorMap => {
      if (parent === undefined) return drawn;
      const { weights, provenance } = inheritProgram(architecture, parent.weights, drawn);
      inherited = { from: parent.number, tensors: provenance };
      return weights;
    };
    const session = await this.engine.open(program, { device: setup.device, threads: setup.threads });
    try {
      const outcome = await pretrain({
        session,
        program,
        plan: resolved.plan,
        set: this.scans,
        options: shortened(setup.experiment.training, share),
        rng: rngOf(seed, number),
        heldOut: this.heldOutOf(seed),
        batches: this.batches,
        macs: assessment.cost.macs,
        initial,
        interrupted,
        ...(stopBelow === undefined ? {} : { stopBelow }),
      });
      const peakBytes = peak();
      const probes =
        job.probe && setup.labelled !== undefined && outcome.weights !== undefined
          ? await probeFeatures(architecture, outcome.weights, setup.labelled, setup.threads)
          : undefined;
      return {
        ...outcome,
        seconds: seconds(),
        ...(probes === undefined ? {} : { probes }),
        ...(peakBytes === null ? {} : { peakBytes }),
        ...(inherited === undefined ? {} : { inherited }),
      };
    } finally {
      await session.dispose();
    }
  }
}

/** Training at another fidelity: fewer or more steps under the same schedule, at least one. */
function shortened(options: TrainingOptions, share: number): TrainingOptions {
  return { ...options, steps: Math.max(1, Math.round(options.steps * share)) };
}
