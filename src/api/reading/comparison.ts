/**
 * Other searches of the same database on the same scans, task and training, side by side: random search at equal steps,
 * or published networks at their sizes.
 */
import { canonicalJson, plainJson } from '../../core/json.js';
import {
  listExperiments,
  searchSteps,
  summarise,
  type ExperimentRow,
  type Store,
} from '../../store/index.js';
import { specFromJson, type SearchSpec } from '../search-spec.js';
import { winnersOf, type Standing } from './winner.js';

export interface ComparedSearch {
  readonly name: string;
  readonly strategy: string;
  readonly space: string;
  /** Training steps of all candidates. */
  readonly steps: number;
  /** The highest score; null before the first. */
  readonly highest: number | null;
  /** Null until it is known. */
  readonly winner: Standing | null;
}

/** The comparable searches, this one included; null if there is no other. `steps`: of an experiment's candidates, by its id. */
export function comparableSearches(
  store: Store,
  row: ExperimentRow,
  steps = (experiment: number): number => searchSteps(store, experiment),
): readonly ComparedSearch[] | null {
  const alike = listExperiments(store).filter((other) => comparable(row, other));
  if (alike.length < 2) return null;
  return alike.map((other) => ({
    name: other.name,
    strategy: other.strategy,
    space: other.space,
    steps: steps(other.id),
    highest: summarise(store, other.id).best?.score ?? null,
    winner: winnersOf(store, other)?.winner ?? null,
  }));
}

function comparable(a: ExperimentRow, b: ExperimentRow): boolean {
  const key = ({ spec, scansFingerprint }: ExperimentRow): string => {
    // Databases of tests and of other programs may hold no experiment file.
    const { experiment } = specFromJson(spec) as Partial<SearchSpec>;
    const { proxyTask, training, objective } = experiment ?? {};
    return canonicalJson(plainJson({ scansFingerprint, proxyTask, training, objective }));
  };
  return key(a) === key(b);
}
