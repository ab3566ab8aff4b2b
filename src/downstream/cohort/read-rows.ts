/**
 * Who and where each row of a manifest is: its file, its patient, its side of the split.
 */
import { posix } from 'node:path';
import { namedSplit } from '../../scans/folder/manifest.js';
import type { CohortRow } from './cohort.js';
import { refuse, refuseRow, type Sheet } from './sheet.js';

export function readRows(sheet: Sheet, needsPaths: boolean): CohortRow[] {
  const pathColumn = ['path', 'file'].find((column) => sheet.columns.includes(column));
  const paths = pathColumn === undefined ? undefined : sheet.cells(pathColumn);
  const patients = sheet.cells('patient');
  const lacking = [paths ?? 'path', patients ?? 'patient'].filter((one) => typeof one === 'string');
  if (needsPaths && lacking.length > 0)
    refuse(
      sheet.manifest,
      `has no column ${lacking.join(' and no column ')}; found ${sheet.columns.join(', ')}`,
      'add it',
    );
  const splits = sheet.cells('split');
  const rows = sheet.lines.map((line, row): CohortRow => {
    const path = paths?.[row] ?? '';
    // Without patients, each row is one of its own.
    const patient = patients === undefined ? `row ${row + 1}` : (patients[row] ?? '');
    if (needsPaths && path === '') refuseRow(sheet, row, 'path is empty', 'fill it in');
    if (patient === '') refuseRow(sheet, row, 'patient is empty', 'fill it in');
    return { path, patient, split: splitOf(sheet, row, splits?.[row] ?? ''), line };
  });
  checkPaths(sheet, rows);
  checkPatients(sheet, rows);
  return rows;
}

function splitOf(sheet: Sheet, row: number, cell: string): CohortRow['split'] {
  if (cell === '') return null;
  return (
    namedSplit(cell) ?? refuseRow(sheet, row, `split is ${cell}`, 'write train, validation, test or nothing')
  );
}

function checkPaths(sheet: Sheet, rows: readonly CohortRow[]): void {
  const lines = new Map<string, number>();
  rows.forEach(({ path, line }, row) => {
    if (path === '') return;
    const plain = posix.normalize(path).replace(/\/$/, '');
    const before = lines.get(plain);
    if (before !== undefined)
      refuseRow(sheet, row, `names ${path} again, as line ${before} does`, 'remove one of the rows');
    lines.set(plain, line);
  });
}

function checkPatients(sheet: Sheet, rows: readonly CohortRow[]): void {
  const first = new Map<string, CohortRow>();
  rows.forEach((own, row) => {
    const before = first.get(own.patient);
    if (before !== undefined && before.split !== own.split)
      refuseRow(
        sheet,
        row,
        `patient ${own.patient} is in ${sideText(own)}, but in ${sideText(before)} at line ${before.line}`,
        'give all rows of a patient the same split',
      );
    if (before === undefined) first.set(own.patient, own);
  });
}

const sideText = ({ split }: CohortRow): string => (split === null ? 'no split' : `split ${split}`);
