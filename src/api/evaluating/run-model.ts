/**
 * The final model of a run, in one piece or stacked: read from the run's folder, and what it tells of rows.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { present, UserError } from '../../core/errors.js';
import type { TensorMap } from '../../core/tensor.js';
import { parseOrThrow } from '../../core/validate.js';
import { applyMeta, type MetaModel } from '../../downstream/fusion/meta/meta.js';
import { MetaRecord } from '../../downstream/fusion/meta/record.js';
import { predictWith } from '../../downstream/training/predict.js';
import type { Place } from '../../downstream/training/by-chunks.js';
import type { ModelRows } from '../../downstream/training/rows.js';
import { FitFolder } from '../../workers/fits/fit-folder.js';
import type { FitResult } from '../../workers/fits/unit.js';
import { FINAL } from '../finetuning/plan-fits.js';
import { inOnePiece } from '../finetuning/stacking.js';
import type { TaskSource } from '../finetuning/task-source.js';
import { readJsonRecord } from './read-json.js';

/** A stack of two models, or, with `meta` null, one model as both. */
export interface RunModel {
  /** The model that reads scans, where any is read. */
  readonly scan: FitResult;
  /** The model that reads covariates, where any are read. */
  readonly table: FitResult;
  readonly meta: MetaModel | null;
}

/** Throws `UserError` where the run has not finished. */
export function readRunModel(folder: string): RunModel {
  const path = join(folder, 'fits', FINAL);
  const meta = join(path, 'meta.json');
  if (existsSync(meta)) {
    const part = (name: string): FitResult =>
      present(fitIn(join(path, 'parts', name)), `the part ${name} of ${path}`);
    const model = parseOrThrow(MetaRecord, readJsonRecord(meta), meta);
    return { scan: part('scan'), table: part('table'), meta: model };
  }
  const single = fitIn(path);
  if (single !== undefined) return { scan: single, table: single, meta: null };
  throw new UserError({
    subject: folder,
    problem: 'holds no final model',
    fix: 'finish the fine-tuning first',
  });
}

function fitIn(path: string): FitResult | undefined {
  const listing = join(path, 'fit.json');
  if (!existsSync(listing)) return undefined;
  const { identity } = readJsonRecord(listing);
  return new FitFolder(path, typeof identity === 'string' ? identity : '').read();
}

/** A run's model with what it takes to ask it. */
interface Asked {
  readonly final: RunModel;
  readonly source: TaskSource;
  readonly place: Place;
}

export interface Told {
  /** By the whole model, before calibration. */
  readonly whole: TensorMap;
  /** By the model that reads scans. */
  readonly scan: TensorMap;
}

/** What the final model of a run tells of rows with features and covariates, each where it reads them. */
export async function toldOf({ final, source, place }: Asked, rows: ModelRows): Promise<Told> {
  const answering = { task: inOnePiece(source.task), head: source.head, place };
  const { scan, table, meta } = final;
  if (meta === null) {
    const whole = await predictWith(table.model, answering, rows);
    return { whole, scan: whole };
  }
  const { covariates, features, tiles, ...rest } = rows;
  const told = {
    scan: await predictWith(scan.model, answering, {
      ...rest,
      ...(features && { features }),
      ...(tiles && { tiles }),
    }),
    table: await predictWith(table.model, answering, { ...rest, ...(covariates && { covariates }) }),
  };
  return { whole: applyMeta(meta, told), scan: told.scan };
}
