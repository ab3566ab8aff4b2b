/**
 * A report of predictions as text: a table of metrics for each split, then groups.
 */
import type { Report, RowsReport } from '../../../api/reporting/report.js';
import { table } from '../format.js';

/** What terminals would act on instead of showing it: names of groups and classes come from tables of others. */
// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g;

export function shown(text: string): string {
  return text.replace(CONTROL, '\ufffd');
}

export function reportText(report: Report): string {
  const parts = Object.entries(report.splits).map(([split, part]) =>
    [`${split}: ${part.n} rows`, table(['metric', 'value', '95 % interval', 'n'], metricRows(part))].join(
      '\n',
    ),
  );
  const remarks = report.remarks.map((remark) => `remark: ${shown(remark)}`);
  return [...parts, ...(remarks.length === 0 ? [] : [remarks.join('\n')])].join('\n\n');
}

function metricRows({ metrics }: RowsReport): string[][] {
  return Object.entries(metrics).map(([name, { value, ci95, n, refused }]) =>
    value === null
      ? [name, '–', shown(refused ?? ''), String(n)]
      : [
          name,
          value.toFixed(3),
          ci95 === null ? '' : `${ci95[0].toFixed(3)} to ${ci95[1].toFixed(3)}`,
          String(n),
        ],
  );
}
