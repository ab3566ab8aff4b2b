/**
 * Predictions as CSV (RFC 4180): patient, path, split, fold, the target's columns, the predictions, uncertainty, attributes.
 *
 * Numbers have nine significant digits, which is what a float32 holds; figures are computed from the table as it is read again.
 */
import { stringify } from 'csv-stringify/sync';
import type { PredictionTable } from './table.js';

export function predictionsCsv(table: PredictionTable): string {
  const columns = columnsOf(table);
  const records = table.rows.map((_, row) => columns.map(({ value }) => value(row)));
  // Spaces at the ends of a field are part of it: unquoted they would be trimmed when the table is read.
  const header = columns.map(({ name }) => name);
  return stringify([header, ...records], { quoted_match: /^\s|\s$/ });
}

interface Column {
  readonly name: string;
  readonly value: (row: number) => string;
}

function columnsOf({ rows, outcome, raw, uncertainty, groups }: PredictionTable): readonly Column[] {
  const text = (name: string, values: readonly (string | null | undefined)[]): Column => ({
    name,
    value: (row) => values[row] ?? '',
  });
  return [
    text(
      'patient',
      rows.map(({ patient }) => patient),
    ),
    text(
      'path',
      rows.map(({ path }) => path),
    ),
    text(
      'split',
      rows.map(({ split }) => split),
    ),
    text(
      'fold',
      rows.map(({ fold }) => (fold === null ? '' : String(fold))),
    ),
    ...outcomeColumns(outcome, raw),
    ...(uncertainty === undefined ? [] : [numbers('uncertainty', uncertainty)]),
    ...Object.entries(groups).map(([name, values]) => text(name === 'site' ? name : `s_${name}`, values)),
  ];
}

function outcomeColumns(outcome: PredictionTable['outcome'], raw: PredictionTable['raw']): Column[] {
  switch (outcome.kind) {
    case 'classes': {
      const { names, labels, probabilities } = outcome;
      const of = (prefix: string, lists: readonly (readonly number[])[]): Column[] =>
        names.map((name, k) =>
          numbers(
            prefix + name,
            lists.map((list) => list[k] ?? NaN),
          ),
        );
      const label = { name: 'label', value: (row: number) => names[labels[row] ?? -1] ?? '' };
      return [label, ...of('p_', probabilities), ...(raw === undefined ? [] : of('raw_p_', raw))];
    }
    case 'value':
      return [exact('value', outcome.values), numbers('prediction', outcome.predictions)];
    case 'time': {
      const { times, events, risk, survival } = outcome;
      const curves = (survival?.times ?? []).map((time, t) =>
        numbers(
          `surv_${time}`,
          (survival?.curves ?? []).map((curve) => curve[t] ?? NaN),
        ),
      );
      return [exact('time', times), exact('event', events), numbers('risk', risk), ...curves];
    }
  }
}

/** As the manifest says. */
function exact(name: string, values: readonly number[]): Column {
  return { name, value: (row) => String(values[row]) };
}

function numbers(name: string, values: readonly number[]): Column {
  return { name, value: (row) => String(Number((values[row] ?? NaN).toPrecision(9))) };
}
