/**
 * Manifest, a CSV or TSV table of files with their patients and optionally their side of the split.
 *
 * Columns `path` (or `file`) and `patient`, optionally `split`, `modality` and those of `stated.ts`. Further columns are ignored: labels are
 * for probes (`src/probes/labelled.ts`) and downstream models (`src/downstream/cohort`). A path may be a folder, whose scans
 * are then all of that patient. Paths are relative to the manifest or to the scans folder.
 */
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { UserError } from '../../core/errors.js';
import { printable } from '../../core/unseen.js';
import { formatOf } from '../formats/index.js';
import type { LeftOut } from './left-out.js';
import type { Listed } from './scan-file.js';
import { statedOf } from './stated.js';
import { readTable, type TableRow } from './table.js';

/** Side that a manifest names; `test` is for the end, and never searched or pretrained with. */
export type NamedSplit = 'train' | 'validation' | 'test';

const SPLITS: ReadonlyMap<string, NamedSplit> = new Map([
  ['train', 'train'],
  ['training', 'train'],
  ['val', 'validation'],
  ['valid', 'validation'],
  ['validation', 'validation'],
  ['test', 'test'],
  ['testing', 'test'],
]);

/** Side that a cell of the column `split` names, in any case; undefined if it is none. */
export function namedSplit(cell: string): NamedSplit | undefined {
  return SPLITS.get(cell.toLowerCase());
}

/** Kind of the scans that are left out for the test. */
export const TEST_SCAN = 'test scan';

/** What a manifest names; scans for the test are left out unless `withTest` asks for them. */
export function readManifest(
  manifest: string,
  folder: string,
  { withTest = false }: { readonly withTest?: boolean } = {},
): { readonly listed: readonly Listed[]; readonly leftOut: readonly LeftOut[] } {
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
  const named = rows.map((row, index) => fileOf(path, folder, row, pathColumn, index + 2));
  checkSplits(path, named);
  const used = withTest ? named : named.filter(({ split }) => split !== 'test');
  return {
    listed: used.map((file) => listedOf(file, path, folder)),
    leftOut: named
      .filter((file) => !used.includes(file))
      .map(({ name }) => ({
        path: printable(name),
        what: TEST_SCAN,
        reason: 'the manifest keeps it for the test: split is test',
      })),
  };
}

function columnsText(row: TableRow | undefined): string {
  return row === undefined ? 'no rows' : `columns ${Object.keys(row).join(', ')}`;
}

/** A row of the manifest. */
type Named = Omit<Listed, 'split' | 'patient'> & {
  readonly split: NamedSplit | null;
  readonly patient: string;
  readonly line: number;
};

function fileOf(manifest: string, folder: string, row: TableRow, pathColumn: string, line: number): Named {
  const name = row[pathColumn] ?? '';
  const { patient = '', split = '', modality = '' } = row;
  const refuse = (problem: string, fix: string): never => {
    throw new UserError({ subject: `${manifest} line ${line}`, problem, fix });
  };
  if (name === '' || patient === '') refuse('path or patient is empty', 'fill it in');
  const beside = resolve(dirname(manifest), name);
  return {
    path: [beside, resolve(folder, name)].find((candidate) => existsSync(candidate)) ?? beside,
    name,
    patient,
    split:
      split === ''
        ? null
        : (namedSplit(split) ?? refuse(`split is ${split}`, 'write train, validation, test or nothing')),
    modality: modality === '' ? null : modality,
    // Of other formats, such columns are the user's own.
    stated: formatOf(name)?.bare === true ? statedOf(row, `${manifest} line ${line}`) : null,
    line,
  };
}

/** The file of a row, which must exist; those for the test belong to neither side of a split into two. */
function listedOf(
  { path, name, patient, split, modality, stated = null, line }: Named,
  manifest: string,
  folder: string,
): Listed {
  if (!existsSync(path)) {
    throw new UserError({
      subject: `${manifest} line ${line}`,
      problem: `${name} exists neither beside the manifest nor in ${folder}`,
      fix: 'correct the path or remove the row',
    });
  }
  return { path, name, patient, split: split === 'test' ? null : split, modality, stated };
}

function checkSplits(manifest: string, files: readonly Named[]): void {
  const sides = new Map<string, Named['split']>();
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
