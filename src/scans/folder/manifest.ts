/**
 * Manifest, a CSV or TSV table of files with their patients and optionally their side of the split.
 *
 * Columns `path` (or `file`) and `patient`, optionally `split` and `modality`. Further columns are ignored: labels are
 * for probes (`src/probes/labelled.ts`). A path may be a folder, whose scans are then all of that patient.
 * Paths are relative to the manifest or to the scans folder.
 */
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { UserError } from '../../core/errors.js';
import type { Listed } from './scan-file.js';
import { readTable, type TableRow } from './table.js';

const SPLITS: Readonly<Record<string, 'train' | 'validation'>> = {
  train: 'train',
  training: 'train',
  val: 'validation',
  valid: 'validation',
  validation: 'validation',
};

export function readManifest(manifest: string, folder: string): Listed[] {
  const path = [resolve(folder, manifest), resolve(manifest)].find((candidate) => existsSync(candidate));
  if (path === undefined) {
    throw new UserError({
      subject: manifest,
      problem: 'the manifest does not exist',
      fix: `name a CSV or TSV file relative to ${folder} or to the working directory`,
    });
  }
  const rows = readTable(path);
  const first = rows[0];
  const pathColumn = first && ['path', 'file'].find((column) => column in first);
  if (first === undefined || pathColumn === undefined || !('patient' in first)) {
    throw new UserError({
      subject: path,
      problem: `a manifest has columns path and patient and at least one row, found ${columnsText(first)}`,
      fix: 'add the missing columns',
    });
  }
  const files = rows.map((row, index) => fileOf(path, folder, row, pathColumn, index + 2));
  checkSplits(path, files);
  return files;
}

function columnsText(row: TableRow | undefined): string {
  return row === undefined ? 'no rows' : `columns ${Object.keys(row).join(', ')}`;
}

function fileOf(manifest: string, folder: string, row: TableRow, pathColumn: string, line: number): Listed {
  const name = row[pathColumn] ?? '';
  const { patient = '', split = '', modality = '' } = row;
  const refuse = (problem: string, fix: string): never => {
    throw new UserError({ subject: `${manifest} line ${line}`, problem, fix });
  };
  if (name === '' || patient === '') refuse('path or patient is empty', 'fill it in');
  const path =
    [resolve(dirname(manifest), name), resolve(folder, name)].find((candidate) => existsSync(candidate)) ??
    refuse(
      `${name} exists neither beside the manifest nor in ${folder}`,
      'correct the path or remove the row',
    );
  const side =
    split === ''
      ? null
      : (SPLITS[split.toLowerCase()] ?? refuse(`split is ${split}`, 'write train, validation or nothing'));
  return {
    path,
    name,
    patient,
    split: side,
    modality: modality === '' ? null : modality,
  };
}

function checkSplits(manifest: string, files: readonly Listed[]): void {
  const sides = new Map<string | null, Listed['split']>();
  const paths = new Set<string>();
  for (const { path, name, patient, split } of files) {
    if (paths.has(path)) {
      throw new UserError({
        subject: manifest,
        problem: `names ${name} twice`,
        fix: 'remove one of the rows',
      });
    }
    paths.add(path);
    const before = sides.get(patient);
    if (before !== undefined && before !== split) {
      throw new UserError({
        subject: manifest,
        problem: `patient ${patient} is in more than one split`,
        fix: 'give all scans of a patient the same split',
      });
    }
    sides.set(patient, split);
  }
}
