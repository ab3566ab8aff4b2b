/**
 * The decision on one candidate, derived anew by the experiment's strategy, which tells meanwhile what it does.
 */
import { messageOf, UserError } from '../../core/errors.js';
import type { ConstrainedExperiment } from '../../experiment/resolve.js';
import { listener, type Heard } from '../../search/trace.js';
import type { Candidate, ExperimentRow, Store } from '../../store/index.js';
import { deriveDecision, type DerivedDecision } from '../../study/index.js';
import { createScorer } from '../../workers/zero-cost/scorer.js';
import { auxiliaryPlanOf, strategyOf } from '../searching/study-plan.js';
import { knownScores } from './known-scores.js';

export interface TracedDecision {
  readonly decision: DerivedDecision;
  readonly heard: Heard;
}

/** Throws `UserError` where the log is too broken for the decision to be derived. */
export function tracedDecision(
  store: Store,
  row: ExperimentRow,
  resolved: ConstrainedExperiment,
  candidate: Candidate,
): TracedDecision {
  const scorer = createScorer(resolved, undefined, knownScores(resolved));
  const trace = listener();
  try {
    const { objectives } = auxiliaryPlanOf(resolved);
    const strategy = strategyOf(resolved, scorer, trace);
    return { decision: deriveDecision(store, row, { strategy, objectives }, candidate), heard: trace.heard };
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(
      {
        subject: store.path,
        problem: `the decision on candidate ${candidate.number} cannot be derived from its log: ${messageOf(error)}`,
        fix: 'voxolve verify lists what is wrong',
      },
      { cause: error },
    );
  } finally {
    scorer.close();
  }
}
