/**
 * The manifest of an objective: which table it is, and which patients it sets aside for the final test.
 */
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { UserError } from '../../../core/errors.js';
import type { Experiment } from '../../../experiment/schema.js';
import { namedSplit } from '../../../scans/folder/manifest.js';
import { readTable } from '../../../scans/folder/table.js';
import type { Withheld } from '../../../scans/folder/withheld.js';

/** The objective's own table, else that of the scans. */
export function objectiveManifest({ objective, scans }: Experiment): string {
  const manifest = objective?.manifest ?? scans.manifest;
  if (manifest !== undefined) return manifest;
  throw new UserError({
    subject: 'objective',
    problem: 'names no table of labelled scans, and the scans have no manifest',
    fix: 'name the table with --outcomes, or set "manifest" in "objective"',
  });
}

/** A row of the manifest, whether it has an outcome or not. */
export interface ManifestRow {
  readonly patient: string;
  readonly path: string;
  /** Set aside for the final test. */
  readonly test: boolean;
}

export function manifestRows(manifest: string): readonly ManifestRow[] {
  return readTable(manifest).map((row) => ({
    patient: row['patient'] ?? '',
    path: row['path'] ?? row['file'] ?? '',
    test: namedSplit(row['split'] ?? '') === 'test',
  }));
}

/** Names of patients, each once, in order. */
export function patientsOf(rows: readonly ManifestRow[]): readonly string[] {
  return [...new Set(rows.map(({ patient }) => patient))].sort();
}

/** The scans that no candidate may see; undefined where the experiment has no objective. */
export function withheldBy(experiment: Experiment, folder: string): Withheld | undefined {
  if (experiment.objective === undefined) return undefined;
  const manifest = objectiveManifest(experiment);
  const test = manifestRows(manifest).filter((row) => row.test);
  return {
    patients: new Set(patientsOf(test)),
    paths: test.flatMap(({ path }) => (path === '' ? [] : [pathOf(path, manifest, folder)])),
  };
}

/** Where a row's scan lies: beside the manifest, or in the folder of scans. */
export function pathOf(path: string, manifest: string, folder: string): string {
  const beside = resolve(dirname(manifest), path);
  return existsSync(beside) ? beside : resolve(folder, path);
}
