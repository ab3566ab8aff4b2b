/** Evaluations of a candidate, with those of frozen features by probes. */
import type { CandidateView } from '../../views/types.js';
import { bytes, duration, name, number } from '../shared/format.js';
import { Empty } from '../shared/states.js';
import { Table, type Column } from '../shared/table.js';
import { titleOf } from './plots.js';

type Evaluation = CandidateView['evaluations'][number];

const columns: readonly Column<Evaluation>[] = [
  { title: 'Purpose', value: ({ purpose }) => purpose },
  { title: 'Rung', value: ({ rung }) => rung },
  { title: 'Seed', value: ({ seed }) => seed },
  { title: 'Status', value: ({ status }) => status },
  { title: 'Score', value: ({ score }) => score, show: ({ score }) => number(score, 4) },
  { title: 'Steps', value: ({ steps }) => steps },
  { title: 'Ended early', value: ({ ended }) => ended ?? 'no' },
  { title: 'Time', value: ({ seconds }) => seconds, show: ({ seconds }) => duration(seconds) },
  { title: 'Memory', value: ({ peakBytes }) => peakBytes, show: ({ peakBytes }) => bytes(peakBytes) },
  {
    title: 'Computed by',
    value: ({ engine, device }) => `${engine} on ${device}`,
    show: ({ engine, device }) => name(`${engine} on ${device}`),
  },
  {
    title: 'Worker',
    value: ({ worker, processorClass }) =>
      [worker, processorClass].filter((part) => part !== null).join(', '),
    show: ({ worker, processorClass }) =>
      name([worker, processorClass].filter((part) => part !== null).join(', ')),
  },
  { title: 'Attempts', value: ({ attempts }) => attempts },
  {
    title: 'Problem',
    value: ({ error }) => error,
    show: ({ error }) => (error === null ? '' : name(error, 200)),
  },
];

type Probe = Evaluation['probes'][number] & { readonly evaluation: string };

const probeColumns: readonly Column<Probe>[] = [
  { title: 'Evaluation', value: ({ evaluation }) => evaluation },
  { title: 'Figure', value: ({ name: text }) => text, show: ({ name: text }) => name(text) },
  { title: 'Value', value: ({ value }) => value, show: ({ value }) => number(value, 4) },
  { title: 'from', value: ({ low }) => low, show: ({ low }) => number(low, 4) },
  { title: 'to', value: ({ high }) => high, show: ({ high }) => number(high, 4) },
];

export function Evaluations({ candidate }: { readonly candidate: CandidateView }) {
  const { evaluations } = candidate;
  const probes = evaluations.flatMap((evaluation) =>
    evaluation.probes.map((probe) => ({ ...probe, evaluation: titleOf(evaluation) })),
  );
  return (
    <section aria-labelledby="evaluations-title">
      <h2 id="evaluations-title">Evaluations</h2>
      {evaluations.length === 0 ? (
        <Empty>It has not been evaluated yet.</Empty>
      ) : (
        <Table caption="Evaluations" columns={columns} rows={evaluations} />
      )}
      {probes.length > 0 && (
        <Table caption="Probes of its features, with 95 % intervals" columns={probeColumns} rows={probes} />
      )}
    </section>
  );
}
