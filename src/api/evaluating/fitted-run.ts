/**
 * The final model of a run, ready to answer for rows of other tables and scans.
 */
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { present, UserError } from '../../core/errors.js';
import { definedEntries, isJsonRecord, type Json } from '../../core/json.js';
import { parseOrThrow } from '../../core/validate.js';
import type { Place } from '../../downstream/training/by-chunks.js';
import { engines } from '../../engines/index.js';
import { ScanOptions } from '../../scans/options.js';
import { FitFolder } from '../../workers/fits/fit-folder.js';
import type { FitResult } from '../../workers/fits/unit.js';
import type { EncoderSource } from '../encoder-source.js';
import { FINAL } from '../finetuning/plan-fits.js';
import { readRun } from '../finetuning/run-folder.js';
import { readTask, type TaskSource } from '../finetuning/task-source.js';
import { readJsonRecord } from './read-json.js';
import { recordedReport } from './run-report.js';

export interface FittedRun {
  readonly folder: string;
  readonly source: TaskSource;
  readonly final: FitResult;
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
    final: finalFit(folder),
    ...(typeof temperature === 'number' ? { temperature } : {}),
    encoder: encoderOf(record.encoder),
    reading: readingOf(record.scans, `${folder}/run.json`),
    place: {
      engine: present(engines[record.engine.engine], `engine ${record.engine.engine}`),
      device: record.engine.device,
      threads: availableParallelism(),
    },
  };
}

function finalFit(folder: string): FitResult {
  const path = join(folder, 'fits', FINAL);
  const listing = join(path, 'fit.json');
  if (!existsSync(listing)) {
    const stacked = existsSync(join(path, 'parts'));
    throw new UserError({
      subject: folder,
      problem: stacked
        ? 'stacks a model of the scan and one of the table (fusion meta), which is not applied to other scans yet'
        : 'holds no final model',
      fix: stacked ? 'fine-tune with another fusion, such as concat' : 'finish the fine-tuning first',
    });
  }
  const { identity } = readJsonRecord(listing);
  const fit = new FitFolder(path, typeof identity === 'string' ? identity : '').read();
  return present(fit, listing);
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
