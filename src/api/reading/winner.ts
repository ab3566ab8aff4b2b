/**
 * The winner of a search: of the candidates trained again from scratch, the one with the highest mean (docs/trust.md).
 */
import { meanOf } from '../../core/statistics/descriptive.js';
import { boundedMean } from '../../core/statistics/intervals.js';
import { summarise, winnerRows, type ExperimentRow, type Store } from '../../store/index.js';
import { UserError } from '../../core/errors.js';
import { specFromJson } from '../search-spec.js';

export interface Standing {
  readonly number: number;
  readonly params: number | null;
  readonly macs: number | null;
  /** Predicted milliseconds of one inference; null where the search does not limit them. */
  readonly latency: number | null;
  /** Score in the search. */
  readonly searchScore: number;
  /** One per repetition. */
  readonly scores: readonly number[];
  readonly mean: number | null;
  /** 95 % interval of the mean, within the metric's bounds; null for fewer than three repetitions, which say too little. */
  readonly interval: readonly [number, number] | null;
  /** Mean accuracy of the probe; null where features were not probed. */
  readonly probe: number | null;
}

export interface Winners {
  /** The highest mean first. */
  readonly standings: readonly Standing[];
  /** Null until every repetition was evaluated. */
  readonly winner: Standing | null;
  readonly repetitions: { readonly done: number; readonly wanted: number };
}

/** Null where none were chosen yet. */
export function winnersOf(store: Store, row: ExperimentRow): Winners | null {
  const rows = winnerRows(store, row.id);
  if (rows.length === 0) return null;
  const { experiment, objective, worst = 0 } = specFromJson(row.spec);
  const { batch, evaluationBatches } = experiment.training;
  // Answers that a score is the mean of: labelled scans, or held-out crops.
  const answers = objective?.rows ?? batch * evaluationBatches;
  const numbers = [...new Set(rows.map(({ number }) => number))];
  const standings = numbers
    .flatMap((number): Standing[] => {
      const own = rows.filter((one) => one.number === number);
      const [first] = own;
      if (first === undefined) return [];
      const scores = own.flatMap(({ repeated }) => (repeated === null ? [] : [repeated]));
      const probes = own.flatMap(({ probe }) => (probe === null ? [] : [probe]));
      return [
        {
          number,
          params: first.params,
          macs: first.macs,
          latency: first.latency,
          searchScore: first.score,
          scores,
          mean: scores.length === 0 ? null : meanOf(scores),
          interval: scores.length < 3 ? null : boundedMean(scores, [worst, 1], answers),
          probe: probes.length === 0 ? null : meanOf(probes),
        },
      ];
    })
    .sort((a, b) => (b.mean ?? -Infinity) - (a.mean ?? -Infinity));
  const done = rows.filter(({ seed }) => seed !== null).length;
  const wanted = numbers.length * experiment.winners.seeds;
  const [first] = standings;
  const winner = done >= wanted && first !== undefined && first.mean !== null ? first : null;
  return { standings, winner, repetitions: { done, wanted } };
}

/** The winner's number, else that of the highest score in the search; null before the first score. */
export function bestOfAll(store: Store, row: ExperimentRow): number | null {
  return winnersOf(store, row)?.winner?.number ?? summarise(store, row.id).best?.number ?? null;
}

/** The number of the winner, or of the highest score until it is known; `UserError` before the first score. */
export function bestNumber(store: Store, row: ExperimentRow): number {
  const best = bestOfAll(store, row);
  if (best !== null) return best;
  throw new UserError({
    subject: store.path,
    problem: `experiment ${row.name} has no scored candidate yet`,
    fix: 'continue it with voxolve resume',
  });
}
