/** Scores over candidates, the Pareto front of two objectives, parallel coordinates over genes. */
import { useCandidates, useView } from '../data.js';
import { Empty, Failure } from '../shared/states.js';
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
  const experiment = summary?.status.experiment;
  return (
    <>
      {error !== null && <Failure message={error.message} />}
      <ScorePlot
        candidates={data}
        chance={experiment?.chance ?? null}
        metric={experiment?.metric ?? 'score'}
      />
      <ParetoPlot candidates={data} metric={experiment?.metric ?? 'score'} />
      <ParallelPlot candidates={data} metric={experiment?.metric ?? 'score'} />
      <CandidateTable candidates={data} />
    </>
  );
}
