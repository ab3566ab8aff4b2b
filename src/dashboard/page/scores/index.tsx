/** Scores over candidates, the Pareto front of two objectives, parallel coordinates over genes. */
import { useCandidates, useView } from '../data.js';
import { Empty, Failure } from '../shared/states.js';
import { WhenNear } from '../shared/when-near.js';
import type { SummaryView } from '../../views/types.js';
import { CandidateTable } from './candidate-table.js';
import { ParallelPlot } from './parallel-plot.js';
import { ParetoPlot } from './pareto-plot.js';
import { ScorePlot } from './score-plot.js';

export function ScoresPage() {
  const { data, error } = useCandidates();
  const { data: summary } = useView<SummaryView>('/api/summary');
  if (data === null) return error === null ? <Empty>Loading …</Empty> : <Failure message={error.message} />;
  if (data.numbers.length === 0) return <Empty>No candidate was drawn yet.</Empty>;
  const { chance = null, metric = 'score' } = summary?.status.experiment ?? {};
  return (
    <>
      {error !== null && <Failure message={error.message} />}
      <WhenNear value={data}>
        {(candidates) => <ScorePlot candidates={candidates} chance={chance} metric={metric} />}
      </WhenNear>
      <WhenNear value={data}>
        {(candidates) => <ParetoPlot candidates={candidates} metric={metric} />}
      </WhenNear>
      <WhenNear value={data}>
        {(candidates) => <ParallelPlot candidates={candidates} metric={metric} />}
      </WhenNear>
      <WhenNear value={data}>{(candidates) => <CandidateTable candidates={candidates} />}</WhenNear>
    </>
  );
}
