/** Weights that training started from, tensor by tensor, where they were inherited. */
import type { Provenance } from '../../../core/records.js';
import type { CandidateView } from '../../views/types.js';
import { linkTo } from '../data.js';
import { name } from '../shared/format.js';
import { Table, type Column } from '../shared/table.js';
import { countsOf } from './figures.js';
import { titleOf } from './plots.js';

const MEANINGS: Readonly<Record<Provenance, string>> = {
  copied: 'as the parent had it',
  resized: 'the parent’s, repeated, padded or cut',
  identity: 'new, so that it passes on what it reads',
  zero: 'new, zero, so that it changes nothing',
  open: 'new, open, so that it changes nothing',
  fresh: 'new, drawn at random',
};

interface Row {
  readonly tensor: string;
  readonly provenance: Provenance;
}

const columns: readonly Column<Row>[] = [
  { title: 'Tensor', value: ({ tensor }) => tensor, show: ({ tensor }) => name(tensor, 80) },
  { title: 'Origin', value: ({ provenance }) => provenance },
  { title: 'Meaning', value: ({ provenance }) => MEANINGS[provenance] },
];

export function Inheritance({ candidate }: { readonly candidate: CandidateView }) {
  const inherited = candidate.evaluations.flatMap((evaluation) =>
    evaluation.inherited === null ? [] : [{ title: titleOf(evaluation), ...evaluation.inherited }],
  );
  if (inherited.length === 0) return null;
  return (
    <section aria-labelledby="weights-title">
      <h2 id="weights-title">Inherited weights</h2>
      {inherited.map(({ title, from, tensors }) => {
        const rows = Object.entries(tensors).map(([tensor, provenance]) => ({ tensor, provenance }));
        return (
          <div key={title}>
            <p>
              {title}: from <a href={linkTo(`candidate/${from}`)}>candidate {from}</a>; {countsOf(rows)}.
            </p>
            <Table caption={`Tensors (${title})`} columns={columns} rows={rows} first={20} />
          </div>
        );
      })}
    </section>
  );
}
