/**
 * The final model of a run, ready to answer for rows of other tables and scans.
 */
import { z } from 'zod';
import { present } from '../../core/errors.js';
import { definedEntries, isJsonRecord, type Json } from '../../core/json.js';
import { parseOrThrow } from '../../core/validate.js';
import type { Place } from '../../downstream/training/by-chunks.js';
import { engines } from '../../engines/index.js';
import { ScanOptions } from '../../scans/options.js';
import type { EncoderSource } from '../encoder-source.js';
import { FEATURE_THREADS } from '../finetuning/engine.js';
import { readRun } from '../finetuning/run/run-folder.js';
import { readTask, type TaskSource } from '../finetuning/task-source.js';
import { readRunModel, type RunModel } from './run-model.js';
import { recordedReport } from './run-report.js';

export interface FittedRun {
  readonly folder: string;
  readonly source: TaskSource;
  readonly final: RunModel;
  /** Of the final model's probabilities. */
  readonly temperature?: number;
  /** The encoder that the run was made with; null without one. */
  readonly encoder: { readonly fingerprint: string; readonly description: string } | null;
  /** How scans are prepared, and how many voxels the encoder sees at once, where the run says so. */
  readonly reading: Partial<Pick<EncoderSource, 'scans' | 'input'>>;
  readonly place: Place;
}

export async function readFittedRun(folder: string): Promise<FittedRun> {
  const { temperature } = recordedReport(folder);
  const record = present(readRun(folder), `${folder}/run.json`);
  const { code: _, ...task } = isJsonRecord(record.task) ? record.task : {};
  const source = await readTask(task);
  return {
    folder,
    source,
    final: readRunModel(folder),
    ...(typeof temperature === 'number' ? { temperature } : {}),
    encoder: encoderOf(record.encoder),
    reading: readingOf(record.scans, `${folder}/run.json`),
    place: {
      engine: present(engines[record.engine.engine], `engine ${record.engine.engine}`),
      device: record.engine.device,
      threads: FEATURE_THREADS,
    },
  };
}

const Scans = z.looseObject({
  options: ScanOptions.optional(),
  input: z.tuple([z.int(), z.int(), z.int()]).optional(),
});

function readingOf(scans: Json, path: string): FittedRun['reading'] {
  if (scans === null) return {};
  const { options, input } = parseOrThrow(Scans, scans, `"scans" of ${path}`);
  return definedEntries({ scans: options, input });
}

function encoderOf(record: Json): FittedRun['encoder'] {
  if (!isJsonRecord(record)) return null;
  const { fingerprint, description } = record;
  const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '');
  return { fingerprint: text(fingerprint), description: text(description) };
}
