/**
 * The candidates that no other beats in everything that a search weighs.
 */
import { front } from '../../search/pareto.js';
import type { ExperimentRow, Store } from '../../store/index.js';
import { costsOfDone } from '../../store/index.js';
import { objectiveValues, withWorstGroups, type Objective } from '../../study/index.js';
import { specFromJson } from '../search-spec.js';

export interface FrontMember {
  readonly number: number;
  readonly score: number;
  readonly params: number | null;
  readonly macs: number | null;
  /** Metric of the group that is worst off; absent where the search does not weigh it. */
  readonly worstGroup?: number | null;
}

/** Best score first; null where the search weighs nothing but the score. */
export function paretoFront(store: Store, row: ExperimentRow): readonly FrontMember[] | null {
  const objectives = objectivesOf(row);
  if (objectives.length < 2) return null;
  const done = withWorstGroups(store, row.id, costsOfDone(store, row.id), objectives);
  return [...front(done, (one) => objectiveValues(one, objectives) ?? [])].sort(
    (a, b) => b.score - a.score || a.number - b.number,
  );
}

/** What a search weighs. */
export function objectivesOf(row: ExperimentRow): readonly Objective[] {
  // Databases of tests and of other programs may hold no experiment file.
  const spec = specFromJson(row.spec) as Partial<ReturnType<typeof specFromJson>>;
  return spec.experiment?.objectives ?? ['score'];
}
