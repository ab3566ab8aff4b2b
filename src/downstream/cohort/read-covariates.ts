/**
 * Covariates `x_*` and groups `s_*` and `site` of a manifest. What is learned from, numbers or categories, follows from the
 * rows that are learned from: those of the test decide nothing.
 */
import { present } from '../../core/errors.js';
import { learnedFrom, type Cohort, type CohortRow, type Covariate } from './cohort.js';
import { checkName, numberIn, refuse, refuseRow, type Sheet } from './sheet.js';

/** Most categories of a covariate, and groups of an attribute: more are numbers, dates or names. */
const MOST_CATEGORIES = 50;

/** Different numbers of a column from which on a text among them is taken for a mistake. */
const MANY_NUMBERS = 10;

/** Columns `x_…` that are named without their `x_`, in their order in the manifest. */
export function covariateColumns(sheet: Sheet, wanted: 'all' | readonly string[]): string[] {
  const found = sheet.columns.filter((column) => column.startsWith('x_'));
  if (wanted === 'all') return found;
  const lacking = wanted.find((name) => !found.includes(`x_${name}`));
  if (lacking !== undefined) {
    const names = found.map((column) => column.slice(2)).join(', ');
    refuse(
      sheet.manifest,
      `has no column x_${lacking} for the covariate ${lacking}`,
      found.length === 0 ? 'add it' : `add it, or choose among ${names}`,
    );
  }
  return found.filter((column) => wanted.includes(column.slice(2)));
}

/** @param kind as a fitted model knows it; absent: what the rows that are learned from say. */
export function readCovariate(
  sheet: Sheet,
  rows: readonly CohortRow[],
  column: string,
  kind?: Covariate['kind'],
): Covariate {
  checkName(sheet.manifest, 'covariate', column.slice(2));
  const cells = present(sheet.cells(column), `column ${column}`);
  const decided = kind ?? kindOf(sheet, rows, column, cells);
  return {
    column,
    kind: decided,
    values: cells.map((cell, row) => {
      if (cell === '') return null;
      if (decided === 'number')
        return (
          numberIn(cell) ??
          refuseRow(
            sheet,
            row,
            `${column} is "${cell}", but a number in the rows that are learned from`,
            'write a number, or leave it empty',
          )
        );
      checkName(`${sheet.manifest} line ${sheet.lines[row]}`, `category of ${column}`, cell);
      return cell;
    }),
  };
}

function kindOf(
  sheet: Sheet,
  rows: readonly CohortRow[],
  column: string,
  cells: readonly string[],
): Covariate['kind'] {
  const known = rows.flatMap((row, index) => (learnedFrom(row) && cells[index] !== '' ? [index] : []));
  const text = known.find((row) => numberIn(cells[row] ?? '') === null);
  if (text === undefined) return 'number';
  const distinct = new Set(known.map((row) => cells[row] ?? ''));
  const numbers = [...distinct].filter((cell) => numberIn(cell) !== null).length;
  if (numbers > MANY_NUMBERS)
    refuseRow(
      sheet,
      text,
      `${column} is "${cells[text]}", but a number in most rows`,
      'write a number, or leave it empty',
    );
  if (distinct.size > MOST_CATEGORIES)
    refuse(
      sheet.manifest,
      `${column} has ${distinct.size} categories, and ${MOST_CATEGORIES} are the most`,
      'write numbers, merge categories, or remove the column',
    );
  return 'category';
}

/** Groups by attribute. */
export function readGroups(sheet: Sheet): Cohort['groups'] {
  const columns = sheet.columns.filter((column) => column.startsWith('s_') || column === 'site');
  if (columns.includes('site') && columns.includes('s_site'))
    refuse(sheet.manifest, 'has the columns site and s_site', 'remove one of them');
  return Object.fromEntries(
    columns.map((column) => [column.replace(/^s_/, ''), readGroup(sheet, column)] as const),
  );
}

function readGroup(sheet: Sheet, column: string): (string | null)[] {
  checkName(sheet.manifest, 'attribute', column.replace(/^s_/, ''));
  const cells = present(sheet.cells(column), `column ${column}`);
  cells.forEach((cell, row) => {
    if (cell !== '') checkName(`${sheet.manifest} line ${sheet.lines[row]}`, `group of ${column}`, cell);
  });
  const { size } = new Set(cells.filter((cell) => cell !== ''));
  if (column !== 'site' && size > MOST_CATEGORIES)
    refuse(
      sheet.manifest,
      `${column} has ${size} groups, and ${MOST_CATEGORIES} are the most`,
      'write groups such as 40-59 instead of numbers',
    );
  return cells.map((cell) => (cell === '' ? null : cell));
}
