/**
 * Why a candidate exists: the decision on it, derived anew from the log by the strategy itself, which tells meanwhile what it
 * does.
 *
 * For a strategy that names the results it needs only those are read; the others are told all results before the decision, as
 * in the search.
 */
import { resolvedFrom } from '../../api/open-experiment.js';
import { tracedDecision, type TracedDecision } from '../../api/reading/decision.js';
import { requireCodeOf } from '../../api/resume-guards.js';
import type { ExperimentRow, Store } from '../../store/index.js';
import { requireCandidate } from './candidate/require-candidate.js';
import type { WhyView } from './types.js';
import { stepsOf } from './why/steps.js';

/** Refusals that are shown. */
const MOST = 200;

/**
 * Throws `UserError` where there is no such candidate, where a file of the user's own is not that of the search any more, and
 * where the log is too broken for the decision to be derived.
 */
export async function whyView(store: Store, row: ExperimentRow, number: number): Promise<WhyView> {
  requireCandidate(store, row, number);
  const resolved = await resolvedFrom(row, store.path);
  requireCodeOf(row, resolved);
  return store.snapshot(() => {
    const traced = tracedDecision(store, row, resolved, requireCandidate(store, row, number));
    const { decision, heard } = traced;
    return {
      number,
      agrees: decision.differences.length === 0,
      strategy: row.strategy,
      generatorKey: decision.key,
      needs: needsOf(traced),
      tournament: tournamentOf(traced),
      refused: heard.refusals.slice(0, MOST),
      steps: stepsOf(number, decision, heard),
    };
  });
}

function needsOf({ decision: { needs } }: TracedDecision): WhyView['needs'] {
  return 'end' in needs
    ? { kind: 'all below', end: needs.end }
    : { kind: 'these', numbers: [...needs.numbers].sort((a, b) => a - b) };
}

/** The comparison that the proposal's parent won; there are others where several proposals were drawn. */
function tournamentOf({ decision, heard }: TracedDecision): WhyView['tournament'] {
  const parent = decision.proposal.parents.find(({ role }) => role === 'parent')?.number;
  const comparison = heard.comparisons.find(({ chosen }) => chosen === parent);
  if (comparison === undefined) return null;
  const { members, chosen } = comparison;
  return members
    .map(({ number, score }) => ({ number, score, chosen: number === chosen }))
    .sort((a, b) => Number(b.chosen) - Number(a.chosen) || (b.score ?? -Infinity) - (a.score ?? -Infinity));
}
