/** Curves of all evaluations: one plot for each name, one line for each evaluation. What was measured once is a table. */
import { useMemo } from 'preact/hooks';
import type { CandidateView } from '../../views/types.js';
import { Curves } from '../plot/curves.js';
import { name, number } from '../shared/format.js';
import { Table, type Column } from '../shared/table.js';
import { plotsOf } from './plots.js';

interface Single {
  readonly curve: string;
  readonly evaluation: string;
  readonly step: number;
  readonly value: number | null;
}

const columns: readonly Column<Single>[] = [
  { title: 'Figure', value: ({ curve }) => curve, show: ({ curve }) => name(curve) },
  { title: 'Evaluation', value: ({ evaluation }) => evaluation },
  { title: 'Step', value: ({ step }) => step },
  { title: 'Value', value: ({ value }) => value, show: ({ value }) => number(value, 4) },
];

/** Evaluations of which the last value is said in words. */
const MOST_IN_WORDS = 4;

export function CurvesByName({ candidate }: { readonly candidate: CandidateView }) {
  const all = useMemo(() => plotsOf(candidate.evaluations), [candidate]);
  if (all.length === 0) return null;
  const singles = all.flatMap(({ name: curve, x, series }): readonly Single[] =>
    x.length > 1
      ? []
      : series.map((one) => ({ curve, evaluation: one.name, step: x[0] ?? 0, value: one.values[0] ?? null })),
  );
  return (
    <section aria-labelledby="curves-title">
      <h2 id="curves-title">Training</h2>
      {all
        .filter(({ x }) => x.length > 1)
        .map(({ name: title, x, series }) => (
          <Curves
            key={title}
            title={`Curve of ${name(title)}`}
            description={`${name(title)} over ${x.length} steps of training, in ${counted(series.length)}${lastOf(series)}.`}
            xLabel="Step"
            yLabel={name(title, 24)}
            x={x}
            series={series}
          />
        ))}
      {singles.length > 0 && <Table caption="Measured once in training" columns={columns} rows={singles} />}
    </section>
  );
}

type Series = ReturnType<typeof plotsOf>[number]['series'];

const counted = (evaluations: number): string =>
  evaluations === 1 ? 'one evaluation' : `${evaluations} evaluations`;

function lastOf(series: Series): string {
  if (series.length > MOST_IN_WORDS) return '';
  const ends = series.map((one) =>
    number(
      one.values.findLast((value) => value !== null),
      4,
    ),
  );
  return `; last ${ends.join(', ')}`;
}
