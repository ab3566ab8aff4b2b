/**
 * The table of a manifest as cells by column, with the refusals that name its line.
 */
import { UserError } from '../../core/errors.js';
import { hasControl } from '../../core/unseen.js';
import { readTableLines } from '../../scans/folder/table.js';

export interface Sheet {
  readonly manifest: string;
  readonly columns: readonly string[];
  readonly lines: readonly number[];
  /** Cells of a column, row by row, empty where they say nothing; undefined where there is no such column. */
  cells(column: string): readonly string[] | undefined;
}

export function readSheet(manifest: string): Sheet {
  const { columns, rows } = readTableLines(manifest);
  const twice = columns.find((column, index) => column !== '' && columns.indexOf(column) !== index);
  if (twice !== undefined) refuse(manifest, `has the column ${twice} twice`, 'remove one of them');
  if (rows.length === 0)
    refuse(manifest, 'has no rows', 'name the columns in its first line and write a scan a line');
  return {
    manifest,
    columns,
    lines: rows.map(({ line }) => line),
    cells: (column) => {
      const at = columns.indexOf(column);
      return at < 0 ? undefined : rows.map(({ cells }) => withoutMissing(cells[at] ?? ''));
    },
  };
}

/** Only the rows that are kept. */
export function keepRows(sheet: Sheet, keep: readonly boolean[]): Sheet {
  const kept = <T>(values: readonly T[]): T[] => values.filter((_, row) => keep[row] === true);
  return {
    ...sheet,
    lines: kept(sheet.lines),
    cells: (column) => {
      const cells = sheet.cells(column);
      return cells === undefined ? undefined : kept(cells);
    },
  };
}

/** What R and pandas write where there is nothing. */
const MISSING = /^(na|n\/a|nan|null)$/i;

const withoutMissing = (cell: string): string => (MISSING.test(cell) ? '' : cell);

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** The number that a cell writes out; null if it is none, or too large for single precision. */
export function numberIn(cell: string): number | null {
  return NUMBER.test(cell) && Number.isFinite(Math.fround(Number(cell))) ? Number(cell) : null;
}

/** Refuses names of columns, classes, categories and groups that reports could not be keyed by. */
export function checkName(subject: string, what: string, name: string): void {
  if (name === '') refuse(subject, `${what} has no name`, 'give it one');
  // Objects of other programs would trip over the name of a prototype, terminals over control characters.
  if (hasControl(name) || name === '__proto__')
    refuse(subject, `${what} "${name}" is no usable name`, 'use letters, digits and spaces');
  if (name.length > 100)
    refuse(subject, `${what} "${name.slice(0, 20)}…" has ${name.length} characters`, 'use 100 at most');
}

export function refuse(subject: string, problem: string, fix: string): never {
  throw new UserError({ subject, problem, fix });
}

/** Refuses a row, by its line. */
export function refuseRow(sheet: Sheet, row: number, problem: string, fix: string): never {
  return refuse(`${sheet.manifest} line ${sheet.lines[row]}`, problem, fix);
}
