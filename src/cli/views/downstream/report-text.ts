/**
 * A report of predictions as text: for each split its metrics, the main one by group, and gaps between groups.
 */
import type { Metrics } from '../../../api/index.js';
import type { Report, SplitReport } from '../../../api/reporting/report.js';
import { nameOf } from '../../../api/reporting/split-names.js';
import { visible } from '../../../core/unseen.js';
import { table } from '../format.js';

export function reportText(report: Report): string {
  const parts = Object.entries(report.splits).flatMap(([split, part]) => [
    `${nameOf(split, report)}: ${part.n} rows, ${part.patients} patients\n${metricTable(part.metrics)}`,
    ...groupTables(nameOf(split, report), part, report.main),
  ]);
  if (report.ood !== undefined) parts.push(oodText(report.ood, report));
  const remarks = report.remarks.map((remark) => `remark: ${visible(remark)}`);
  return [...parts, ...(remarks.length === 0 ? [] : [remarks.join('\n')])].join('\n\n');
}

/** How well each score tells scans of another kind. */
function oodText({ inside, sets }: NonNullable<Report['ood']>, report: Report): string {
  const rows = Object.entries(sets).flatMap(([set, { n, scores }]) =>
    Object.entries(scores).map(([score, { auroc }]) => {
      const { value, ci95, refused } = auroc;
      const found = value === null ? ['–', visible(refused ?? '')] : [value.toFixed(3), intervalText(ci95)];
      return [visible(set), score, ...found, String(n)];
    }),
  );
  const title = `scans of another kind, against ${inside.n} rows of ${nameOf(inside.split, report)}`;
  return `${title}\n${table(['scans', 'score', 'AUROC', '95 % interval', 'n'], rows)}`;
}

const intervalText = (ci95: readonly [number, number] | null): string =>
  ci95 === null ? '' : `${ci95[0].toFixed(3)} to ${ci95[1].toFixed(3)}`;

function groupTables(split: string, { groups, fairness }: SplitReport, main: string): string[] {
  return Object.entries(groups).map(([attribute, own]) => {
    const byGroup = Object.fromEntries(
      Object.entries(own).flatMap(([group, { metrics }]) => {
        const metric = metrics[main];
        return metric === undefined ? [] : [[`${main}, ${visible(group)}`, metric] as const];
      }),
    );
    return `${split}, ${visible(attribute)}\n${metricTable({ ...byGroup, ...fairness[attribute] })}`;
  });
}

function metricTable(metrics: Metrics): string {
  const rows = Object.entries(metrics).map(([name, { value, ci95, n, refused, group }]) => {
    if (value === null) return [name, '–', visible(refused ?? ''), String(n)];
    return [
      name,
      value.toFixed(3),
      intervalText(ci95),
      group === undefined ? String(n) : `${n} (${visible(group)})`,
    ];
  });
  return table(['metric', 'value', '95 % interval', 'n'], rows);
}
