/** Where a candidate comes from and what came of it: parent, differences, ancestors, children. */
import type { CandidateView } from '../../views/types.js';
import { linkTo } from '../data.js';
import { name, number } from '../shared/format.js';
import { Table, type Column } from '../shared/table.js';

type Change = CandidateView['mutations'][number];

/** Longest JSON of a value that is shown whole. */
const LONGEST = 120;
/** Children that are linked at most; the family's drawing shows them all. */
const MOST = 100;

const json = (value: unknown): string => JSON.stringify(value) ?? '';

const columns: readonly Column<Change>[] = [
  { title: 'Change', value: ({ kind }) => kind, show: ({ kind }) => name(kind) },
  { title: 'Where', value: ({ path }) => path, show: ({ path }) => name(path, LONGEST) },
  {
    title: 'Before',
    value: ({ before }) => json(before),
    show: ({ before }) => <code>{name(json(before), LONGEST)}</code>,
  },
  {
    title: 'After',
    value: ({ after }) => json(after),
    show: ({ after }) => <code>{name(json(after), LONGEST)}</code>,
  },
];

export function Origin({ candidate }: { readonly candidate: CandidateView }) {
  const { mutations, path, children } = candidate;
  return (
    <section aria-labelledby="origin-title">
      <h2 id="origin-title">Origin</h2>
      <p>{originOf(candidate)}</p>
      {mutations.length > 0 && (
        <Table caption="Differences to the parent" columns={columns} rows={mutations} />
      )}
      <p>
        Descent: <Numbers numbers={path} />
      </p>
      <p>
        {children.length === 0 ? 'No children.' : `${children.length} children: `}
        <Numbers numbers={children.slice(0, MOST)} />
        {children.length > MOST && ` and ${children.length - MOST} more`}
      </p>
    </section>
  );
}

function originOf({ parent, score }: CandidateView) {
  if (parent === null) return 'A founder: drawn anew from the search space.';
  const gain = score === null || parent.score === null ? null : score - parent.score;
  const how = parent.role === 'promotion' ? 'The same network, trained for longer, as' : 'Mutated from';
  return (
    <>
      {how} <a href={linkTo(`candidate/${parent.number}`)}>candidate {parent.number}</a> (score{' '}
      {number(parent.score, 4)}).{' '}
      {gain === null ? '' : `Its own score is ${number(Math.abs(gain), 4)} ${gain < 0 ? 'lower' : 'higher'}.`}
    </>
  );
}

function Numbers({ numbers }: { readonly numbers: readonly number[] }) {
  return (
    <>
      {numbers.map((one, index) => (
        <span key={one}>
          {index > 0 && ', '}
          <a href={linkTo(`candidate/${one}`)} aria-label={`Candidate ${one}`}>
            {one}
          </a>
        </span>
      ))}
    </>
  );
}
