/**
 * A report of predictions as text: for each split its metrics, the main one by group, and gaps between groups.
 */
import type { Metrics } from '../../../api/index.js';
import type { Report, SplitReport } from '../../../api/reporting/report.js';
import { table } from '../format.js';

/** What terminals would act on instead of showing it: names of groups and classes come from tables of others. */
// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/g;

export function shown(text: string): string {
  return text.replace(CONTROL, '\ufffd');
}

export function reportText(report: Report): string {
  const parts = Object.entries(report.splits).flatMap(([split, part]) => [
    `${split}: ${part.n} rows, ${part.patients} patients\n${metricTable(part.metrics)}`,
    ...groupTables(split, part, report.main),
  ]);
  const remarks = report.remarks.map((remark) => `remark: ${shown(remark)}`);
  return [...parts, ...(remarks.length === 0 ? [] : [remarks.join('\n')])].join('\n\n');
}

function groupTables(split: string, { groups, fairness }: SplitReport, main: string): string[] {
  return Object.entries(groups).map(([attribute, own]) => {
    const byGroup = Object.fromEntries(
      Object.entries(own).flatMap(([group, { metrics }]) => {
        const metric = metrics[main];
        return metric === undefined ? [] : [[`${main}, ${shown(group)}`, metric] as const];
      }),
    );
    return `${split}, ${shown(attribute)}\n${metricTable({ ...byGroup, ...fairness[attribute] })}`;
  });
}

function metricTable(metrics: Metrics): string {
  const rows = Object.entries(metrics).map(([name, { value, ci95, n, refused, group }]) => {
    if (value === null) return [name, '–', shown(refused ?? ''), String(n)];
    const interval = ci95 === null ? '' : `${ci95[0].toFixed(3)} to ${ci95[1].toFixed(3)}`;
    return [name, value.toFixed(3), interval, group === undefined ? String(n) : `${n} (${shown(group)})`];
  });
  return table(['metric', 'value', '95 % interval', 'n'], rows);
}
