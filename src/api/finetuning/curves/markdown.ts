/**
 * Label-efficiency curves as a table in Markdown: means by number of patients, what the first arm is ahead of the others, and
 * where there is no figure.
 */
import { escaped } from '../../reporting/markdown-text.js';
import { plural } from '../../../core/plural.js';
import { ARMS } from './plan.js';
import type { LabelCurves } from './summary.js';

export function curvesTable(curves: LabelCurves): string {
  const { metric, means, differences } = curves;
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
  const table = [line(header), line(header.map(() => '---')), ...rows.map(line)];
  const notes = sizes.flatMap((labels) => withoutFigure(curves, labels));
  return [table.join('\n'), ...notes].join('\n\n');
}

/** How many draws of a size gave no figure, and why the first of them did not; nothing where all did. */
function withoutFigure({ scores }: LabelCurves, labels: number | 'all'): readonly string[] {
  const [first] = scores;
  const own = scores.filter((score) => score.labels === labels && score.arm === first?.arm);
  const refusals = own.flatMap(({ refused }) => (refused === undefined ? [] : [refused]));
  const [reason] = refusals;
  if (reason === undefined) return [];
  const patients = labels === 'all' ? 'all patients' : plural(labels, 'patient');
  const draws = `${refusals.length} of ${plural(own.length, 'draw')}`;
  return [`With ${patients}, ${draws} gave no figure: ${escaped(reason)}.`];
}

const figure = (value: number | null): string => (value === null ? '–' : value.toFixed(3));
