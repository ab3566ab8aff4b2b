/**
 * Fine-tunes a model of an outcome on labelled scans, tables, or both: cross-validated, calibrated, with a report whose every
 * figure follows from `predictions.csv`. See docs/finetuning.md.
 *
 * The same call goes on where it was ended: finished fits are kept, those under way go on from their checkpoints.
 */
import { join } from 'node:path';
import { writeAtomically } from '../core/atomic-write.js';
import { hashJson } from '../core/hash.js';
import { plainJson } from '../core/json.js';
import { version } from '../core/version.js';
import type { Experiment } from '../experiment/schema.js';
import { Interrupted } from '../pretrain/pretrain.js';
import type { FinetuneEvent, Listener, RunOptions } from './events.js';
import { checkOptions } from './finetuning/check-options.js';
import { placeOf } from './finetuning/engine.js';
import { fitAndAnswer } from './finetuning/fit-and-answer.js';
import { dividerOf } from './finetuning/divide.js';
import { encoderRecord, readMaterial, taskRecord } from './finetuning/material.js';
import type { Report } from './reporting/report.js';
import { readRun, requireSameRun, writeRun, type RunRecord } from './finetuning/run-folder.js';
import { readTask, type AskedTask } from './finetuning/task-source.js';

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

/** Throws `UserError` for a task, manifest, encoder or folder that cannot be used. */
export async function finetune(options: FinetuneOptions): Promise<FinetuneOutcome> {
  const { output, signal } = options;
  const report: Listener<FinetuneEvent> = options.onEvent ?? (() => undefined);
  const { folds, workers, checkpointEvery } = checkOptions(options);
  const source = await readTask(options.task, options.seed);
  const before = readRun(output);
  const material = await readMaterial(source, options);
  const record = { task: await taskRecord(material), manifest: material.manifestHash, folds };
  requireSameRun(output, before, { ...record, encoder: encoderRecord(material.encoder) });
  const { cohort } = material;
  report({
    kind: 'cohort read',
    rows: cohort.rows.length,
    patients: new Set(cohort.rows.map(({ patient }) => patient)).size,
    remarks: cohort.remarks,
  });
  const place = await placeOf(options, before, material.encoder !== null);
  const run: RunRecord = {
    version,
    ...record,
    encoder: encoderRecord(material.encoder),
    scans: null,
    engine: place,
  };
  requireSameRun(output, before, run);
  writeRun(output, run);
  signal?.throwIfAborted();
  const setup = {
    identity: hashJson(plainJson({ ...run, version: null })),
    folder: join(output, 'fits'),
    head: source.task.head.name,
    cohort,
    features: {},
    encoders: {},
    ...place,
    threads: 1,
    checkpointEvery,
  };
  report({ kind: 'fitting', ...place, workers, encoder: material.encoder?.description ?? null });
  try {
    const content = await fitAndAnswer({
      cohort,
      ...source,
      inputs: { covariates: true },
      folds,
      folder: output,
      remarks: cohort.remarks,
      options: {
        setup,
        workers,
        signal,
        divide: dividerOf(cohort, source.task.seed),
        onFits: (done, total, name) => report({ kind: 'fits', done, total, name }),
      },
    });
    await writeAtomically(join(output, 'report.json'), `${JSON.stringify(content, null, 2)}\n`);
    return { status: 'done', folder: output, report: content };
  } catch (thrown) {
    if (!(thrown instanceof Interrupted)) throw thrown;
    return { status: 'interrupted', folder: output, report: null };
  }
}
