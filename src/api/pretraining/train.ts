/**
 * One training at full budget, from its start or from its last checkpoint.
 */
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { EngineChoice } from '../../calibration/engine-choice.js';
import { present, UserError } from '../../core/errors.js';
import { rngOf } from '../../core/random.js';
import { engines } from '../../engines/index.js';
import { taskNameOf } from '../../experiment/references.js';
import type { PlannedExperiment } from '../../experiment/resolve.js';
import { infeasibility } from '../../nn/shapes.js';
import { batchesHere } from '../../pretrain/batches.js';
import { programCost } from '../../pretrain/cost.js';
import type { Curve, TrainingOutcome } from '../../core/records.js';
import { heldOutBatches, Interrupted, pretrain } from '../../pretrain/pretrain.js';
import type { ScanSet } from '../../scans/sampling/scan-set.js';
import { shareScans } from '../../scans/sampling/scan-set-transfer.js';
import { BatchPrefetcher } from '../../workers/batch-prefetcher.js';
import type { Listener, PretrainEvent } from '../events.js';
import type { FolderHold } from '../output-folder/folder-hold.js';
import type { ArchitectureSource } from './architecture-source.js';
import { Checkpoints } from '../../pretrain/checkpoints.js';

/** Name of the folder of checkpoints in that of the run. */
export const CHECKPOINT = 'checkpoint';

export interface PretrainRun {
  readonly resolved: PlannedExperiment;
  readonly source: ArchitectureSource;
  readonly scans: ScanSet;
  readonly choice: EngineChoice;
  /** Folder of the run; its checkpoints lie in it. */
  readonly folder: string;
  readonly hold: FolderHold;
  /** Steps between checkpoints. */
  readonly every: number;
  readonly report: Listener<PretrainEvent>;
  readonly signal: AbortSignal | undefined;
}

export interface Trained {
  readonly outcome: TrainingOutcome;
  readonly checkpoints: Checkpoints;
}

/** Undefined if the signal ended it. */
export async function train(run: PretrainRun): Promise<Trained | undefined> {
  const { resolved, source, scans, choice, every, report, signal } = run;
  const { experiment, plan } = resolved;
  requireFit(run);
  run.hold.take();
  requireUnfinished(run.folder);
  const program = resolved.program(source.architecture);
  const checkpoints = new Checkpoints(join(run.folder, CHECKPOINT), identityOf(run));
  const from = checkpoints.read();
  const heldOut = heldOutBatches(scans, plan, experiment.training, rngOf(experiment.seed, 'held-out'));
  const engine = present(engines[choice.engine], choice.engine);
  const { metric, chance } = plan;
  report({
    kind: 'training',
    engine: choice.engine,
    device: choice.device,
    metric,
    chance,
    steps: experiment.training.steps,
    from:
      from === undefined
        ? null
        : {
            step: from.state.step,
            losses: valuesOf(from.curves, 'train/loss'),
            scores: valuesOf(from.curves, `validation/${metric}`),
          },
  });
  const session = await engine.open(program, {
    device: choice.device,
    threads: availableParallelism(),
    precision: experiment.precision,
    spin: true,
  });
  const here = batchesHere({ set: scans, plan, size: experiment.training.batch, split: 'train' });
  const batches = new BatchPrefetcher({ experiment, code: resolved.code, scans: shareScans(scans) }, here);
  try {
    const outcome = await pretrain({
      session,
      program,
      plan,
      set: scans,
      options: experiment.training,
      rng: rngOf(experiment.seed, 'pretrain'),
      batches,
      heldOut,
      macs: programCost(program).macs,
      interrupted: () => signal?.aborted === true,
      ...(from === undefined ? {} : { from: () => from }),
      checkpoint: { every, save: (snapshot) => Promise.resolve(checkpoints.save(snapshot)) },
      onBest: (step, score, weights) => Promise.resolve(checkpoints.offer(step, score, weights)),
      onReport: (told) => report({ kind: 'step', report: told }),
    });
    return { outcome, checkpoints };
  } catch (error) {
    if (error instanceof Interrupted) return undefined;
    throw error;
  } finally {
    await batches.close();
    await session.dispose();
  }
}

/** Throws `UserError` for steps between checkpoints that are no number of steps. */
export function requireInterval(every: number): void {
  if (Number.isInteger(every) && every >= 1) return;
  throw new UserError({
    subject: '--checkpoint-every',
    problem: `must be a positive integer, got ${every}`,
    fix: 'use 1 or more',
  });
}

/** Throws `UserError` where the architecture shrinks the task's input to nothing. */
export function requireFit({ resolved: { plan, task }, source: { architecture } }: PretrainRun): void {
  const misfit = [plan.encoderInput, ...(plan.furtherEncoderInputs ?? [])]
    .map((input) => infeasibility(architecture, input))
    .find((reason) => reason !== null);
  if (misfit === undefined) return;
  throw new UserError({
    subject: `architecture ${architecture.name}`,
    problem: `does not fit the input of ${task.name}: ${misfit}`,
    fix: 'choose larger patches or crops in the task options, or another architecture',
  });
}

function requireUnfinished(folder: string): void {
  if (!existsSync(join(folder, 'encoder'))) return;
  throw new UserError({
    subject: folder,
    problem: 'holds a finished pretraining',
    fix: 'name a new folder with -o',
  });
}

function valuesOf(curves: readonly Curve[], name: string): readonly number[] {
  return curves.find((curve) => curve.name === name)?.values ?? [];
}

/** Everything that decides the result. */
export function identityOf({ resolved, source, scans, choice }: PretrainRun): Record<string, never> {
  const { experiment, code } = resolved;
  const { training, seed, proxyTask } = experiment;
  const imports = code.loaded?.[taskNameOf(proxyTask)];
  return JSON.parse(
    JSON.stringify({
      architecture: source.architecture,
      proxyTask,
      code: code.proxyTask,
      ...(imports === undefined ? {} : { imports }),
      training,
      seed,
      scans: scans.fingerprint,
      engine: choice.engine,
      device: choice.device,
    }),
  ) as Record<string, never>;
}
