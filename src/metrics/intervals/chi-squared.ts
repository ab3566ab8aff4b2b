/**
 * The chi-squared distribution, as far as tests of counts need it: by the incomplete gamma function (Press, Teukolsky, Vetterling
 * and Flannery, "Numerical Recipes", 3rd edition, 2007, section 6.2).
 */
const MOST_TERMS = 1000;
const ENOUGH = 1e-15;
const TINY = 1e-300;

/** Probability of at least `x` with `freedom` degrees of freedom; 1 of x ≤ 0. */
export function chiSquaredTail(x: number, freedom: number): number {
  if (x <= 0) return 1;
  const [a, z] = [freedom / 2, x / 2];
  const scale = Math.exp(a * Math.log(z) - z - logGammaOfHalves(freedom));
  return z < a + 1 ? 1 - scale * series(a, z) : scale * continuedFraction(a, z);
}

function series(a: number, z: number): number {
  let term = 1 / a;
  let sum = term;
  for (let n = 1; n < MOST_TERMS && term > sum * ENOUGH; n++) {
    term *= z / (a + n);
    sum += term;
  }
  return sum;
}

/** Lentz's method. */
function continuedFraction(a: number, z: number): number {
  let b = z + 1 - a;
  let c = 1 / TINY;
  let d = 1 / b;
  let h = d;
  for (let n = 1; n < MOST_TERMS; n++) {
    const factor = -n * (n - a);
    b += 2;
    d = 1 / (factor * d + b || TINY);
    c = b + factor / c || TINY;
    h *= d * c;
    if (Math.abs(d * c - 1) < ENOUGH) break;
  }
  return h;
}

/** log Γ(n / 2) of a whole number n, from Γ(1/2) = √π and Γ(1) = 1 upwards. */
function logGammaOfHalves(n: number): number {
  let sum = n % 2 === 1 ? Math.log(Math.PI) / 2 : 0;
  for (let half = n % 2 === 1 ? 0.5 : 1; half < n / 2; half++) sum += Math.log(half);
  return sum;
}
