/**
 * Sums over all evaluations of a database, by experiment: kept, and extended by those that were committed since. Their ids ascend,
 * so that sums of fractions are added in one order always.
 */
import { evaluationCount, evaluationTuples, type Store } from '../../../store/index.js';

export interface ExperimentSums {
  /** Of all evaluations, over all workers. */
  readonly seconds: number;
  /** Training steps of candidates within the search. */
  readonly steps: number;
  /** Evaluations of which the features were probed. */
  readonly probed: number;
}

type Growing = { -readonly [Key in keyof ExperimentSums]: number };

const NONE: ExperimentSums = { seconds: 0, steps: 0, probed: 0 };

class EvaluationSums {
  private last = 0;
  private count = 0;
  private readonly sums = new Map<number, Growing>();

  /** Takes in what is new; false where evaluations that were taken in are gone. */
  advance(store: Store): boolean {
    for (const [id, experiment, purpose, seconds, steps, probed] of evaluationTuples(store, this.last)) {
      this.last = id;
      this.count++;
      const own = this.sums.get(experiment) ?? { ...NONE };
      this.sums.set(experiment, own);
      own.seconds += seconds;
      if (purpose === 'search') own.steps += steps;
      own.probed += probed;
    }
    return this.count === evaluationCount(store);
  }

  of(experiment: number): ExperimentSums {
    return this.sums.get(experiment) ?? NONE;
  }
}

const kept = new WeakMap<Store, EvaluationSums>();

/** The sums as they are now, by an experiment's id; to be called within a snapshot. */
export function evaluationSums(store: Store): (experiment: number) => ExperimentSums {
  let sums = kept.get(store) ?? new EvaluationSums();
  if (!sums.advance(store)) {
    sums = new EvaluationSums();
    sums.advance(store);
  }
  kept.set(store, sums);
  return (experiment) => sums.of(experiment);
}
