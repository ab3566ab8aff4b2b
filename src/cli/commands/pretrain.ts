/**
 * `voxolve pretrain EXPERIMENT.json --architecture FILE|DB[:NUMBER]|NAME -o DIR`: one architecture at full budget.
 *
 * What a winner goes through before it is used. The folder holds checkpoints while it runs; at the end, `curves.json`
 * and `encoder/`, the same export as a search's winner. The command typed again goes on where it was ended.
 */
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import type { Curve, TrainingOutcome } from '../../core/records.js';
import { writeAtomically } from '../../core/atomic-write.js';
import { present, UserError } from '../../core/errors.js';
import { rngOf } from '../../core/random.js';
import { parseOrThrow } from '../../core/validate.js';
import { engines } from '../../engines/index.js';
import { resolveExperiment, type ResolvedExperiment } from '../../experiment/resolve.js';
import { readExperiment } from '../../experiment/read.js';
import { taskNameOf } from '../../experiment/references.js';
import { tryOwn } from '../../experiment/try-own.js';
import { devices, Experiment } from '../../experiment/schema.js';
import { writeFolder } from '../../export/write-folder.js';
import { infeasibility } from '../../nn/shapes.js';
import { batchesHere } from '../../pretrain/batches.js';
import { programCost } from '../../pretrain/cost.js';
import { heldOutBatches, Interrupted, pretrain as train } from '../../pretrain/pretrain.js';
import { shareScans } from '../../scans/sampling/scan-set-transfer.js';
import type { ScanSet } from '../../scans/sampling/scan-set.js';
import { BatchPrefetcher } from '../../workers/batch-prefetcher.js';
import { loadArchitecture, type ArchitectureSource } from '../../api/architecture-source.js';
import { Checkpoints } from '../../api/pretraining/checkpoints.js';
import { defineCommand } from '../command.js';
import { chooseEngine, type EngineChoice } from '../../calibration/engine-choice.js';
import { exportFiles } from '../../api/export-files.js';
import { jsonOption, note, print, printJson } from '../views/output.js';
import { loadScans, phantoms, scanFolder } from '../../api/scan-source.js';
import { TrainingProgress } from '../views/training-progress.js';

export const pretrain = defineCommand({
  command: 'pretrain <experiment>',
  describe: 'pretrain one architecture at full budget, with checkpoints',
  builder: (yargs) =>
    yargs
      .positional('experiment', { type: 'string', demandOption: true, describe: 'experiment file (JSON)' })
      .option('architecture', {
        type: 'string',
        demandOption: true,
        describe:
          'genome or architecture.json, a database such as runs/ct.db or runs/ct.db:12, or a name such as r3d-18',
      })
      .option('scans', {
        type: 'string',
        describe: 'folder of scans (default: the phantoms of the experiment)',
      })
      .option('output', { alias: 'o', type: 'string', demandOption: true, describe: 'folder to write' })
      .option('steps', { type: 'number', describe: 'overrides the experiment' })
      .option('seed', { type: 'number', describe: 'overrides the experiment' })
      .option('checkpoint-every', { type: 'number', default: 100, describe: 'steps between checkpoints' })
      .option('engine', { choices: ['auto', 'onnx', 'tfjs'] as const, describe: 'overrides the experiment' })
      .option('device', {
        choices: devices,
        describe: 'overrides the experiment',
      })
      .options(jsonOption),
  handler: async (args) => {
    const every = args.checkpointEvery;
    if (!Number.isInteger(every) || every < 1) {
      throw new UserError({
        subject: '--checkpoint-every',
        problem: `must be a positive integer, got ${every}`,
        fix: 'use 1 or more',
      });
    }
    const experiment = withOverrides(await readExperiment(args.experiment), args);
    const choice = await chooseEngine(experiment);
    const draft = await resolveExperiment(experiment, 1);
    await loadArchitecture(args.architecture, draft, 1); // refuses a wrong one before scans are read
    const folder = await scanFolder(
      args.scans === undefined ? phantoms : resolve(args.scans),
      experiment,
      args.output,
    );
    const scans = await loadScans(folder, experiment, draft.plan);
    const resolved = await resolveExperiment(experiment, scans.channels);
    tryOwn(resolved, scans);
    const source = await loadArchitecture(args.architecture, resolved, scans.channels);
    const run = { resolved, source, scans, choice, folder: args.output, every };
    const outcome = await runPretraining(run);
    if (outcome !== undefined) await finish(run, outcome, args.json);
  },
});

interface Run {
  readonly resolved: ResolvedExperiment;
  readonly source: ArchitectureSource;
  readonly scans: ScanSet;
  readonly choice: EngineChoice;
  readonly folder: string;
  /** Steps between checkpoints. */
  readonly every: number;
}

interface Result {
  readonly outcome: TrainingOutcome;
  readonly checkpoints: Checkpoints;
}

/** `evaluateEvery` is a tenth of the steps where the experiment says nothing: curves are what a long run is watched by. */
function withOverrides(
  experiment: Experiment,
  { steps, seed, engine, device }: Readonly<Record<'steps' | 'seed' | 'engine' | 'device', unknown>>,
): Experiment {
  const given = (values: object): object =>
    Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
  const total = typeof steps === 'number' ? steps : experiment.training.steps;
  const training = {
    evaluateEvery: Math.max(1, Math.round(total / 10)),
    ...given(experiment.training),
    ...given({ steps }),
  };
  const changed = { ...experiment, ...given({ seed, engine, device }), training };
  return parseOrThrow(Experiment, changed, 'options over the experiment');
}

/** Undefined where the user interrupted. */
async function runPretraining(run: Run): Promise<Result | undefined> {
  const { resolved, source, scans, choice, every } = run;
  const { experiment, plan } = resolved;
  const { architecture } = source;
  const misfit = [plan.encoderInput, ...(plan.furtherEncoderInputs ?? [])]
    .map((input) => infeasibility(architecture, input))
    .find((reason) => reason !== null);
  if (misfit !== undefined) {
    throw new UserError({
      subject: `architecture ${architecture.name}`,
      problem: `does not fit the input of ${resolved.task.name}: ${misfit}`,
      fix: 'choose larger patches or crops in the task options, or another architecture',
    });
  }
  if (existsSync(join(run.folder, 'encoder'))) {
    throw new UserError({
      subject: run.folder,
      problem: 'holds a finished pretraining',
      fix: 'name a new folder with -o',
    });
  }
  const program = resolved.program(architecture);
  const checkpoints = new Checkpoints(join(run.folder, 'checkpoint'), identityOf(run));
  const from = checkpoints.read();
  const heldOut = heldOutBatches(scans, plan, experiment.training, rngOf(experiment.seed, 'held-out'));
  const engine = present(engines[choice.engine], choice.engine);
  note(
    `engine: ${choice.engine} on ${choice.device}; ${from === undefined ? 'starting' : `going on after step ${from.state.step}`}`,
  );
  const session = await engine.open(program, { device: choice.device, threads: availableParallelism() });
  const { metric, chance } = plan;
  const progress = new TrainingProgress({
    total: experiment.training.steps,
    done: from?.state.step ?? 0,
    metric,
    chance,
    losses: curveOf(from?.curves, 'train/loss'),
    scores: curveOf(from?.curves, `validation/${metric}`),
  });
  const signal = watchSignals(progress);
  const here = batchesHere({ set: scans, plan, size: experiment.training.batch, split: 'train' });
  const batches = new BatchPrefetcher({ experiment, code: resolved.code, scans: shareScans(scans) }, here);
  try {
    const outcome = await train({
      session,
      program,
      plan,
      set: scans,
      options: experiment.training,
      rng: rngOf(experiment.seed, 'pretrain'),
      batches,
      heldOut,
      macs: programCost(program).macs,
      interrupted: signal.raised,
      ...(from === undefined ? {} : { from }),
      checkpoint: { every, save: (snapshot) => Promise.resolve(checkpoints.save(snapshot)) },
      onBest: (step, score, weights) => Promise.resolve(checkpoints.offer(step, score, weights)),
      onReport: (report) => progress.report(report),
    });
    return { outcome, checkpoints };
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    process.exitCode = 130;
    return undefined;
  } finally {
    progress.close();
    signal.release();
    await batches.close();
    await session.dispose();
  }
}

function curveOf(curves: readonly Curve[] | undefined, name: string): readonly number[] {
  return curves?.find((curve) => curve.name === name)?.values ?? [];
}

/** Everything that decides the result. */
function identityOf({ resolved, source, scans, choice }: Run) {
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

function watchSignals(progress: TrainingProgress) {
  let raised = false;
  const onSignal = (): void => {
    if (raised) process.exit(130);
    raised = true;
    progress.remark(
      'stopping; the same command goes on from the last checkpoint (press Ctrl-C again to leave at once)',
    );
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return {
    raised: (): boolean => raised,
    release: (): void => {
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
    },
  };
}

/** Writes curves and export, best weights by validation; then checkpoints are no longer needed. */
async function finish(run: Run, { outcome, checkpoints }: Result, json: boolean): Promise<void> {
  const { resolved, source, folder } = run;
  const { plan } = resolved;
  const best = checkpoints.winner;
  await mkdir(folder, { recursive: true });
  const curves = join(folder, 'curves.json');
  await writeAtomically(curves, `${JSON.stringify(outcome.curves)}\n`);
  const diverged = outcome.status === 'diverged' || best === null;
  if (!diverged) {
    const score = { metric: plan.metric, value: best.score, chance: plan.chance };
    const origin = { ...source.origin, score };
    const { architecture } = source;
    const files = await exportFiles('pytorch', { resolved, architecture, weights: best.weights, origin });
    await writeFolder(join(folder, 'encoder'), files);
    checkpoints.remove();
  } else process.exitCode = 1;
  const asked = resolved.experiment.training.steps;
  if (json) {
    printJson({
      status: outcome.status,
      steps: outcome.steps,
      stoppedEarly: outcome.steps < asked,
      metric: plan.metric,
      chance: plan.chance,
      score: outcome.score,
      best: best && { step: best.step, score: best.score },
      curves,
      folder: diverged ? null : join(folder, 'encoder'),
    });
  } else if (diverged) {
    print(`diverged after ${outcome.steps} of ${asked} steps; curves in ${curves}`);
  } else {
    const early = outcome.steps < asked ? ` (of ${asked}: the score no longer improved)` : '';
    print(
      `${outcome.steps} steps${early}: ${plan.metric} ${outcome.score.toFixed(3)}, best ${best.score.toFixed(3)} after step ${best.step}, chance ${plan.chance.toFixed(3)}`,
    );
    print(`the best encoder is in ${join(folder, 'encoder')}, the curves are in ${curves}`);
  }
}
