/**
 * Rows as the server sends them by and by: after the first answer it gives changed rows only (`?since=VERSION`). They are placed by
 * number among those that are held. Columns of 100,000 rows are copied, not built anew, since as a rule no row comes between others.
 */

/** One column of what is held, and of what is new, as one. */
export type Merge = <T>(held: readonly T[], news: readonly T[]) => readonly T[];

/** How columns merge. `held`: ascending numbers; rows of `news` take the place of those with the same number. */
export function mergeBy(held: readonly number[], news: readonly number[]): Merge {
  const last = held.at(-1) ?? -1;
  const replaced: (readonly [place: number, from: number])[] = [];
  const added: number[] = [];
  let isBetween = false;
  for (const [from, number] of news.entries()) {
    const place = number > last ? held.length : placeOf(held, number);
    if (held[place] === number) replaced.push([place, from]);
    else added.push(from);
    isBetween ||= place < held.length && held[place] !== number;
  }
  added.sort((a, b) => (news[a] ?? 0) - (news[b] ?? 0));
  const merge: Merge = (old, fresh) => {
    const merged = old.concat(added.map((from) => fresh[from] as (typeof fresh)[number]));
    for (const [place, from] of replaced) merged[place] = fresh[from] as (typeof fresh)[number];
    return merged;
  };
  if (!isBetween) return merge;
  const numbers = merge(held, news);
  const order = numbers.map((_, place) => place).sort((a, b) => (numbers[a] ?? 0) - (numbers[b] ?? 0));
  return <T>(old: readonly T[], fresh: readonly T[]) => {
    const merged = merge(old, fresh);
    return order.map((place) => merged[place] as T);
  };
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
