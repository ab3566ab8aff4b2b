/**
 * Objectives of a search: the score and, where it weighs them, the metric of the group that is worst off and costs, all as
 * numbers to be maximised.
 */
import { WORST_GROUP, type ProbeValue } from '../core/records.js';
import { probedValues } from '../store/evaluations.js';
import type { Store } from '../store/open.js';

export type Objective = 'score' | 'worstGroup' | 'params' | 'macs';

export interface Weighed {
  readonly score: number | null;
  readonly params: number | null;
  readonly macs: number | null;
  /** Absent or null where none was measured. */
  readonly worstGroup?: number | null;
}

/** Score and worst group as they are, costs negated; undefined where there is no score, or nothing but the score is weighed. */
export function objectiveValues(
  candidate: Weighed,
  objectives: readonly Objective[],
): readonly number[] | undefined {
  if (candidate.score === null || objectives.every((name) => name === 'score')) return undefined;
  return objectives.map((name) =>
    name === 'score' || name === 'worstGroup' ? (candidate[name] ?? 0) : -(candidate[name] ?? 0),
  );
}

/** The worst group's metric among what was measured; null where it was not. */
export function worstGroupOf(probes: readonly ProbeValue[] = []): number | null {
  return probes.find(({ name }) => name === WORST_GROUP)?.value ?? null;
}

/** The candidates with the worst group's metric of each, where the search weighs it. */
export function withWorstGroups<T extends { readonly number: number }>(
  store: Store,
  experiment: number,
  candidates: readonly T[],
  objectives: readonly Objective[],
): readonly (T & Pick<Weighed, 'worstGroup'>)[] {
  if (!objectives.includes('worstGroup')) return candidates;
  const values = probedValues(store, experiment, WORST_GROUP);
  return candidates.map((one) => ({ ...one, worstGroup: values.get(one.number) ?? null }));
}
