/**
 * Pareto sets: which points no other is better than, in what ranks, how crowded, and how much they dominate.
 *
 * Points are lists of equally many objectives, all maximised.
 *
 * Sources: Deb, Pratap, Agarwal and Meyarivan, "A Fast and Elitist Multiobjective Genetic Algorithm: NSGA-II", IEEE
 * Transactions on Evolutionary Computation 2002, section III; While, Bradstreet and Barone, "A Fast Way of
 * Calculating Exact Hypervolumes", 2012 (here its plain slicing form).
 */
export type Point = readonly number[];

/** True if `a` is at least as good as `b` in everything and better in something. */
export function dominates(a: Point, b: Point): boolean {
  let better = false;
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] ?? NaN, b[i] ?? NaN];
    if (x < y) return false;
    if (x > y) better = true;
  }
  return better;
}

/** Items that none dominates; of equal points all. */
export function front<T>(items: readonly T[], pointOf: (item: T) => Point): readonly T[] {
  // In this order no point is dominated by a later one.
  const sorted = [...items].sort((a, b) => lexicographic(pointOf(b), pointOf(a)));
  const found: T[] = [];
  for (const item of sorted) {
    if (!found.some((other) => dominates(pointOf(other), pointOf(item)))) found.push(item);
  }
  const members = new Set(found);
  return items.filter((item) => members.has(item));
}

/** Ranks of non-domination: the front, the front of the rest, and so on (fast non-dominated sort). */
export function ranked<T>(items: readonly T[], pointOf: (item: T) => Point): readonly (readonly T[])[] {
  const ranks: (readonly T[])[] = [];
  let rest = items;
  while (rest.length > 0) {
    const best = new Set(front(rest, pointOf));
    ranks.push([...best]);
    rest = rest.filter((item) => !best.has(item));
  }
  return ranks;
}

/** Per item the sum over objectives of its neighbours' distance, relative to the range; infinite at the ends. */
export function crowding<T>(items: readonly T[], pointOf: (item: T) => Point): ReadonlyMap<T, number> {
  const distance = new Map(items.map((item) => [item, 0]));
  const objectives = items[0] === undefined ? 0 : pointOf(items[0]).length;
  for (let k = 0; k < objectives; k++) {
    const at = (item: T | undefined): number => (item === undefined ? NaN : (pointOf(item)[k] ?? NaN));
    const sorted = [...items].sort((a, b) => at(a) - at(b));
    const range = at(sorted.at(-1)) - at(sorted[0]);
    sorted.forEach((item, i) => {
      const gap = i === 0 || i === sorted.length - 1 ? Infinity : at(sorted[i + 1]) - at(sorted[i - 1]);
      if (gap === Infinity || range > 0) {
        distance.set(item, (distance.get(item) ?? 0) + (gap === Infinity ? gap : gap / range));
      }
    });
  }
  return distance;
}

/** The volume that points dominate above `reference`; what is not above it in everything adds nothing. */
export function hypervolume(points: readonly Point[], reference: Point): number {
  const above = points.filter((point) => point.every((x, k) => x > (reference[k] ?? Infinity)));
  return slices(
    front(above, (point) => point),
    reference,
  );
}

/** Slices along the last objective, each as thick as the step to the next point. */
function slices(points: readonly Point[], reference: Point): number {
  const last = reference.length - 1;
  const floor = reference[last] ?? 0;
  if (last === 0) return points.reduce((most, [x = floor]) => Math.max(most, x - floor), 0);
  const sorted = [...points].sort((a, b) => (b[last] ?? 0) - (a[last] ?? 0));
  const base = reference.slice(0, last);
  let volume = 0;
  sorted.forEach((point, i) => {
    const thickness = (point[last] ?? 0) - (sorted[i + 1]?.[last] ?? floor);
    if (thickness <= 0) return;
    const section = sorted.slice(0, i + 1).map((one) => one.slice(0, last));
    volume +=
      thickness *
      slices(
        front(section, (one) => one),
        base,
      );
  });
  return volume;
}

function lexicographic(a: Point, b: Point): number {
  for (let i = 0; i < a.length; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
