/**
 * Scans of another kind than those that a model was made for, and what it says of them.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../core/errors.js';
import { rngOf } from '../../core/random.js';
import { readSafetensors } from '../../core/safetensors.js';
import { type Tensor } from '../../core/tensor.js';
import { knownFeatures, squaredDistance, type KnownFeatures } from '../../downstream/ood/distance.js';
import { oodReport, scoresOf, type OodReport, type ScoredScans } from '../../downstream/ood/ood-report.js';
import { meanOverTiles } from '../../downstream/training/encode.js';
import { predictWith } from '../../downstream/training/predict.js';
import type { ScanInputs } from '../../downstream/training/rows.js';
import { alteredKinds, alteredScans } from '../../scans/altered/foreign-scans.js';
import { loadNamedScans } from '../../scans/load-named.js';
import type { ScanSet } from '../../scans/sampling/scan-set.js';
import type { FinetuneEvent, Listener } from '../events.js';
import { scanOptionsOf } from '../finetuning/material.js';
import { PRETRAINED } from '../finetuning/prepare-fitting.js';
import type { Applied } from './apply.js';
import type { FittedRun } from './fitted-run.js';
import { readJsonRecord } from './read-json.js';
import { tableOf } from './run-report.js';
import type { ScanReader } from './scan-reader.js';

const BUILT_IN = 'built-in';

/** Scans from which others are made; more tell little more, and each kind holds all of them in memory. */
const MOST = 64;

export async function foreignScans(
  run: FittedRun,
  applied: Applied,
  asked: readonly string[],
  report: Listener<FinetuneEvent>,
): Promise<OodReport> {
  const { scanned, cohort } = applied;
  if (scanned === null || run.final.covariates !== null) {
    const problem =
      scanned === null
        ? 'needs a model that reads scans, and this one reads covariates alone'
        : 'needs a model that reads scans alone: foreign scans have no covariates';
    throw new UserError({ subject: '--ood', problem, fix: 'leave it out' });
  }
  const { reader, prepared } = scanned;
  const scored = scorer(run, reader);
  const rows = [...cohort.rows.keys()];
  const patients = cohort.rows.map(({ patient }) => patient);
  const inside = await scored(reader.scansOf(rows), patients);
  const sets: Record<string, ScoredScans> = {};
  for (const one of asked) {
    if (one === BUILT_IN) {
      const some = rngOf(0, 'ood', 'scans').sample(rows, MOST);
      const { set } = prepared.scans;
      const volumes = some.flatMap((row) => set.volumes[prepared.fit.volumes[row] ?? -1] ?? []);
      for (const kind of alteredKinds) {
        const made = alteredScans({ ...set, volumes }, kind, rngOf(0, 'ood', kind));
        sets[kind] = await scored(
          reader.volumesOf(made),
          some.map((row) => patients[row] ?? ''),
        );
      }
    } else {
      const set = await scansIn(one, scanned, report);
      // Each is taken for another patient: nothing is known of whose they are.
      sets[one] = await scored(
        reader.volumesOf(set),
        set.volumes.map(({ id }, i) => `${i} ${id}`),
      );
    }
  }
  return oodReport({ ...inside, split: 'test' }, sets, [0]);
}

/** A function that reads scans, each of a patient, and scores how foreign they are to the model. */
function scorer(
  run: FittedRun,
  reader: ScanReader,
): (scans: ScanInputs, patients: readonly string[]) => Promise<ScoredScans> {
  const known = knownOf(run);
  return async (scans, patients) => {
    const { mean, ...rows } = await reader.read(scans, patients.length);
    const targets = { kind: 'value', values: patients.map(() => 0) } as const;
    const answering = { ...run.source, place: run.place };
    const told = await predictWith(run.final.model, answering, { ...rows, targets, patients });
    const distances = known && vectorsOf(mean).map((row) => squaredDistance(row, known));
    return {
      patients,
      scores: { ...scoresOf(told), ...(distances && { 'distance of features': distances }) },
    };
  };
}

/** All scans of a folder, prepared as those of the run. */
async function scansIn(
  folder: string,
  { material, prepared }: NonNullable<Applied['scanned']>,
  report: Listener<FinetuneEvent>,
): Promise<ScanSet> {
  const { manifest: _, ...options } = scanOptionsOf(material);
  const { set } = await loadNamedScans(folder, options, {
    onProgress: (done, total, name) => report({ kind: 'reading scans', done, total, name }),
  });
  const { channels } = prepared.scans.set;
  if (set.channels === channels) return set;
  throw new UserError({
    subject: `--ood ${folder}`,
    problem: `its scans have ${set.channels} channels, those of the model ${channels}`,
    fix: 'name a folder of scans with as many channels',
  });
}

/** Features of the rows that the run learned from; undefined where it trained the encoder, so that it kept none. */
function knownOf({ folder }: FittedRun): KnownFeatures | undefined {
  const file = join(folder, 'features', `${PRETRAINED}.safetensors`);
  if (!existsSync(file)) return undefined;
  const { features } = readSafetensors(readFileSync(file), file);
  const { tiles } = readJsonRecord(join(folder, 'features', `${PRETRAINED}.json`));
  const { rows } = tableOf(folder);
  const mean = features && meanOverTiles(features, Array.isArray(tiles) ? (tiles as number[]) : undefined);
  if (mean === undefined || mean.shape[0] !== rows.length) return undefined;
  const all = vectorsOf(mean);
  return knownFeatures(
    rows.flatMap(({ split }, row) => (split === 'train' ? [all[row] ?? new Float64Array()] : [])),
  );
}

function vectorsOf({ shape: [rows = 0, columns = 0], data }: Tensor): Float64Array[] {
  return Array.from({ length: rows }, (_, row) =>
    Float64Array.from(data.subarray(row * columns, (row + 1) * columns)),
  );
}
