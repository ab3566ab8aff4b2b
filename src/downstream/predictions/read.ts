/**
 * Reads tables of predictions: `predictions.csv` of voxolve, and tables made elsewhere with the columns `label` and `p_*`,
 * `value` and `prediction`, or `time`, `event` and `risk`. Everything else may be absent: without `patient` each row is a
 * patient, without `split` the table is one.
 */
import { UserError } from '../../core/errors.js';
import { readTable, type TableRow } from '../../scans/folder/table.js';
import { readOutcome } from './read-outcome.js';
import { numberIn, refusal, type Rows } from './fields.js';
import type { PredictionRow, PredictionSplit, PredictionTable } from './table.js';

const SPLITS: readonly PredictionSplit[] = ['train', 'validation', 'test', 'predictions'];

/** Throws `UserError`, in one line with the line of the table, for what is no such table. */
export function readPredictions(path: string): PredictionTable {
  const records = readTable(path);
  const [first] = records;
  if (first === undefined) {
    throw new UserError({ subject: path, problem: 'holds no rows', fix: 'give a row for each scan' });
  }
  const table: Rows = { path, records, columns: Object.keys(first) };
  const { outcome, raw } = readOutcome(table);
  return {
    rows: records.map((record, index) => rowOf(table, record, index)),
    outcome,
    ...(raw === undefined ? {} : { raw }),
    ...(table.columns.includes('uncertainty')
      ? { uncertainty: records.map((_, index) => numberIn(table, index, 'uncertainty', [0, 1])) }
      : {}),
    groups: groupsOf(table),
  };
}

function rowOf(table: Rows, record: TableRow, index: number): PredictionRow {
  const { patient = '', path = '', split = '', fold = '' } = record;
  const side = split === '' ? 'predictions' : SPLITS.find((known) => known === split);
  if (side === undefined) {
    throw refusal(table, index, `split is "${split}"`, `write ${SPLITS.join(', ')} or nothing`);
  }
  return {
    patient: patient === '' ? `row ${index + 1}` : patient,
    path,
    split: side,
    fold: fold === '' ? null : numberIn(table, index, 'fold', [0, Infinity]),
  };
}

function groupsOf({ columns, records }: Rows): PredictionTable['groups'] {
  const attributes = columns.filter((column) => column === 'site' || /^s_./.test(column));
  return Object.fromEntries(
    attributes.map((column) => {
      const values = records.map((record) => (record[column] === '' ? null : (record[column] ?? null)));
      return [column.replace(/^s_/, ''), values];
    }),
  );
}
