/**
 * The family as the server sends it by and by: after the first answer it gives changed rows only (`?since=VERSION`), which
 * are merged here, by number. Columns of 100,000 candidates are copied, not built anew. Operators are given whole each time,
 * maybe in another order, so indices into them are renamed.
 */
import type { LineageView } from '../../views/types.js';

/** What is held, with the rows of `news` in place of older ones; rows ascend by number. */
export function mergedLineage(held: LineageView, news: LineageView): LineageView {
  if (news.changes === undefined || news.changes.since === null) return news;
  const last = held.numbers.at(-1) ?? -1;
  const known = new Set(news.numbers.filter((number) => number <= last));
  const missing = known.size === 0 ? known : lacking(held.numbers, known);
  const start = held.numbers.length;
  const places: number[] = [];
  let end = start;
  for (const number of news.numbers) {
    places.push(number <= last && !missing.has(number) ? placeOf(held.numbers, number) : end++);
  }
  // Rows that belong between others are put at the end first, and all rows sorted then; as a rule there are none.
  const order = missing.size === 0 ? null : orderOf([...held.numbers, ...newNumbers(news, places, start)]);
  const column = <T>(old: readonly T[], fresh: readonly T[]): readonly T[] => {
    const merged = old.slice();
    for (let i = 0; i < places.length; i++) merged[places[i] ?? 0] = fresh[i] as T;
    return order === null ? merged : order.map((place) => merged[place] as T);
  };
  return {
    changes: news.changes,
    numbers: column(held.numbers, news.numbers),
    parents: column(held.parents, news.parents),
    others: column(held.others, news.others),
    roles: column(held.roles, news.roles),
    generations: column(held.generations, news.generations),
    scores: column(held.scores, news.scores),
    gains: column(held.gains, news.gains),
    operator: column(renamedOperators(held, news), news.operator),
    operators: news.operators,
    winnerPath: news.winnerPath,
  };
}

/** Those of `numbers` that are not among the ascending ones. */
function lacking(held: readonly number[], numbers: ReadonlySet<number>): ReadonlySet<number> {
  return new Set([...numbers].filter((number) => held[placeOf(held, number)] !== number));
}

/** Place of a number among ascending ones, or of the first above it. */
function placeOf(held: readonly number[], number: number): number {
  if (held[number] === number) return number;
  let [low, high] = [0, held.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((held[middle] ?? 0) < number) low = middle + 1;
    else high = middle;
  }
  return low;
}

const newNumbers = (news: LineageView, places: readonly number[], start: number): readonly number[] =>
  news.numbers.filter((_, i) => (places[i] ?? 0) >= start);

function orderOf(numbers: readonly number[]): readonly number[] {
  return numbers.map((_, place) => place).sort((a, b) => (numbers[a] ?? 0) - (numbers[b] ?? 0));
}

/** The held candidates' operators as indices into those of `news`. */
function renamedOperators(held: LineageView, news: LineageView): readonly (number | null)[] {
  const key = ({ kind, gene }: { readonly kind: string; readonly gene: string }) =>
    JSON.stringify([kind, gene]);
  const places = new Map(news.operators.map((operator, place) => [key(operator), place]));
  const renamed = held.operators.map((operator) => places.get(key(operator)) ?? null);
  if (renamed.every((place, index) => place === index)) return held.operator;
  return held.operator.map((index) => (index === null ? null : (renamed[index] ?? null)));
}
