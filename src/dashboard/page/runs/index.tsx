/** Fine-tuning and explanation reports beside the database. */
import { Intervals } from '../plot/intervals.js';
import { estimate, name } from '../shared/format.js';
import { Empty, View } from '../shared/states.js';
import { Table, type Column } from '../shared/table.js';
import type { RunsView } from '../../views/types.js';

type Run = RunsView['runs'][number];
type Metric = Run['metrics'][number];

export const RunsPage = () => (
  <View<RunsView> path="/api/runs">
    {({ runs }) =>
      runs.length === 0 ? (
        <Empty>
          No reports lie beside the database. voxolve finetune and voxolve explain write them; this page lists
          them.
        </Empty>
      ) : (
        runs.map((run) => <RunSection key={run.name} run={run} />)
      )
    }
  </View>
);

const COLUMNS: readonly Column<Metric>[] = [
  { title: 'Metric', value: (metric) => metric.name, show: (metric) => name(metric.name) },
  { title: 'Split', value: ({ split }) => split, show: ({ split }) => name(split) },
  { title: 'Value (95 %)', value: ({ value }) => value.value, show: ({ value }) => estimate(value) },
];

function RunSection({ run }: { readonly run: Run }) {
  const title = `${name(run.name)} – ${name(run.kind)}`;
  const shares = run.metrics.filter(({ value: { value } }) => value >= -1 && value <= 1);
  return (
    <section aria-label={title}>
      <h2>{title}</h2>
      {shares.length > 0 && (
        <Intervals
          title={`Metrics of ${name(run.name)}`}
          description="Metrics between −1 and 1 with their 95 % intervals; all of them are in the table."
          xLabel="Value"
          rows={shares.map((metric) => ({ name: metric.name, note: metric.split, estimate: metric.value }))}
        />
      )}
      {run.metrics.length > 0 && (
        <Table caption={`Metrics of ${name(run.name)}`} columns={COLUMNS} rows={run.metrics} />
      )}
      {run.notes.map((note, index) => (
        <p key={index}>{name(note, 1000)}</p>
      ))}
    </section>
  );
}
