/**
 * Tells whether a search is under way. The database alone cannot: a process that was killed leaves its candidates
 * marked as running. The writer's lock can, since the operating system drops it with the process.
 */
import {
  isSearched,
  roundsOf,
  summarise,
  type ExperimentRow,
  type Store,
  type Summary,
} from '../../store/index.js';
import { specFromJson } from '../search-spec.js';
import { winnersOf } from './winner.js';

/** `stopped`: nobody searches and something is left, with which `voxolve resume` goes on. */
export type SearchState = 'running' | 'stopped' | 'finished';

export interface CurrentSummary extends Summary {
  readonly state: SearchState;
}

/** The summary of a search, with candidates that nobody evaluates any more counted as pending. */
export function currentSummary(store: Store, row: ExperimentRow): CurrentSummary {
  const summary = summarise(store, row.id);
  if (isSearched(store, row.id)) return { ...summary, state: 'running' };
  const { running, pending, done, failed, infeasible } = summary.candidates;
  const left = done + failed + infeasible < row.candidates || !winnersDone(store, row, summary);
  const candidates = { ...summary.candidates, running: 0, pending: pending + running };
  return { ...summary, candidates, state: left ? 'stopped' : 'finished' };
}

/** True if the best of all candidates were chosen and trained again, or are not to be. */
function winnersDone(store: Store, row: ExperimentRow, { best, candidates }: Summary): boolean {
  // Databases of tests and of other programs may hold no experiment file.
  const { experiment } = specFromJson(row.spec) as Partial<ReturnType<typeof specFromJson>>;
  if (best === null || (experiment?.winners?.candidates ?? 0) === 0) return true;
  const repetitions = winnersOf(store, row)?.repetitions;
  const chosenFrom = roundsOf(store, row.id).at(-1)?.chosenFrom;
  return (
    chosenFrom === candidates.total && repetitions !== undefined && repetitions.done >= repetitions.wanted
  );
}
