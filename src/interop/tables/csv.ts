/**
 * The tables as CSV (RFC 4180).
 *
 * Text that a spreadsheet would take for a formula (names and messages may come from anybody) is written with an apostrophe in front, as
 * OWASP recommends. Numbers and JSON are not: they are no formulas, and stay what a program can read.
 */
import { stringify } from 'csv-stringify/sync';
import type { ExperimentRow, Store } from '../../store/index.js';
import { rowsOf, TABLES, type Cell, type Column } from './tables.js';

/** Rows that are put into text at once. */
const CHUNK = 5000;

/** Contents of the files, by name. */
export function csvFiles(store: Store, row: ExperimentRow): Record<string, Iterable<string>> {
  return Object.fromEntries(
    TABLES.map((table) => [
      `${table.name}.csv`,
      csvOf(
        table.columns,
        chunksOf(() => rowsOf(store, row, table)),
      ),
    ]),
  );
}

function* csvOf(
  columns: readonly Column[],
  chunks: Iterable<readonly (readonly Cell[])[]>,
): Iterable<string> {
  yield stringify([columns.map(({ name }) => name)]);
  for (const rows of chunks) {
    yield stringify(
      rows.map((cells) => cells.map((cell, i) => cellText(cell, columns[i]?.type === 'text'))),
      { quoted_match: /^\s|\s$/ },
    );
  }
}

/** Null is an empty cell. Numbers have the digits that give the same number again. */
function cellText(cell: Cell, guarded: boolean): string {
  if (cell === null) return '';
  const text = String(cell);
  return guarded && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
}

function* chunksOf<T>(rows: () => Iterable<T>): Iterable<readonly T[]> {
  let chunk: T[] = [];
  for (const row of rows()) {
    if (chunk.push(row) < CHUNK) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}
