/** How far the search is, what it found, who works on it, and who waits for whom. */
import { linkTo } from '../data.js';
import { duration, name } from '../shared/format.js';
import { View } from '../shared/states.js';
import type { SummaryView } from '../../views/types.js';
import { ExperimentFacts } from './experiment-facts.js';
import { FoundFacts } from './found-facts.js';
import { Standings } from './standings.js';
import { Timeline } from './timeline.js';
import { WorkerTable } from './worker-table.js';

export const OverviewPage = () => (
  <View<SummaryView> path="/api/summary">
    {(summary) => (
      <>
        {summary.remarks.map((remark) => (
          <p key={remark} class="fact-note" role="note">
            {name(remark, 300)}
          </p>
        ))}
        <Progress summary={summary} />
        <FoundFacts summary={summary} />
        <Standings status={summary.status} />
        <h2>Workers</h2>
        <Timeline spans={summary.timeline} />
        <WorkerTable summary={summary} />
        <Stalls stalls={summary.stalls} />
        <h2>Experiment</h2>
        <ExperimentFacts status={summary.status} />
      </>
    )}
  </View>
);

const STATES = {
  running: 'Running',
  stopped: 'Stopped; voxolve resume goes on with it',
  finished: 'Finished',
} as const;

function Progress({ summary: { status, progress } }: { readonly summary: SummaryView }) {
  const { done, failed, infeasible, running, pending } = status.candidates;
  const counts = [
    `${done} done`,
    ...(running > 0 ? [`${running} running`] : []),
    ...(pending > 0 ? [`${pending} pending`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(infeasible > 0 ? [`${infeasible} infeasible`] : []),
  ];
  const left = progress.secondsLeft === null ? '' : `, about ${duration(progress.secondsLeft)} left`;
  return (
    <section class="progress" aria-label="Progress">
      <p>
        <strong>{STATES[status.state]}</strong>
        {`: ${progress.done} of ${progress.wanted} candidates, ${duration(progress.secondsSpent)} of training${
          status.state === 'running' ? left : ''
        }`}
      </p>
      <progress value={progress.done} max={Math.max(progress.wanted, 1)} aria-label="Candidates" />
      <p class="fact-note">{counts.join(', ')}</p>
    </section>
  );
}

function Stalls({ stalls }: { readonly stalls: SummaryView['stalls'] }) {
  if (stalls.length === 0) return null;
  return (
    <>
      <h3>Who waits for whom</h3>
      <ul>
        {stalls.slice(0, 20).map(({ number, waitsFor, reason }) => (
          <li key={number}>
            {`Candidate ${number} waits for `}
            <a href={linkTo(`candidate/${waitsFor}`)}>{`candidate ${waitsFor}`}</a>
            {`: ${name(reason, 200)}`}
          </li>
        ))}
      </ul>
    </>
  );
}
