/**
 * Applies the final model of a run to the rows of another manifest, and to their scans.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../core/errors.js';
import { sha256 } from '../../core/hash.js';
import { plural } from '../../core/plural.js';
import { clipRemarks } from '../../downstream/cohort/clips.js';
import type { Cohort } from '../../downstream/cohort/cohort.js';
import { applyCovariates } from '../../downstream/cohort/encode.js';
import { readCohort } from '../../downstream/cohort/read-cohort.js';
import type { PredictionTable } from '../../downstream/predictions/table.js';
import type { ModelRows } from '../../downstream/training/rows.js';
import type { FinetuneEvent, Listener } from '../events.js';
import { predictionTable } from '../finetuning/answers.js';
import { readScans, type Material } from '../finetuning/material.js';
import { earlyOf, prepareScans, startingEncoder, type PreparedScans } from '../finetuning/prepare-scans.js';
import { FINAL } from '../finetuning/plan-fits.js';
import { someRows } from '../finetuning/some-rows.js';
import { encoderOfRun } from './run-encoder.js';
import { scanReader, type ScanReader } from './scan-reader.js';
import { toldOf } from './run-model.js';
import type { FittedRun } from './fitted-run.js';
import { tableOf } from './run-report.js';

export interface OtherRows {
  readonly manifest: string;
  /** Folder of scans; needed where the run has an encoder. */
  readonly scans?: string | undefined;
  /** The encoder that the run was made with: a folder, a database or a name; absent: the one that the run keeps. */
  readonly encoder?: string | undefined;
}

/** The scans, and how the model reads them. */
export interface Scanned {
  readonly material: Material;
  readonly prepared: PreparedScans;
  readonly reader: ScanReader;
}

export interface Applied {
  readonly table: PredictionTable;
  readonly cohort: Cohort;
  /** Null where the model reads no scans. */
  readonly scanned: Scanned | null;
  readonly remarks: readonly string[];
}

export async function applyRun(
  run: FittedRun,
  other: OtherRows,
  report: Listener<FinetuneEvent>,
): Promise<Applied> {
  const { source, final, temperature } = run;
  const { model, covariates } = final.table;
  const read = await readOther(run, other, report);
  const { cohort, scanned } = read;
  const all = [...cohort.rows.keys()];
  const rows: ModelRows = {
    targets: cohort.targets,
    patients: cohort.rows.map(({ patient }) => patient),
    ...(scanned && (await scanned.reader.rowsOf(scanned.prepared, all))),
    ...(covariates && { covariates: applyCovariates(covariates, cohort.covariates, all) }),
  };
  const { whole: answers } = await toldOf(run, rows);
  const { times } = model.context;
  const spec = { name: FINAL, task: source.task, inputs: {}, train: [], heldOut: [], answer: all } as const;
  const answering = {
    spec: { ...spec, exact: false, key: [], ...(times && { times }) },
    result: { answers },
    rows: all,
    fold: null,
    ...(temperature === undefined ? {} : { temperature }),
  };
  return {
    table: predictionTable(cohort, [answering]),
    cohort,
    scanned,
    remarks: [
      ...cohort.remarks,
      ...read.lost,
      ...knownPatients(run, cohort),
      ...(existsSync(join(run.folder, 'curves.json'))
        ? []
        : clipRemarks(scanned?.prepared.scans.set.volumes ?? [])),
    ],
  };
}

interface Other extends Pick<Applied, 'cohort' | 'scanned'> {
  readonly lost: readonly string[];
}

async function readOther(run: FittedRun, other: OtherRows, report: Listener<FinetuneEvent>): Promise<Other> {
  const { source, final, place } = run;
  const { model, covariates } = final.table;
  const { targets } = model.context;
  const whole = readCohort(other.manifest, {
    targets: source.head.targets,
    needsPaths: run.encoder !== null,
    covariates: source.task.covariates,
    fitted: {
      ...(targets.kind === 'classes' ? { classes: targets.names } : {}),
      covariates: covariates?.sources ?? [],
    },
  });
  const asked = asTest(whole);
  if (run.encoder === null) return { cohort: asked, scanned: null, lost: [] };
  const material: Material = {
    source,
    cohort: asked,
    manifestHash: sha256(readFileSync(other.manifest)),
    encoder: await encoderOfRun(run, other.encoder),
  };
  if (other.scans === undefined) {
    throw new UserError({
      subject: '--scans',
      problem: 'is missing: the model reads scans',
      fix: 'add --scans DIR',
    });
  }
  const { scans, cohort, lost } = await readScans(material, other.scans, report, false);
  const prepared = prepareScans(material, cohort, scans);
  const { seed } = source.task;
  const key = [seed, 'finetune', 'encoder'];
  const start = { ...startingEncoder(prepared.encoder, prepared.fit.crop.size, key), ...earlyOf(source) };
  const reader = scanReader({ ...prepared.fit, start, final: final.scan, task: source.task, place });
  const left =
    lost.length === 0 ? [] : [`${plural(lost.length, 'row')} left out, without a scan that can be used`];
  return { cohort, scanned: { material, prepared, reader }, lost: left };
}

/** Rows for testing: those that say so, or, where none does, those that say nothing of splits. */
function asTest(cohort: Cohort): Cohort {
  const wanted = cohort.rows.some(({ split }) => split === 'test') ? 'test' : null;
  const rows = cohort.rows.flatMap(({ split }, row) => (split === wanted ? [row] : []));
  if (rows.length === 0) {
    throw new UserError({
      subject: cohort.manifest,
      problem: 'has no row of the split test, and none without a split',
      fix: 'leave the column split empty for rows to evaluate',
    });
  }
  const left = someRows(cohort, rows);
  return { ...left, rows: left.rows.map((row) => ({ ...row, split: 'test' })) };
}

function knownPatients({ folder }: FittedRun, { rows }: Cohort): string[] {
  const learnt = tableOf(folder).rows.filter(({ split }) => split !== 'test');
  const known = new Set(learnt.map(({ patient }) => patient));
  const both = new Set(rows.map(({ patient }) => patient).filter((patient) => known.has(patient)));
  if (both.size === 0) return [];
  const patients = plural(both.size, 'patient has', 'patients have');
  return [
    `${patients} the name of one that the run learned from: if they are the same persons, the figures are too good`,
  ];
}
