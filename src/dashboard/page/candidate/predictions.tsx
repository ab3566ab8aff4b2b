/** What was predicted of a candidate before it was trained, against what was measured. */
import type { CandidateView } from '../../views/types.js';
import { number } from '../shared/format.js';
import { Table, type Column } from '../shared/table.js';
import { predictionsOf, ratioOf, type Prediction } from './figures.js';

const columns: readonly Column<Prediction>[] = [
  { title: 'Figure', value: ({ what }) => what },
  { title: 'Predicted', value: ({ predicted }) => predicted, show: ({ predicted, show }) => show(predicted) },
  { title: 'Measured', value: ({ measured }) => measured, show: ({ measured, show }) => show(measured) },
  {
    title: 'Measured over predicted',
    value: ratioOf,
    show: (row) => number(ratioOf(row), 2),
  },
  { title: 'Note', value: ({ note }) => note },
];

export function Predictions({ candidate }: { readonly candidate: CandidateView }) {
  return (
    <section aria-labelledby="predictions-title">
      <h2 id="predictions-title">Predicted and measured</h2>
      <Table caption="Memory and latency" columns={columns} rows={predictionsOf(candidate)} />
    </section>
  );
}
