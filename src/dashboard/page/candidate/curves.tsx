/** Curves of all evaluations: one plot for each name, one line for each evaluation. */
import { useMemo } from 'preact/hooks';
import type { CandidateView } from '../../views/types.js';
import { Curves } from '../plot/curves.js';
import { name } from '../shared/format.js';
import { plotsOf } from './plots.js';

export function CurvesByName({ candidate }: { readonly candidate: CandidateView }) {
  const plots = useMemo(() => plotsOf(candidate.evaluations), [candidate]);
  if (plots.length === 0) return null;
  return (
    <section aria-labelledby="curves-title">
      <h2 id="curves-title">Training</h2>
      {plots.map(({ name: title, x, series }) => (
        <Curves
          key={title}
          title={`Curve of ${name(title)}`}
          description={`${name(title)} over ${x.length} steps of training, in ${series.length} evaluations.`}
          xLabel="Step"
          yLabel={name(title, 24)}
          x={x}
          series={series}
        />
      ))}
    </section>
  );
}
