/** The path as a table, for screen readers, for keyboards and to be copied: each step with its mutation and gain. */
import { useMemo } from 'preact/hooks';
import type { LineageView } from '../../views/types.js';
import { linkTo } from '../data.js';
import { name, NONE, number, percent } from '../shared/format.js';
import { Failure } from '../shared/states.js';
import { Table, type Column } from '../shared/table.js';
import { signed } from './details.js';
import { edgeText, stepOf, type Path, type Step } from './geometry/path.js';

const columns: readonly Column<Step>[] = [
  {
    title: 'Candidate',
    value: ({ number }) => number,
    show: ({ number }) => <a href={linkTo(`candidate/${number}`)}>{number}</a>,
  },
  { title: 'Generation', value: ({ generation }) => generation },
  { title: 'Change', value: edgeText, show: (step) => name(edgeText(step)) },
  {
    title: 'Gain',
    value: ({ gain }) => gain,
    show: ({ gain }) => (gain === null ? NONE : signed(gain)),
  },
  { title: 'Score', value: ({ score }) => score, show: ({ score }) => number(score, 4) },
  {
    title: 'Operator improves',
    value: ({ operator }) => operator?.rate.value,
    show: ({ operator }) => percent(operator?.rate.value),
  },
  { title: 'from', value: low('rate'), show: (step) => percent(low('rate')(step)) },
  { title: 'to', value: high('rate'), show: (step) => percent(high('rate')(step)) },
  {
    title: 'Operator’s mean gain',
    value: ({ operator }) => operator?.meanGain.value,
    show: ({ operator }) => number(operator?.meanGain.value, 4),
  },
  { title: 'gain from', value: low('meanGain'), show: (step) => number(low('meanGain')(step), 4) },
  { title: 'gain to', value: high('meanGain'), show: (step) => number(high('meanGain')(step), 4) },
  {
    title: 'Why',
    value: ({ parent }) => parent,
    show: ({ number }) => (
      <a href={linkTo(`why/${number}`)} aria-label={`Why candidate ${number} exists`}>
        why
      </a>
    ),
  },
];

function low(what: 'rate' | 'meanGain'): (step: Step) => number | undefined {
  return ({ operator }) => operator?.[what].interval?.[0];
}

function high(what: 'rate' | 'meanGain'): (step: Step) => number | undefined {
  return ({ operator }) => operator?.[what].interval?.[1];
}

export function PathTable({
  view,
  path,
  to,
}: {
  readonly view: LineageView;
  readonly path: Path;
  readonly to: number | null;
}) {
  const rows = useMemo(() => path.indices.map((index) => stepOf(view, index)), [view, path]);
  if (path.problem !== null) return <Failure message={path.problem} />;
  return <Table caption={`Path to candidate ${to}`} columns={columns} rows={rows} first={20} />;
}
