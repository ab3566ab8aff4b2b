/**
 * The table `winners`: which candidates are trained again before one is called best, by what the choice rested on.
 */
import type { Store } from './open.js';

/** One choice of candidates. */
export interface Round {
  /** The choice rests on the candidates numbered below this. */
  readonly chosenFrom: number;
  /** Numbers, the highest score first. */
  readonly candidates: readonly number[];
}

/** Commits a choice; the numbers in the order of their places. */
export function insertRound(store: Store, experiment: number, { chosenFrom, candidates }: Round): void {
  store.transaction(() => {
    candidates.forEach((number, place) =>
      store
        .statement(
          `INSERT INTO winners (experiment, chosen_from, place, candidate)
           VALUES (@experiment, @chosenFrom, @place,
             (SELECT id FROM candidates WHERE experiment = @experiment AND number = @number))`,
        )
        .run({ experiment, chosenFrom, place, number }),
    );
  });
}

/** All choices, the earliest first. */
export function roundsOf(store: Store, experiment: number): readonly Round[] {
  const rows = store
    .statement(
      `SELECT chosen_from AS chosenFrom, number FROM winners JOIN candidates ON candidates.id = candidate
       WHERE winners.experiment = ? ORDER BY chosen_from, place`,
    )
    .all(experiment) as { readonly chosenFrom: number; readonly number: number }[];
  const rounds = new Map<number, number[]>();
  for (const { chosenFrom, number } of rows) {
    rounds.set(chosenFrom, [...(rounds.get(chosenFrom) ?? []), number]);
  }
  return [...rounds].map(([chosenFrom, candidates]) => ({ chosenFrom, candidates }));
}
