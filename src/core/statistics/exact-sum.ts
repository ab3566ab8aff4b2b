/**
 * Sums without any error but one rounding at the end, so that they are the same whatever the order of what is added.
 *
 * Source: Shewchuk, "Adaptive Precision Floating-Point Arithmetic and Fast Robust Geometric Predicates", Discrete &
 * Computational Geometry 1997: grow-expansion (figure 6) and two-product (figure 12), after Dekker 1971. The rounding is that of
 * Python's math.fsum. Exact where nothing overflows and no product falls below 2^-1022.
 */
export class ExactSum {
  /** Numbers that do not overlap and of which the sum is meant, ascending by size. */
  private readonly partials: number[] = [];

  add(value: number): void {
    const { partials } = this;
    let x = value;
    let kept = 0;
    for (let i = 0; i < partials.length; i++) {
      const y = partials[i] as number;
      const sum = x + y;
      const small = Math.abs(x) < Math.abs(y) ? x - (sum - y) : y - (sum - x);
      if (small !== 0) partials[kept++] = small;
      x = sum;
    }
    partials[kept] = x;
    while (partials.length > kept + 1) partials.pop();
  }

  addProduct(a: number, b: number): void {
    const high = a * b;
    this.add(productError(a, b, high));
    this.add(high);
  }

  /** Adds `factor` times another sum. */
  addScaled(factor: number, other: ExactSum): void {
    for (const partial of [...other.partials]) this.addProduct(factor, partial);
  }

  /** The sum, rounded to the nearest number. */
  get value(): number {
    const { partials } = this;
    let i = partials.length - 1;
    let high = partials[i] ?? 0;
    let low = 0;
    while (i > 0 && low === 0) {
      const x = high;
      const y = partials[--i] as number;
      high = x + y;
      low = y - (high - x);
    }
    // Half-way between two numbers, what is left decides.
    const rest = partials[i - 1] ?? 0;
    if (low !== 0 && rest !== 0 && low > 0 === rest > 0) {
      const doubled = high + 2 * low;
      if (doubled - high === 2 * low) return doubled;
    }
    return high;
  }
}

/** 2^27 + 1, which cuts a number of 53 bits in two of 26. */
const SPLITTER = 134_217_729;

/** What `product`, the rounded product of both, lacks. */
function productError(a: number, b: number, product: number): number {
  const [aHigh, bHigh] = [upperHalf(a), upperHalf(b)];
  const [aLow, bLow] = [a - aHigh, b - bHigh];
  return aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
}

function upperHalf(value: number): number {
  const scaled = SPLITTER * value;
  return scaled - (scaled - value);
}
