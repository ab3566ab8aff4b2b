/**
 * Tables of users: CSV files, or TSV files if their name says so. The first row names the columns.
 */
import { parse } from 'csv-parse/sync';
import { existsSync } from 'node:fs';
import { UserError, messageOf } from '../../core/errors.js';
import { readText } from '../../core/read-text.js';

export type TableRow = Readonly<Partial<Record<string, string>>>;

/** Reads rows by column; fields are trimmed, empty lines skipped. Throws a `UserError` if there is no such table. */
export function readTable(path: string): TableRow[] {
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
    const options = { columns: true, trim: true, skip_empty_lines: true, delimiter } as const;
    return parse<Record<string, string>>(text, options);
  } catch (cause) {
    const kind = delimiter === '\t' ? 'TSV' : 'CSV';
    throw new UserError(
      { subject: path, problem: `not a ${kind} table (${messageOf(cause)})`, fix: 'correct it' },
      { cause },
    );
  }
}
