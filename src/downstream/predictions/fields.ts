/**
 * Fields of a table of predictions, checked one by one.
 */
import { UserError } from '../../core/errors.js';
import type { TableRow } from '../../scans/folder/table.js';

export interface Rows {
  /** Of the table, for messages. */
  readonly path: string;
  readonly records: readonly TableRow[];
  readonly columns: readonly string[];
}

export function refusal({ path }: Rows, index: number, problem: string, fix: string): UserError {
  // The first line names the columns.
  return new UserError({ subject: `${path} line ${index + 2}`, problem, fix });
}

/** The number of a field, within `[low, high]`. */
export function numberIn(
  table: Rows,
  index: number,
  column: string,
  [low, high]: readonly [number, number],
): number {
  const text = table.records[index]?.[column] ?? '';
  const value = text === '' ? NaN : Number(text);
  if (Number.isFinite(value) && value >= low && value <= high) return value;
  const range =
    high === Infinity ? (low === -Infinity ? '' : ` of at least ${low}`) : ` from ${low} to ${high}`;
  throw refusal(table, index, `${column} is "${text}"`, `give a number${range}, or leave the row out`);
}

export function numbersIn(
  table: Rows,
  column: string,
  range: readonly [number, number] = [-Infinity, Infinity],
): number[] {
  return table.records.map((_, index) => numberIn(table, index, column, range));
}
