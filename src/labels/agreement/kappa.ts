/**
 * Agreement of readers on classes, beyond what chance gives: κ = (observed − expected) / (1 − expected).
 *
 * Sources: Cohen, A coefficient of agreement for nominal scales (1960); Fleiss, Measuring nominal scale agreement among many
 * raters (1971), with numbers of readers that differ from scan to scan as in Fleiss, Levin, Paik (2003), section 18.3.
 */

/** κ of two readers; null where chance alone agrees always, or where there is nothing to compare. */
export function cohenKappa(pairs: readonly (readonly [string, string])[]): number | null {
  const total = pairs.length;
  if (total === 0) return null;
  const [first, second] = [tally(pairs.map(([a]) => a)), tally(pairs.map(([, b]) => b))];
  const observed = pairs.filter(([a, b]) => a === b).length / total;
  let expected = 0;
  for (const [name, count] of first) expected += (count / total) * ((second.get(name) ?? 0) / total);
  return beyondChance(observed, expected);
}

/**
 * κ of many readers, each item with the classes that it was given; items with fewer than two are left out. Null as for two.
 */
export function fleissKappa(items: readonly (readonly string[])[]): number | null {
  const rated = items.filter(({ length }) => length >= 2);
  const all = rated.flat();
  if (rated.length === 0) return null;
  const shares = rated.map((given) => {
    const counts = [...tally(given).values()];
    const pairs = counts.reduce((sum, count) => sum + count * (count - 1), 0);
    return pairs / (given.length * (given.length - 1));
  });
  const observed = shares.reduce((sum, share) => sum + share, 0) / rated.length;
  let expected = 0;
  for (const count of tally(all).values()) expected += (count / all.length) ** 2;
  return beyondChance(observed, expected);
}

function beyondChance(observed: number, expected: number): number | null {
  return expected < 1 ? (observed - expected) / (1 - expected) : null;
}

function tally(values: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}
