/**
 * The family as the server sends it by and by, merged by number. Operators are given whole each time, maybe in another order, so
 * indices into them are renamed.
 */
import type { LineageView } from '../../views/types.js';
import { mergeBy } from '../data/rows.js';

/** What is held, with the rows of `news` in place of older ones; rows ascend by number. */
export function mergedLineage(held: LineageView, news: LineageView): LineageView {
  if (news.changes === undefined || news.changes.since === null) return news;
  const column = mergeBy(held.numbers, news.numbers);
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

/** The held candidates' operators as indices into those of `news`. */
function renamedOperators(held: LineageView, news: LineageView): readonly (number | null)[] {
  const key = ({ kind, gene }: { readonly kind: string; readonly gene: string }) =>
    JSON.stringify([kind, gene]);
  const places = new Map(news.operators.map((operator, place) => [key(operator), place]));
  const renamed = held.operators.map((operator) => places.get(key(operator)) ?? null);
  if (renamed.every((place, index) => place === index)) return held.operator;
  return held.operator.map((index) => (index === null ? null : (renamed[index] ?? null)));
}
