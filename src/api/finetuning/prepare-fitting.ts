/**
 * Everything that fits need, from what was read: rows, covariates, features or scans, and the place to compute.
 */
import { join } from 'node:path';
import { hashJson } from '../../core/hash.js';
import { plainJson } from '../../core/json.js';
import { plural } from '../../core/plural.js';
import { clipRemarks } from '../../downstream/cohort/clips.js';
import type { FitSetup } from '../../workers/fits/setup.js';
import type { ModelInputs } from '../../workers/fits/unit.js';
import type { FinetuneEvent, Listener } from '../events.js';
import type { CheckedOptions } from './check-options.js';
import { readArms, type Arms } from './curves/arms.js';
import type { Arm } from './curves/plan.js';
import { dividerOf } from './divide.js';
import type { RunEncoder } from './export-model.js';
import { checkFits, type Fitting } from './fit-and-answer.js';
import { scanOptionsOf, type CohortScans, type Material } from './material.js';
import { earlyOf, encoderInputs, prepareScans, startingEncoder } from './prepare-scans.js';
import type { RunRecord } from './run/run-folder.js';

export interface FittingJob {
  readonly material: Material;
  readonly scans: CohortScans | null;
  readonly run: RunRecord;
  /** Folder of the run. */
  readonly folder: string;
  readonly options: CheckedOptions;
  readonly signal: AbortSignal | undefined;
  readonly report: Listener<FinetuneEvent>;
}

/** Names of what fits read. */
export const PRETRAINED = 'pretrained';
const TABLE = 'table';

export async function prepareFitting(job: FittingJob): Promise<Fitting> {
  const { material, scans, run, folder, signal, report } = job;
  const { workers, checkpointEvery, labels, repeats, folds } = job.options;
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
  const divide = dividerOf(cohort, task.seed);
  // What fits will read follows from scans; whether they can be fitted, from the manifest alone.
  const expected = scans !== null && task.encoder.train !== 'frozen' ? { encoder: PRETRAINED } : {};
  checkFits({ cohort, task, head, inputs: expected }, folds, divide);
  const read = scans === null ? null : await readByEncoder(job, scans);
  const inputs = read?.inputs ?? { covariates: TABLE };
  const curves = labels && { labels, repeats, inputsOf: read?.inputsOf ?? tableOf };
  return {
    cohort,
    task,
    head,
    inputs,
    ...(read && { encoder: read.encoder }),
    folds,
    ...(curves && { curves }),
    folder,
    remarks: [
      ...cohort.remarks,
      ...lostRemarks(scans),
      // Curves compare with it.
      ...(labels === undefined ? clipRemarks(scans?.scans.set.volumes ?? []) : []),
    ],
    options: {
      setup: {
        ...base,
        ...read?.setup,
        covariates: { ...base.covariates, ...read?.setup.covariates },
      },
      workers,
      signal,
      divide,
      onFits: (done, total, name) => report({ kind: 'fits', done, total, name }),
    },
  };
}

/** Without scans there is one arm. */
const tableOf = (arm: Arm): ModelInputs | undefined => (arm === 'table' ? { covariates: TABLE } : undefined);

interface Read {
  readonly inputs: ModelInputs;
  readonly setup: Partial<FitSetup>;
  readonly encoder: RunEncoder;
  readonly inputsOf?: Arms['inputsOf'];
}

async function readByEncoder(
  { material, run, folder, options, signal, report }: FittingJob,
  { scans, cohort }: CohortScans,
): Promise<Read> {
  const prepared = prepareScans(material, cohort, scans);
  const { seed, fusion } = material.source.task;
  const key = [seed, 'finetune', 'encoder'];
  const start = {
    ...startingEncoder(prepared.encoder, prepared.fit.crop.size, key),
    ...earlyOf(material.source),
  };
  const shared = { prepared, cohort, material, place: run.engine, folder, signal, report };
  const read = await encoderInputs({ ...shared, name: PRETRAINED, start });
  const table = cohort.covariates.length === 0 ? undefined : { covariates: TABLE };
  // Covariates join the scan where a fusion says so.
  const inputs = { ...read.inputs, ...(fusion.name !== 'none' && table) };
  const setup = { ...read.setup, scans: prepared.fit };
  const { crop, normalisation } = prepared.fit;
  const { description } = prepared.encoder;
  const encoder = { start, crop, normalisation, scans: scanOptionsOf(material), description };
  if (options.labels === undefined) return { inputs, setup, encoder };
  const arms = await readArms(shared, options.repeats, { model: inputs, table });
  return {
    inputs,
    encoder,
    inputsOf: arms.inputsOf,
    setup: {
      ...setup,
      covariates: arms.setup.covariates,
      features: { ...setup.features, ...arms.setup.features },
      encoders: { ...setup.encoders, ...arms.setup.encoders },
    },
  };
}

function lostRemarks(scans: CohortScans | null): readonly string[] {
  const lost = scans?.lost ?? [];
  if (lost.length === 0) return [];
  return [`${plural(lost.length, 'row')} left out, without a scan that can be used: ${lost.join('; ')}`];
}
