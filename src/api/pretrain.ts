/**
 * Pretrains one architecture at full budget: the training that a winner goes through before it is used.
 *
 * The folder holds checkpoints while it runs; at the end, `curves.json` and `encoder/`, the same export as a search's
 * winner. The same call goes on where it was ended.
 */
import { definedEntries } from '../core/json.js';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomically } from '../core/atomic-write.js';
import type { Experiment } from '../experiment/schema.js';
import { writeFolder } from '../export/write-folder.js';
import type { TrainingOutcome } from '../core/records.js';
import {
  readAsked,
  withOutcomes,
  withOverrides,
  type AskedExperiment,
  type ExperimentOverrides,
} from './asked-experiment.js';
import type { Listener, PretrainEvent, RunOptions } from './events.js';
import { exportFiles } from './exporting/export-files.js';
import { FolderHold } from './output-folder/folder-hold.js';
import { preparePretraining } from './pretraining/prepare.js';
import type { Checkpoints } from '../pretrain/checkpoints.js';
import { CHECKPOINT, requireInterval, train, type PretrainRun } from './pretraining/train.js';

export interface PretrainOptions extends ExperimentOverrides, RunOptions<PretrainEvent> {
  readonly experiment: AskedExperiment;
  /** Genome or `architecture.json`, a database as `runs/ct.db` or `runs/ct.db:12`, or the name of a published network. */
  readonly architecture: string;
  /** Folder of scans; absent: the phantoms that the experiment describes. */
  readonly scans?: string | undefined;
  /** Table of the outcomes, in place of the one that the experiment's objective names: patients of its final test stay outside. */
  readonly outcomes?: string | undefined;
  /** Folder to write. */
  readonly output: string;
  /** Steps in place of the experiment's. */
  readonly steps?: number | undefined;
  /** Steps between checkpoints; 100 by default. */
  readonly checkpointEvery?: number | undefined;
}

export interface PretrainingOutcome {
  /** `interrupted`: the signal ended it; the same call goes on from the last checkpoint. */
  readonly status: TrainingOutcome['status'] | 'interrupted';
  /** Steps taken; null if interrupted. */
  readonly steps: number | null;
  /** Steps asked for. */
  readonly asked: number;
  readonly metric: string;
  readonly chance: number;
  /** The metric on held-out patients after the last step; null if interrupted. */
  readonly score: number | null;
  /** The validation with the highest score, whose weights are exported. */
  readonly best: { readonly step: number; readonly score: number } | null;
  /** Path of `curves.json`; null if interrupted. */
  readonly curves: string | null;
  /** Folder of the exported encoder; null if interrupted or diverged. */
  readonly folder: string | null;
}

/**
 * Trains until the last step, until the score stops improving, or until `signal` is aborted. Throws `UserError` for what cannot be
 * used, and for a folder that another process is pretraining into.
 */
export async function pretrain(options: PretrainOptions): Promise<PretrainingOutcome> {
  const hold = new FolderHold(options.output, 'pretraining');
  try {
    return await pretrainIn(hold, options);
  } finally {
    hold.release();
  }
}

async function pretrainIn(hold: FolderHold, options: PretrainOptions): Promise<PretrainingOutcome> {
  const { output, checkpointEvery: every = 100, signal } = options;
  const report: Listener<PretrainEvent> = options.onEvent ?? (() => undefined);
  requireInterval(every);
  // A new folder is made once nothing is wrong.
  if (existsSync(join(output, CHECKPOINT))) hold.take();
  const experiment = withSteps(withOutcomes(await readAsked(options.experiment), options.outcomes), options);
  const prepared = await preparePretraining(experiment, { ...options, report });
  const { resolved, source, choice } = prepared;
  const scans = prepared.scans.set;
  const run = { resolved, source, scans, choice, folder: output, hold, every, report, signal };
  const trained = await train(run);
  const { metric, chance } = resolved.plan;
  const known = { metric, chance, asked: experiment.training.steps };
  if (trained !== undefined)
    return { ...known, ...(await finish(run, trained.outcome, trained.checkpoints)) };
  return {
    ...known,
    status: 'interrupted',
    steps: null,
    score: null,
    best: null,
    curves: null,
    folder: null,
  };
}

/** `evaluateEvery` is a tenth of the steps where the experiment says nothing: curves are what a long run is watched by. */
function withSteps(experiment: Experiment, { steps, seed, engine, device }: PretrainOptions): Experiment {
  const total = steps ?? experiment.training.steps;
  const training = {
    evaluateEvery: Math.max(1, Math.round(total / 10)),
    ...definedEntries(experiment.training),
    ...definedEntries({ steps }),
  };
  return withOverrides(experiment, { seed, engine, device, training });
}

/** Writes curves and export, with the weights of the best validation; then removes the checkpoints. */
async function finish(
  { resolved, source, folder }: PretrainRun,
  { curves: lines, status, steps, score }: TrainingOutcome,
  checkpoints: Checkpoints,
): Promise<Omit<PretrainingOutcome, 'metric' | 'chance' | 'asked'>> {
  const best = checkpoints.winner;
  await mkdir(folder, { recursive: true });
  const curves = join(folder, 'curves.json');
  await writeAtomically(curves, `${JSON.stringify(lines)}\n`);
  const told = { status, steps, score, best: best && { step: best.step, score: best.score }, curves };
  if (status === 'diverged' || best === null) return { ...told, folder: null };
  const { metric, chance } = resolved.plan;
  const origin = { ...source.origin, score: { metric, value: best.score, chance } };
  const { architecture } = source;
  const files = await exportFiles('pytorch', { resolved, architecture, weights: best.weights, origin });
  const encoder = join(folder, 'encoder');
  await writeFolder(encoder, files);
  checkpoints.remove();
  return { ...told, folder: encoder };
}
