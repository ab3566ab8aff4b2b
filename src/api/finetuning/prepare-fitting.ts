/**
 * Everything that fits need, from what was read: rows, covariates, features or scans, and the place to compute.
 */
import { join } from 'node:path';
import { hashJson } from '../../core/hash.js';
import { plainJson } from '../../core/json.js';
import { plural } from '../../core/plural.js';
import type { FitSetup } from '../../workers/fits/setup.js';
import type { ModelInputs } from '../../workers/fits/unit.js';
import type { FinetuneEvent, Listener } from '../events.js';
import { dividerOf } from './divide.js';
import type { Fitting } from './fit-and-answer.js';
import type { CohortScans, Material } from './material.js';
import { encoderInputs, prepareScans, startingEncoder } from './prepare-scans.js';
import type { RunRecord } from './run-folder.js';

export interface FittingJob {
  readonly material: Material;
  readonly scans: CohortScans | null;
  readonly run: RunRecord;
  /** Folder of the run. */
  readonly folder: string;
  readonly workers: number;
  readonly checkpointEvery: number;
  readonly signal: AbortSignal | undefined;
  readonly report: Listener<FinetuneEvent>;
}

/** Names of what fits read. */
export const PRETRAINED = 'pretrained';
export const TABLE = 'table';

export async function prepareFitting(job: FittingJob): Promise<Fitting> {
  const { material, scans, run, folder, workers, checkpointEvery, signal, report } = job;
  const { task, head } = material.source;
  const cohort = scans?.cohort ?? material.cohort;
  const base: FitSetup = {
    identity: hashJson(plainJson({ ...run, version: null })),
    folder: join(folder, 'fits'),
    head: task.head.name,
    cohort,
    covariates: { [TABLE]: cohort.covariates },
    features: {},
    encoders: {},
    ...run.engine,
    // Sums may differ with the number of threads, which must not follow from the machine.
    threads: 1,
    checkpointEvery,
  };
  const read = scans === null ? null : await readByEncoder(job, scans);
  const setup: FitSetup = { ...base, ...read?.setup };
  const table: ModelInputs = readsTable(job) ? { covariates: TABLE } : {};
  return {
    cohort,
    task,
    head,
    inputs: { ...read?.inputs, ...table },
    folds: run.folds,
    folder,
    remarks: [...cohort.remarks, ...lostRemarks(scans)],
    options: {
      setup,
      workers,
      signal,
      divide: dividerOf(cohort, task.seed),
      onFits: (done, total, name) => report({ kind: 'fits', done, total, name }),
    },
  };
}

/** Covariates are read where there is nothing else, or a fusion joins them to the scan. */
function readsTable({ material, scans }: FittingJob): boolean {
  const { task } = material.source;
  return material.cohort.covariates.length > 0 && (scans === null || task.fusion.name !== 'none');
}

async function readByEncoder(
  { material, run, folder, signal, report }: FittingJob,
  { scans, cohort }: CohortScans,
): Promise<{ readonly inputs: ModelInputs; readonly setup: Partial<FitSetup> }> {
  const prepared = prepareScans(material, cohort, scans);
  const { seed } = material.source.task;
  const start = startingEncoder(prepared.encoder, prepared.fit.crop.size, [seed, 'finetune', 'encoder']);
  const { inputs, setup } = await encoderInputs({
    name: PRETRAINED,
    start,
    prepared,
    cohort,
    material,
    place: run.engine,
    folder,
    signal,
    report,
  });
  return { inputs, setup: { ...setup, scans: prepared.fit } };
}

function lostRemarks(scans: CohortScans | null): readonly string[] {
  const lost = scans?.lost ?? [];
  if (lost.length === 0) return [];
  return [`${plural(lost.length, 'row')} left out, without a scan that can be used: ${lost.join('; ')}`];
}
