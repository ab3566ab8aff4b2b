/**
 * Facts that tell the scans of one series apart, and the scans that follow from them.
 *
 * A series can hold several scans (echoes, phases beside magnitudes, other directions), in files of their own or in one.
 * Each slice has a look: facts that are compared exactly, and measured numbers that are compared with tolerance, since
 * writers round them differently. Looks that are equal through others are one scan, so that the outcome does not depend
 * on the order of files.
 */

export interface Look {
  /** Compared exactly. */
  readonly exact: string;
  /** In units of what they may differ by; as many wherever `exact` is equal. */
  readonly measured: readonly number[];
  /** The facts in words, by what they are about, to name a scan among others of its series. */
  readonly words: Readonly<Record<string, string>>;
}

/** Rounding of one number may be added to that of another. */
const SLACK = 1e-6;

/** Equal for looks that differ in nothing. */
export function lookId({ exact, measured }: Look): string {
  return `${exact}|${measured.map((number) => Math.round(number * 1e3) / 1e3).join(',')}`;
}

/** The looks that differ, in the order in which they come. */
export function distinctLooks(looks: Iterable<Look>): Look[] {
  // Frames of a clip share theirs.
  return [...new Map([...new Set(looks)].map((look) => [lookId(look), look])).values()];
}

/**
 * Looks that are one scan, for each scan: in the order in which their first ones come.
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
 * Words that name each group among the others: those that not all share, else its number. Some groups differ in what
 * nobody puts into words, such as whether an image type says ORIGINAL or DERIVED.
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
