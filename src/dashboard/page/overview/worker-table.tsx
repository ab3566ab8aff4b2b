/** Workers: what each did in the newest spans, and, of searches on many machines, what each works on. */
import { useMemo } from 'preact/hooks';
import { duration, name, percent } from '../shared/format.js';
import { Empty } from '../shared/states.js';
import { Table, type Column } from '../shared/table.js';
import type { SummaryView } from '../../views/types.js';

interface WorkerRow {
  readonly name: string;
  readonly processorClass: string | null;
  readonly evaluations: number;
  readonly seconds: number;
  readonly busy: number | null;
  readonly now: readonly number[];
}

const COLUMNS: readonly Column<WorkerRow>[] = [
  { title: 'Worker', value: (row) => row.name, show: (row) => name(row.name) },
  {
    title: 'Processor class',
    value: (row) => row.processorClass,
    show: (row) => name(row.processorClass ?? '–', 40),
  },
  { title: 'Evaluations', value: (row) => row.evaluations },
  { title: 'Time in them', value: (row) => row.seconds, show: (row) => duration(row.seconds) },
  { title: 'Busy', value: (row) => row.busy, show: (row) => percent(row.busy) },
  { title: 'Works on', value: (row) => row.now.join(' '), show: (row) => row.now.join(', ') || '–' },
];

export function WorkerTable({ summary }: { readonly summary: SummaryView }) {
  const rows = useMemo(() => rowsOf(summary), [summary]);
  if (rows.length === 0) return <Empty>No evaluation was finished yet.</Empty>;
  return <Table caption="Workers in the timeline" columns={COLUMNS} rows={rows} first={20} />;
}

/** Shares are of the time that the timeline covers, times what the worker did at once at most. */
function rowsOf({ timeline, status: { workers } }: Pick<SummaryView, 'timeline' | 'status'>): WorkerRow[] {
  const starts = timeline.map(({ end, seconds }) => end - seconds);
  const covered =
    Math.max(...timeline.map(({ end }) => end), 0) - starts.reduce((a, b) => Math.min(a, b), Infinity);
  const names = [
    ...new Set([...timeline.map(({ worker }) => worker), ...workers.map((seen) => seen.name)]),
  ].sort();
  return names.map((worker) => {
    const own = timeline.filter((span) => span.worker === worker);
    const seen = workers.find((one) => one.name === worker);
    const slots = own.reduce((most, { slot }) => Math.max(most, slot + 1), 1);
    const seconds = own.reduce((sum, span) => sum + span.seconds, 0);
    return {
      name: worker,
      processorClass: seen?.class ?? own.at(-1)?.processorClass ?? null,
      evaluations: own.length,
      seconds,
      busy: covered > 0 ? seconds / covered / slots : null,
      now: seen?.candidates ?? [],
    };
  });
}
