/**
 * Logarithm of the complementary error function, also where the function itself underflows.
 *
 * Below 2 from the series of erf without cancellation, above from the continued fraction of Laplace (Abramowitz & Stegun 1964,
 * 7.1.6 and 7.1.14).
 */
const ROOT_PI = Math.sqrt(Math.PI);
/** Terms that bring the continued fraction to double precision from 2 on. */
const DEPTH = 200;

export function logErfc(x: number): number {
  if (x < -2) return Math.log(2 - Math.exp(logErfc(-x)));
  if (x < 2) return Math.log1p(-erfSeries(x));
  let tail = x;
  for (let k = DEPTH; k >= 1; k--) tail = x + k / 2 / tail;
  return -x * x - Math.log(tail * ROOT_PI);
}

function erfSeries(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / ROOT_PI) * Math.exp(-x * x) * sum;
}
