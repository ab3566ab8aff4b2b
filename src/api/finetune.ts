/**
 * Fine-tunes a model of an outcome on labelled scans, tables, or both: cross-validated, calibrated, with a report whose every
 * figure follows from `predictions.csv`. See docs/finetuning.md.
 *
 * The same call goes on where it was ended: finished fits are kept, those under way go on from their checkpoints.
 */
import { diskFailure } from '../core/disk-failure.js';
import { version } from '../core/version.js';
import type { Experiment } from '../experiment/schema.js';
import { Interrupted } from '../pretrain/pretrain.js';
import type { FinetuneEvent, Listener, RunOptions } from './events.js';
import { checkOptions } from './finetuning/check-options.js';
import { placeOf } from './finetuning/engine.js';
import { fitAndAnswer } from './finetuning/fit-and-answer.js';
import { encoderRecord, readMaterial, readScans, scansRecord, taskRecord } from './finetuning/material.js';
import type { Report } from './reporting/report.js';
import { prepareFitting } from './finetuning/prepare-fitting.js';
import { readRun, requireSameRun, writeRun, type RunRecord } from './finetuning/run/run-folder.js';
import { readTask, type AskedTask } from './finetuning/task-source.js';
import { FolderHold } from './output-folder/folder-hold.js';

export interface FinetuneOptions extends RunOptions<FinetuneEvent> {
  /** Path of a task file (JSON), or its content. */
  readonly task: AskedTask;
  /** A folder, a database as `runs/ct.db` or `runs/ct.db:12`, the name of a published network; `none`: covariates alone. */
  readonly encoder: string;
  /** Folder of scans; not needed without an encoder. */
  readonly scans?: string | undefined;
  /** CSV or TSV table of scans with their targets. */
  readonly manifest: string;
  /** Folder to write. */
  readonly output: string;
  /** Folds where the manifest has no validation rows; 5 by default. */
  readonly folds?: number | undefined;
  /** Numbers of training patients of the label-efficiency curves, or `all`; absent: none are made. */
  readonly labels?: readonly (number | 'all')[] | undefined;
  /** Draws of these patients; 5 by default. */
  readonly repeats?: number | undefined;
  readonly seed?: number | undefined;
  readonly engine?: Experiment['engine'] | undefined;
  readonly device?: Experiment['device'] | undefined;
  /** Fits at once; as many as the machine has cores by default. Changes no result. */
  readonly workers?: number | undefined;
  /** Steps between checkpoints of a fit; 100 by default. */
  readonly checkpointEvery?: number | undefined;
}

export interface FinetuneOutcome {
  /** `interrupted`: the signal ended it; the same call goes on. */
  readonly status: 'done' | 'interrupted';
  readonly folder: string;
  /** The content of `report.json`; null if interrupted. */
  readonly report: Report | null;
}

/**
 * Throws `UserError` for a task, manifest, encoder or folder that cannot be used, and for a folder that another process is
 * fine-tuning into.
 */
export async function finetune(options: FinetuneOptions): Promise<FinetuneOutcome> {
  const hold = new FolderHold(options.output, 'fine-tuning');
  try {
    return { status: 'done', folder: options.output, report: await finetuneIn(hold, options) };
  } catch (thrown) {
    if (!(thrown instanceof Interrupted)) throw diskFailure(options.output, thrown);
    return { status: 'interrupted', folder: options.output, report: null };
  } finally {
    hold.release();
  }
}

async function finetuneIn(hold: FolderHold, options: FinetuneOptions): Promise<Report> {
  const { output, signal } = options;
  const report: Listener<FinetuneEvent> = options.onEvent ?? (() => undefined);
  const checked = checkOptions(options);
  const { folds, workers } = checked;
  const source = await readTask(options.task, options.seed);
  const before = readRun(output);
  // A new folder is made once nothing is wrong.
  if (before !== null) hold.take();
  const material = await readMaterial(source, options);
  const { rows, remarks } = material.cohort;
  const patients = new Set(rows.map(({ patient }) => patient)).size;
  report({ kind: 'cohort read', rows: rows.length, patients, remarks });
  const begun = {
    version,
    task: await taskRecord(material),
    manifest: material.manifestHash,
    folds,
    encoder: encoderRecord(material.encoder),
    engine: await placeOf(options, before, material),
  };
  requireSameRun(output, before, begun);
  const scans = options.scans === undefined ? null : await readScans(material, options.scans, report);
  const run: RunRecord = { ...begun, scans: scans && scansRecord(material, scans) };
  signal?.throwIfAborted();
  hold.take();
  requireSameRun(output, readRun(output), run);
  writeRun(output, run);
  const description = material.encoder?.description ?? null;
  report({ kind: 'fitting', ...begun.engine, workers, encoder: description });
  const job = { material, scans, run, folder: output, options: checked, signal, report };
  return fitAndAnswer(await prepareFitting(job));
}
