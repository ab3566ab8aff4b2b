/**
 * What a run is made of: the rows of the manifest, the encoder, their scans.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { UserError } from '../../core/errors.js';
import { sha256 } from '../../core/hash.js';
import { definedEntries, plainJson, type Json } from '../../core/json.js';
import type { Triple } from '../../core/tensor.js';
import { parseOrThrow } from '../../core/validate.js';
import { checkCohort } from '../../downstream/cohort/checks.js';
import type { Cohort } from '../../downstream/cohort/cohort.js';
import { readCohort } from '../../downstream/cohort/read-cohort.js';
import { isPath, loadPlugin } from '../../experiment/plugins/load.js';
import { loadNamedScans, type NamedScans } from '../../scans/load-named.js';
import { ScanOptions } from '../../scans/options.js';
import { loadEncoder, type EncoderSource } from '../encoder-source.js';
import type { FinetuneEvent, Listener } from '../events.js';
import { someRows } from './some-rows.js';
import type { TaskSource } from './task-source.js';

export interface MaterialOptions {
  readonly manifest: string;
  /** A folder, a database or a name; `none`: covariates alone. */
  readonly encoder: string;
  readonly scans?: string | undefined;
}

/** What decides a run, before scans are read. */
export interface Material {
  readonly source: TaskSource;
  readonly cohort: Cohort;
  readonly manifestHash: string;
  readonly encoder: EncoderSource | null;
}

export async function readMaterial(
  source: TaskSource,
  { manifest, encoder, scans }: MaterialOptions,
): Promise<Material> {
  const needsPaths = encoder !== 'none';
  if (needsPaths && scans === undefined) {
    throw new UserError({
      subject: '--scans',
      problem: 'is missing: an encoder reads scans',
      fix: 'add --scans DIR, or --encoder none to learn from covariates alone',
    });
  }
  const { task, head } = source;
  const cohort = readCohort(manifest, { targets: head.targets, needsPaths, covariates: task.covariates });
  if (!needsPaths && cohort.covariates.length === 0) {
    throw new UserError({
      subject: manifest,
      problem: 'has no covariates, and without an encoder nothing else is learned from',
      fix: 'add columns x_…, or name an encoder',
    });
  }
  return {
    source,
    cohort,
    manifestHash: sha256(readFileSync(manifest)),
    encoder: needsPaths ? await loadEncoder(encoder) : null,
  };
}

/** What decides how scans are prepared, whatever the rows. */
export type Reading = Pick<Material, 'source' | 'encoder'>;

/** Preprocessing of the scans: as the encoder was pretrained, but for what the task says. */
export function scanOptionsOf({
  source: { task },
  cohort,
  encoder,
}: Reading & Partial<Pick<Material, 'cohort'>>): ScanOptions {
  const { manifest: _, ...pretrained }: Partial<ScanOptions> = encoder?.scans ?? {};
  const merged: Record<string, unknown> = { ...definedEntries(pretrained), ...task.scans };
  const named = cohort && { manifest: resolve(cohort.manifest) };
  return parseOrThrow(ScanOptions, { ...merged, ...named }, `scans of task ${task.name}`);
}

/** Voxels `[D, H, W]` that the encoder sees at once. */
export function inputSizeOf({ source: { task }, encoder }: Reading): Triple {
  const size = task.input.size ?? encoder?.input;
  if (size !== undefined && size !== null) return size;
  throw new UserError({
    subject: `task ${task.name}`,
    problem: 'does not say how many voxels the encoder sees at once, nor does the encoder',
    fix: 'add "input": {"size": [D, H, W]}',
  });
}

/** The scans that the manifest names, and the rows that have one. */
export interface CohortScans {
  readonly scans: NamedScans;
  /** The rows that have a scan that can be used. */
  readonly cohort: Cohort;
  /** One line a row that has no scan that can be used. */
  readonly lost: readonly string[];
}

export async function readScans(
  material: Material,
  folder: string,
  report: Listener<FinetuneEvent>,
  learned = true,
): Promise<CohortScans> {
  const { cohort } = material;
  const scans = await loadNamedScans(folder, scanOptionsOf(material), {
    onProgress: (done, total, name) => report({ kind: 'reading scans', done, total, name }),
  });
  const usable = cohort.rows.map(({ path }) => scans.volumesOf(path).length > 0);
  const rows = usable.flatMap((good, row) => (good ? [row] : []));
  const patients = (of: (split: string) => boolean): number =>
    new Set(
      rows
        .map((row) => cohort.rows[row])
        .flatMap((row) => (row && of(row.split ?? 'train') ? [row.patient] : [])),
    ).size;
  report({
    kind: 'scans read',
    folder,
    phantoms: false,
    report: scans.report,
    patients: {
      train: patients((split) => split === 'train'),
      validation: patients((split) => split !== 'train'),
    },
  });
  const reasons = new Map(scans.report.skipped.map(({ path, reason }) => [path, reason]));
  const lost = cohort.rows.flatMap(({ path }, row) =>
    usable[row] === true ? [] : [`${path}: ${reasons.get(path) ?? 'no scan that can be used'}`],
  );
  if (lost.length > 0) report({ kind: 'rows left out', rows: lost });
  return { scans, cohort: withScans(cohort, rows, learned), lost };
}

/** The cohort of the rows that have a scan; refused where nothing can be learned from them and `learned` says that it is to be. */
function withScans(cohort: Cohort, rows: readonly number[], learned: boolean): Cohort {
  if (rows.length === cohort.rows.length) return cohort;
  const left = someRows(cohort, rows);
  if (learned) checkCohort(left);
  return left;
}

/** What `run.json` tells of the encoder. */
export function encoderRecord(encoder: EncoderSource | null): Json {
  if (encoder === null) return null;
  const { fingerprint, description } = encoder;
  return { fingerprint, description };
}

/** The task as `run.json` holds it, with the code of a head of the user's own. */
export async function taskRecord({ source: { task } }: Material): Promise<Json> {
  const { name } = task.head;
  return plainJson({ ...task, code: isPath(name) ? (await loadPlugin(name, 'head')).code : null });
}

/** What `run.json` tells of the scans. */
export function scansRecord(material: Material, { scans, lost }: CohortScans): Json {
  const { manifest: _, ...options } = scanOptionsOf(material);
  const { fingerprint } = scans.set;
  return plainJson({ options, input: inputSizeOf(material), fingerprint, lost: lost.length });
}
