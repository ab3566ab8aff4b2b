/** The path as a table, for screen readers, for keyboards and to be copied: each step with its mutation and gain. */
import { useMemo } from 'preact/hooks';
import type { LineageView } from '../../views/types.js';
import { linkTo } from '../data.js';
import { estimate, name, NONE, number, share } from '../shared/format.js';
import { Failure } from '../shared/states.js';
import { Table, type Column } from '../shared/table.js';
import { intervalOf, signed } from './details.js';
import { edgeText, stepOf, type Path, type Step } from './geometry/path.js';

/** `margin`: half the width of a single gain's interval. */
const columnsOf = (margin: number | null): readonly Column<Step>[] => [
  {
    title: 'Candidate',
    value: ({ number }) => number,
    show: ({ number }) => <a href={linkTo(`candidate/${number}`)}>{number}</a>,
  },
  { title: 'Generation', value: ({ generation }) => generation },
  { title: 'Change', value: edgeText, show: (step) => name(edgeText(step)) },
  { title: 'Score', value: ({ score }) => score, show: ({ score }) => number(score, 4) },
  {
    title: 'Gain (95 %)',
    value: ({ gain }) => gain,
    show: ({ gain }) =>
      gain === null ? NONE : margin === null ? signed(gain) : `${signed(gain)} (${intervalOf(gain, margin)})`,
    copied: ends('Gain', ({ gain }) =>
      gain === null || margin === null ? null : [gain - margin, gain + margin],
    ),
  },
  {
    title: 'Such changes improve (95 %)',
    value: ({ operator }) => operator?.rate.value,
    show: ({ operator }) => share(operator?.rate),
    copied: ends('Such changes improve', ({ operator }) => operator?.rate.interval),
  },
  {
    title: 'Their mean gain (95 %)',
    value: ({ operator }) => operator?.meanGain.value,
    show: ({ operator }) => estimate(operator?.meanGain, 4),
    copied: ends('Their mean gain', ({ operator }) => operator?.meanGain.interval),
  },
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

type Interval = readonly [number, number] | null | undefined;

const ends = (title: string, of: (step: Step) => Interval): NonNullable<Column<Step>['copied']> => [
  { title: `${title}, low`, value: (step) => of(step)?.[0] },
  { title: `${title}, high`, value: (step) => of(step)?.[1] },
];

export function PathTable({
  view,
  path,
  to,
  gainMargin,
}: {
  readonly view: LineageView;
  readonly path: Path;
  readonly to: number | null;
  readonly gainMargin: number | null;
}) {
  const rows = useMemo(() => path.indices.map((index) => stepOf(view, index)), [view, path]);
  const columns = useMemo(() => columnsOf(gainMargin), [gainMargin]);
  if (path.problem !== null) return <Failure message={path.problem} />;
  return <Table caption={`Path to candidate ${to}`} columns={columns} rows={rows} first={20} />;
}
