/**
 * Objectives of a search: the score and, where it weighs them, costs, all as numbers to be maximised.
 */
export type Objective = 'score' | 'params' | 'macs';

export interface Weighed {
  readonly score: number | null;
  readonly params: number | null;
  readonly macs: number | null;
}

/** The score as it is, costs negated; undefined where there is no score, or nothing but the score is weighed. */
export function objectiveValues(
  candidate: Weighed,
  objectives: readonly Objective[],
): readonly number[] | undefined {
  if (candidate.score === null || objectives.every((name) => name === 'score')) return undefined;
  return objectives.map((name) => (name === 'score' ? (candidate.score ?? 0) : -(candidate[name] ?? 0)));
}
