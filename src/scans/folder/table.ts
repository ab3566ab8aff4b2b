/**
 * Tables of users: CSV files, or TSV files if their name says so. The first row names the columns.
 */
import { parse } from 'csv-parse/sync';
import { existsSync } from 'node:fs';
import { UserError, messageOf } from '../../core/errors.js';
import { readText } from '../../core/read-text.js';

export type TableRow = Readonly<Partial<Record<string, string>>>;

/** A table with the place of each of its rows. */
export interface TableLines {
  readonly columns: readonly string[];
  readonly rows: readonly {
    /** Line of the file on which the row ends, from 1. */
    readonly line: number;
    /** Cells in the order of the columns, as many. */
    readonly cells: readonly string[];
  }[];
}

/** Reads rows by column; fields are trimmed, empty lines skipped. Throws a `UserError` if there is no such table. */
export function readTable(path: string): TableRow[] {
  return parsed(path, (text, options) => parse<Record<string, string>>(text, { ...options, columns: true }));
}

/** Reads the same, with the columns in their order, whatever they are called, and the line of each row. */
export function readTableLines(path: string): TableLines {
  const [header, ...rows] = parsed(path, (text, options) =>
    (parse as (text: string, options: object) => { record: string[]; info: { lines: number } }[])(text, {
      ...options,
      info: true,
    }),
  );
  return {
    columns: header?.record ?? [],
    rows: rows.map(({ record, info }) => ({ line: info.lines, cells: record })),
  };
}

interface CsvOptions {
  readonly trim: true;
  readonly skip_empty_lines: true;
  readonly delimiter: string;
}

function parsed<T>(path: string, parseText: (text: string, options: CsvOptions) => T[]): T[] {
  if (!existsSync(path)) {
    throw new UserError({
      subject: path,
      problem: 'the table does not exist',
      fix: 'name a CSV or TSV file',
    });
  }
  const text = readText(path);
  const delimiter = path.toLowerCase().endsWith('.tsv') ? '\t' : ',';
  try {
    return parseText(text, { trim: true, skip_empty_lines: true, delimiter });
  } catch (cause) {
    const kind = delimiter === '\t' ? 'TSV' : 'CSV';
    throw new UserError(
      { subject: path, problem: `not a ${kind} table (${messageOf(cause)})`, fix: 'correct it' },
      { cause },
    );
  }
}
