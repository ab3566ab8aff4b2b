/** The best, trained again from scratch: their scores in the search and after, with intervals. */
import { BEST_COLUMNS } from '../shared/best-columns.js';
import { count, estimate, number } from '../shared/format.js';
import { Table, type Column } from '../shared/table.js';
import type { SummaryView } from '../../views/types.js';

type Status = SummaryView['status'];
type Standing = NonNullable<Status['winners']>['standings'][number];

const COLUMNS: readonly Column<Standing>[] = [
  ...BEST_COLUMNS,
  {
    title: 'Trained again: mean (95 %)',
    value: ({ mean }) => mean,
    show: ({ mean, interval }) => (mean === null ? '–' : estimate({ value: mean, interval })),
  },
  {
    title: 'Repetitions',
    value: ({ scores }) => scores.join(' '),
    show: ({ scores }) => scores.map((score) => number(score)).join(', '),
  },
  { title: 'Parameters', value: ({ params }) => params, show: ({ params }) => count(params) },
  { title: 'MACs', value: ({ macs }) => macs, show: ({ macs }) => count(macs) },
];

export function Standings({ status: { winners } }: { readonly status: Status }) {
  if (winners === null) return null;
  return <Table caption="The best, trained again" columns={COLUMNS} rows={winners.standings} />;
}
