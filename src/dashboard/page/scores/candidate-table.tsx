/** All candidates as a table. */
import { useMemo } from 'preact/hooks';
import { linkTo } from '../data.js';
import { count, duration, number } from '../shared/format.js';
import { Table, type Column } from '../shared/table.js';
import type { CandidatesView } from '../../views/types.js';

export function CandidateTable({ candidates }: { readonly candidates: CandidatesView }) {
  const rows = useMemo(() => candidates.numbers.map((_, index) => index), [candidates]);
  const columns = useMemo<readonly Column<number>[]>(
    () => [
      {
        title: 'Candidate',
        value: (row) => candidates.numbers[row],
        show: (row) => <a href={linkTo(`candidate/${candidates.numbers[row]}`)}>{candidates.numbers[row]}</a>,
      },
      { title: 'Status', value: (row) => candidates.statuses[row] },
      { title: 'Rung', value: (row) => candidates.rungs[row] },
      {
        title: 'Score',
        value: (row) => candidates.scores[row],
        show: (row) => number(candidates.scores[row], 4),
      },
      {
        title: 'Parameters',
        value: (row) => candidates.params[row],
        show: (row) => count(candidates.params[row]),
      },
      { title: 'MACs', value: (row) => candidates.macs[row], show: (row) => count(candidates.macs[row]) },
      {
        title: 'Latency, ms',
        value: (row) => candidates.latencies[row],
        show: (row) => number(candidates.latencies[row]),
      },
      {
        title: 'Time',
        value: (row) => candidates.seconds[row],
        show: (row) => duration(candidates.seconds[row]),
      },
    ],
    [candidates],
  );
  return <Table caption="Candidates" columns={columns} rows={rows} first={20} />;
}
