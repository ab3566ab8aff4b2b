/**
 * Interval of the share of a variance that groups explain (eta squared), by inversion of the noncentral F distribution:
 * Steiger, "Beyond the F Test", Psychological Methods 2004, equations 9 to 13 and the relation λ / (λ + N). Values are
 * taken to be independent, normal and of equal variance within groups.
 *
 * The share within a sample is biased upwards, the interval is not: of groups that explain nothing it may lie below the share.
 */
import type { Interval } from './intervals.js';

/**
 * 95 %; null where there are fewer than two groups, or no more values than groups.
 *
 * @param share of the variance in the sample, between groups
 */
export function explainedInterval(share: number, groups: number, values: number): Interval | null {
  const [between, within] = [groups - 1, values - groups];
  if (between < 1 || within < 1) return null;
  if (share >= 1) return [1, 1];
  // F · d1 / (F · d1 + d2), which is the share itself.
  const limitAt = (probability: number): number => {
    const lambda = noncentralityAt(share, between / 2, within / 2, probability);
    return lambda / (lambda + values);
  };
  return [limitAt(0.975), limitAt(0.025)];
}

/** The noncentrality under which a share up to this one has the probability; 0 where it has less without any. */
function noncentralityAt(x: number, a: number, b: number, probability: number): number {
  const below = (lambda: number): number => noncentralBeta(x, a, b, lambda);
  if (below(0) <= probability) return 0;
  let high = 1;
  while (below(high) > probability) high *= 2;
  let low = high / 2;
  if (high === 1) low = 0;
  for (let i = 0; i < 60 && high - low > 1e-10 * high; i++) {
    const middle = (low + high) / 2;
    if (below(middle) > probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Terms further from the mode than this many deviations weigh less than 1e-15. */
const DEVIATIONS = 9;

/**
 * Probability that a noncentral beta variable, x = d1·F / (d1·F + d2) with a = d1 / 2 and b = d2 / 2, is at most x: the
 * central ones, a raised by j, weighed by Poisson's law (Johnson, Kotz and Balakrishnan 1995, 30.10). Goes down from the last j,
 * since I(a, b) = I(a + 1, b) + x^a (1 − x)^b / (a B(a, b)) adds then what is positive.
 */
export function noncentralBeta(x: number, a: number, b: number, lambda: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const mean = lambda / 2;
  const spread = DEVIATIONS * Math.sqrt(mean) + 40;
  const last = Math.ceil(mean + spread);
  const first = Math.max(0, Math.floor(mean - spread));
  let central = incompleteBeta(x, a + last, b);
  let step = Math.exp(
    (a + last) * Math.log(x) +
      b * Math.log1p(-x) +
      logGamma(a + last + b) -
      logGamma(a + last + 1) -
      logGamma(b),
  );
  let sum = 0;
  for (let j = last; j >= first; j--) {
    if (j < last) {
      step *= (a + j + 1) / (x * (a + j + b));
      central += step;
    }
    const weight = mean === 0 ? (j === 0 ? 1 : 0) : Math.exp(j * Math.log(mean) - mean - logGamma(j + 1));
    sum += weight * central;
  }
  return Math.min(1, sum);
}

/** The regularised incomplete beta function, by Lentz's continued fraction (Press et al., Numerical Recipes, 6.4). */
function incompleteBeta(x: number, a: number, b: number): number {
  const front = Math.exp(a * Math.log(x) + b * Math.log1p(-x) + logGamma(a + b) - logGamma(a) - logGamma(b));
  return x < (a + 1) / (a + b + 2)
    ? (front * fraction(x, a, b)) / a
    : 1 - (front * fraction(1 - x, b, a)) / b;
}

const TINY = 1e-300;

function fraction(x: number, a: number, b: number): number {
  const away = (value: number): number => (Math.abs(value) < TINY ? TINY : value);
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let product = d;
  for (let m = 1; m < 100_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    product *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    product *= d * c;
    if (Math.abs(d * c - 1) < 1e-14) break;
  }
  return product;
}

/** ln Γ of a positive number: Stirling's series, after raising small arguments (Abramowitz and Stegun 6.1.40 and 6.1.15). */
function logGamma(x: number): number {
  let shift = 0;
  let z = x;
  for (; z < 15; z++) shift += Math.log(z);
  const w = 1 / (z * z);
  const series = (1 / 12 - w * (1 / 360 - w * (1 / 1260 - w * (1 / 1680 - w / 1188)))) / z;
  return (z - 0.5) * Math.log(z) - z + Math.log(2 * Math.PI) / 2 + series - shift;
}
