/**
 * The whole family as columns: parents, generations, gains, and what each operator was worth.
 */
import { bestOfAll } from '../../api/reading/winner.js';
import type { ExperimentRow, Store } from '../../store/index.js';
import { familyOf } from './family/family.js';
import type { LineageView } from './types.js';

/** `changed`: numbers of the only candidates to give; operators and the winner's path are of all nevertheless. */
export function lineageView(
  store: Store,
  row: ExperimentRow,
  changed: readonly number[] | null = null,
): LineageView {
  return store.snapshot(() => {
    const family = familyOf(store, row);
    const numbers = changed === null ? family.numbers() : changed.filter((number) => family.has(number));
    const { summaries, places } = family.operatorsInOrder();
    return {
      numbers,
      parents: numbers.map((number) => family.parents[number] ?? null),
      others: numbers.map((number) => family.others[number] ?? null),
      roles: numbers.map((number) => family.roles[number] ?? null),
      generations: numbers.map((number) => family.generations[number] ?? 0),
      scores: numbers.map((number) => family.scores[number] ?? null),
      gains: numbers.map((number) => family.gain(number)),
      operator: numbers.map((number) => places[family.operator[number] ?? -1] ?? null),
      operators: summaries,
      winnerPath: family.pathTo(bestOfAll(store, row)),
    };
  });
}
