/**
 * Attributes that distinguish the scans of one series, and the division of a series by them.
 *
 * A series can hold several scans (echoes, phase and magnitude images, directions), in files of their own or in one.
 * Each slice has a look: facts that are compared exactly, and measured numbers that are compared with tolerance, since
 * writers round them differently. Looks that are equal directly or through others are one scan, so that the result does
 * not depend on the order of files.
 */

export interface Look {
  /** Compared exactly. */
  readonly exact: string;
  /** Numbers divided by their tolerances; of equal length if `exact` is equal. */
  readonly measured: readonly number[];
  /** Attributes in words, by topic, to name a scan among others of its series. */
  readonly words: Readonly<Record<string, string>>;
}

/** Allowance for rounding errors of both numbers. */
const SLACK = 1e-6;

/** Id that is equal for looks without differences. */
export function lookId({ exact, measured }: Look): string {
  return `${exact}|${measured.map((number) => Math.round(number * 1e3) / 1e3).join(',')}`;
}

/** Distinct looks, in order of first occurrence. */
export function distinctLooks(looks: Iterable<Look>): Look[] {
  // Frames of a clip share one look object.
  return [...new Map([...new Set(looks)].map((look) => [lookId(look), look])).values()];
}

/**
 * Groups looks by scan, in order of first occurrence.
 *
 * @param looks distinct
 */
export function groupLooks(looks: readonly Look[]): Look[][] {
  const parents = looks.map((_, i) => i);
  const rootOf = (i: number): number => {
    let root = i;
    while (parents[root] !== root) root = parents[root] as number;
    parents[i] = root;
    return root;
  };
  // Sorted, so that only neighbours need be compared: there may be as many looks as slices.
  const order = looks
    .map((look, i) => ({ look, i, first: look.measured[0] ?? 0 }))
    .sort((a, b) => (a.look.exact < b.look.exact ? -1 : a.look.exact > b.look.exact ? 1 : a.first - b.first));
  order.forEach(({ look, i, first }, rank) => {
    for (const next of order.slice(rank + 1)) {
      if (next.look.exact !== look.exact || next.first - first > 1 + SLACK) break;
      if (isNear(look, next.look)) parents[rootOf(next.i)] = rootOf(i);
    }
  });
  const groups = new Map<number, Look[]>();
  looks.forEach((look, i) => groups.set(rootOf(i), [...(groups.get(rootOf(i)) ?? []), look]));
  return [...groups.values()];
}

function isNear(a: Look, b: Look): boolean {
  return a.measured.every((number, i) => Math.abs(number - (b.measured[i] as number)) <= 1 + SLACK);
}

/**
 * Words that name each group among the others: those that not all groups share, else its number. Some groups differ in
 * attributes without words, such as ORIGINAL or DERIVED in the image type.
 */
export function labelsOf(groups: readonly (readonly Look[])[]): string[] {
  const first = groups.map(([look]) => look?.words ?? {});
  const names = [...new Set(first.flatMap((words) => Object.keys(words)))];
  const telling = names.filter((name) => new Set(first.map((words) => words[name])).size > 1);
  return first.map(
    (words, i) =>
      telling.flatMap((name) => (words[name] === undefined ? [] : [words[name]])).join(', ') ||
      `${i + 1} of ${groups.length}`,
  );
}
