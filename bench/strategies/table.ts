/**
 * Published results as a table: one row per architecture, named by its `code`, with measured columns.
 *
 * A code is a string with one digit per gene; the possible digits of each gene are read from the data. So any benchmark
 * that lists its architectures, such as NAS-Bench-201, can be searched without training.
 */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { messageOf, UserError } from '../../src/core/errors.js';

export interface Table {
  readonly path: string;
  /** Digits that occur at each position of the code, ascending. */
  readonly alphabet: readonly (readonly string[])[];
  readonly columns: readonly string[];
  readonly codes: readonly string[];
  has(code: string): boolean;
  /** Returns a cell as a number; NaN if it is empty. The column must exist. */
  value(code: string, column: string): number;
}

/** Reads `FILE.csv` or `FILE.csv.gz`. Codes that occur in several rows get the mean of their numbers. */
export function readTable(path: string): Table {
  const rows = parseRows(path);
  const columns = Object.keys(rows[0] ?? {});
  if (!columns.includes('code')) throw bad(path, `has no column "code", only ${columns.join(', ')}`);
  const numbers = new Map<string, Map<string, number>>();
  const repeats = new Map<string, number>();
  for (const [index, row] of rows.entries()) {
    const code = row['code'] ?? '';
    if (!/^\d+$/.test(code)) throw bad(path, `row ${index + 2} has the code "${code}", which is not digits`);
    const count = (repeats.get(code) ?? 0) + 1;
    repeats.set(code, count);
    const known = numbers.get(code) ?? new Map<string, number>();
    for (const column of columns) {
      const text = row[column]?.trim() ?? '';
      const value = text === '' ? NaN : Number(text);
      known.set(column, ((known.get(column) ?? 0) * (count - 1) + value) / count);
    }
    numbers.set(code, known);
  }
  const codes = [...numbers.keys()];
  const [first = ''] = codes;
  const odd = codes.find((code) => code.length !== first.length);
  if (odd !== undefined) throw bad(path, `has codes of different lengths: "${first}" and "${odd}"`);
  return {
    path,
    columns,
    codes,
    alphabet: Array.from(first, (_, i) => [...new Set(codes.map((code) => code[i] ?? ''))].sort()),
    has: (code) => numbers.has(code),
    value: (code, column) => numbers.get(code)?.get(column) ?? NaN,
  };
}

/** Throws a `UserError` if the table has no such column or it holds no number. */
export function requireColumn(table: Table, column: string, option: string): void {
  const numeric = table.columns.filter((name) =>
    table.codes.some((code) => Number.isFinite(table.value(code, name))),
  );
  if (numeric.includes(column)) return;
  throw new UserError({
    subject: option,
    problem: `${table.path} has no column of numbers named "${column}"`,
    fix: `choose one of ${numeric.filter((name) => name !== 'code').join(', ')}`,
  });
}

function parseRows(path: string): Record<string, string>[] {
  try {
    const bytes = readFileSync(path);
    const text = bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes;
    const rows = parse<Record<string, string>>(text, { columns: true, bom: true, skip_empty_lines: true });
    if (rows.length > 0) return rows;
  } catch (cause) {
    throw new UserError(
      { subject: path, problem: `cannot be read (${messageOf(cause)})`, fix: 'name a .csv or .csv.gz file' },
      { cause },
    );
  }
  throw bad(path, 'has no rows');
}

function bad(path: string, problem: string): UserError {
  return new UserError({
    subject: path,
    problem,
    fix: 'give a table with a header line and a column "code" of digits, one gene a digit',
  });
}
