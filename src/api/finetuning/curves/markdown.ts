/**
 * Label-efficiency curves as a table in Markdown: means by number of patients, and what the first arm is ahead of the others.
 */
import { ARMS } from './plan.js';
import type { LabelCurves } from './summary.js';

export function curvesTable({ metric, means, differences }: LabelCurves): string {
  const arms = ARMS.filter((arm) => means.some((mean) => mean.arm === arm));
  const [first, ...others] = arms;
  const sizes = [...new Set(means.map(({ labels }) => labels))];
  const header = [
    'patients',
    ...arms.map((arm) => `${metric}, ${arm}`),
    ...others.map((arm) => `${first} − ${arm}`),
  ];
  const rows = sizes.map((labels) => [
    labels === 'all'
      ? `all (${means.find((mean) => mean.labels === labels)?.patients.toFixed(0)})`
      : String(labels),
    ...arms.map((arm) =>
      figure(means.find((mean) => mean.labels === labels && mean.arm === arm)?.mean ?? null),
    ),
    ...others.map((arm) => {
      const found = differences.find((one) => one.labels === labels && one.second === arm)?.difference;
      const { value = null, ci95 = null } = found ?? {};
      return ci95 === null ? figure(value) : `${figure(value)} (${figure(ci95[0])} to ${figure(ci95[1])})`;
    }),
  ]);
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}

const figure = (value: number | null): string => (value === null ? '–' : value.toFixed(3));
