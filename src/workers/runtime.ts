/**
 * What one worker holds: a prepared experiment, one engine, the held-out batches; it trains one candidate at a
 * time. The same code runs in a thread and in a child process.
 */
import { performance } from 'node:perf_hooks';
import { present } from '../core/errors.js';
import { rngOf } from '../core/random.js';
import { engines } from '../engines/index.js';
import type { Engine } from '../engines/engine.js';
import { prepare, type Prepared } from '../experiment/prepare.js';
import { inheritProgram } from '../pretrain/inherit.js';
import { heldOutBatches, pretrain } from '../pretrain/pretrain.js';
import type { Batch } from '../pretrain/batches.js';
import type { TrainingOptions } from '../pretrain/options.js';
import type { ScanSet } from '../scans/scan-set.js';
import type { TensorMap } from '../core/tensor.js';
import type { AttemptOutcome, Inherited, Job, WorkerSetup } from './setup.js';

export type RuntimeSetup = Pick<WorkerSetup, 'experiment' | 'engine' | 'device' | 'threads'>;

export class Runtime {
  private constructor(
    private readonly setup: RuntimeSetup,
    private readonly scans: ScanSet,
    private readonly prepared: Prepared,
    private readonly engine: Engine,
    private readonly heldOut: readonly Batch[],
  ) {}

  static async create(setup: RuntimeSetup, scans: ScanSet): Promise<Runtime> {
    const prepared = await prepare(setup.experiment, scans.channels);
    const engine = present(engines[setup.engine], `engine ${setup.engine}`);
    const { seed, training } = setup.experiment;
    const heldOut = heldOutBatches(scans, prepared.plan, training, rngOf(seed, 'held-out'));
    return new Runtime(setup, scans, prepared, engine, heldOut);
  }

  /** Trains and scores one candidate. Throws only `Interrupted`, and for defects and lost devices. */
  async evaluate(job: Job, interrupted: () => boolean): Promise<AttemptOutcome> {
    const { number, genome, share, parent } = job;
    const started = performance.now();
    const seconds = (): number => (performance.now() - started) / 1000;
    const { prepared, setup } = this;
    const assessment = prepared.assess(genome);
    if (!assessment.feasible) {
      const error = assessment.reason;
      return { status: 'infeasible', score: null, steps: 0, seconds: seconds(), curves: [], error };
    }
    const architecture = prepared.architecture(genome);
    const program = prepared.program(architecture);
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
        plan: prepared.plan,
        set: this.scans,
        options: shortened(setup.experiment.training, share),
        rng: rngOf(setup.experiment.seed, number),
        heldOut: this.heldOut,
        macs: assessment.cost.macs,
        initial,
        interrupted,
      });
      return { ...outcome, seconds: seconds(), ...(inherited === undefined ? {} : { inherited }) };
    } finally {
      await session.dispose();
    }
  }
}

/** Training at a lower fidelity: fewer steps under the same schedule, at least one. */
function shortened(options: TrainingOptions, share: number): TrainingOptions {
  return { ...options, steps: Math.max(1, Math.round(options.steps * share)) };
}
