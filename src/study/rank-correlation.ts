/**
 * Kendall's τ-b between two gradings of the same things, with intervals for it and for the difference of two.
 *
 * Sources: Kendall, "The Treatment of Ties in Ranking Problems", Biometrika 1945; the interval is Bonett and Wright,
 * "Sample Size Requirements for Estimating Pearson, Kendall and Spearman Correlations", Psychometrika 2000; the
 * difference of two dependent τ, jackknifed over things: Arvesen, Annals of Mathematical Statistics 1969.
 */

/** Which pairs count: those of one group, such as one rung. */
export interface Graded {
  readonly a: number;
  readonly b: number;
  readonly group: number;
}

export interface Correlation {
  readonly tau: number;
  /** 95 %. */
  readonly interval: readonly [number, number];
}

interface Sums {
  concordance: number;
  /** Pairs not tied in a, in b. */
  a: number;
  b: number;
}

/** The whole's sums, and each thing's share of them. */
function sumsOf(items: readonly Graded[]): { readonly whole: Sums; readonly own: readonly Sums[] } {
  const empty = (): Sums => ({ concordance: 0, a: 0, b: 0 });
  const own = items.map(empty);
  const whole = empty();
  items.forEach((first, i) => {
    for (let j = i + 1; j < items.length; j++) {
      const second = items[j];
      if (second === undefined || second.group !== first.group) continue;
      const [byA, byB] = [Math.sign(first.a - second.a), Math.sign(first.b - second.b)];
      for (const sums of [whole, own[i], own[j]]) {
        if (sums === undefined) continue;
        sums.concordance += byA * byB;
        sums.a += Math.abs(byA);
        sums.b += Math.abs(byB);
      }
    }
  });
  return { whole, own };
}

function tauOf({ concordance, a, b }: Sums): number {
  return a === 0 || b === 0 ? 0 : concordance / Math.sqrt(a * b);
}

/** Null where there are fewer than five things. */
export function kendall(items: readonly Graded[]): Correlation | null {
  if (items.length < 5) return null;
  const { whole } = sumsOf(items);
  const tau = tauOf(whole);
  // One discordant pair short of perfect, so that few things never give an interval of no width.
  const limit = 1 - 2 / Math.max(2, Math.min(whole.a, whole.b));
  const z = Math.atanh(Math.max(-limit, Math.min(limit, tau)));
  const half = 1.959964 * Math.sqrt(0.437 / (items.length - 4));
  return { tau, interval: [Math.tanh(z - half), Math.tanh(z + half)] };
}

/** By how much τ(a, target) exceeds τ(b, target), with its 95 % interval by the jackknife. */
export function difference(
  a: readonly Graded[],
  b: readonly Graded[],
): { readonly value: number; readonly interval: readonly [number, number] } {
  const [first, second] = [sumsOf(a), sumsOf(b)];
  const value = tauOf(first.whole) - tauOf(second.whole);
  const less = (whole: Sums, own: Sums | undefined): Sums => ({
    concordance: whole.concordance - (own?.concordance ?? 0),
    a: whole.a - (own?.a ?? 0),
    b: whole.b - (own?.b ?? 0),
  });
  const n = a.length;
  const left = a.map(
    (_, i) => tauOf(less(first.whole, first.own[i])) - tauOf(less(second.whole, second.own[i])),
  );
  const mean = left.reduce((sum, one) => sum + one, 0) / n;
  const squares = left.reduce((sum, one) => sum + (one - mean) ** 2, 0);
  // Student's t at the 97.5 % quantile, by the expansion of Abramowitz and Stegun 26.7.5.
  const t = 1.96 + 2.3722 / (n - 1) + 2.8225 / (n - 1) ** 2;
  const half = t * Math.sqrt(((n - 1) / n) * squares);
  return { value, interval: [value - half, value + half] };
}
