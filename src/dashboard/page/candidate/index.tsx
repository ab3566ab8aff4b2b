/** One candidate: its figures, its network, what it was measured to do, where it comes from, and how to export it. */
import type { CandidateView as Candidate } from '../../views/types.js';
import { CopyButton } from '../shared/table.js';
import { Failure, View } from '../shared/states.js';
import type { ViewProps } from '../shared/view-props.js';
import { CurvesByName } from './curves.js';
import { Evaluations } from './evaluations.js';
import { Inheritance } from './inheritance.js';
import { Network } from './network.js';
import { Origin } from './origin.js';
import { Predictions } from './predictions.js';
import { Summary } from './summary.js';
import './candidate.css';

export const CandidateView = ({ argument }: ViewProps) =>
  argument !== null && /^\d{1,9}$/.test(argument) ? (
    <View<Candidate> path={`/api/candidates/${argument}`}>
      {(candidate) => <Sections candidate={candidate} />}
    </View>
  ) : (
    <Failure message="Which candidate? Its address ends in its number, as in #/candidate/12." />
  );

function Sections({ candidate }: { readonly candidate: Candidate }) {
  return (
    <>
      <Summary candidate={candidate} />
      <Origin candidate={candidate} />
      <Network candidate={candidate} />
      <CurvesByName candidate={candidate} />
      <Evaluations candidate={candidate} />
      <Predictions candidate={candidate} />
      <Inheritance candidate={candidate} />
      <section aria-labelledby="export-title">
        <h2 id="export-title">Export</h2>
        <pre class="command" tabIndex={0} aria-label="Command that exports this candidate">
          <code>{candidate.exportCommand}</code>
        </pre>
        <CopyButton
          label="Copy the command"
          fileName={`export-${candidate.number}.txt`}
          text={() => candidate.exportCommand}
        />
      </section>
    </>
  );
}
