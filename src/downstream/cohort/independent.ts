/**
 * Which columns of a table follow from those before them: then their coefficients cannot be told apart.
 *
 * Modified Gram-Schmidt on centred columns of length 1, twice (Giraud, Langou & Rozložník 2005); a column of which less than
 * 1e-7 is left, R's tolerance in `lm`, is a sum of others.
 */
const LEAST = 1e-7;

/** For each column, in order, false where it is a sum of a constant and multiples of the columns before it. */
export function independent(columns: readonly (readonly number[])[]): boolean[] {
  const basis: Float64Array[] = [];
  return columns.map((column) => {
    const left = unit(centred(column));
    if (left === undefined) return false;
    for (let pass = 0; pass < 2; pass++) for (const direction of basis) subtract(left, direction);
    if (Math.sqrt(dot(left, left)) < LEAST) return false;
    const direction = unit(left);
    if (direction !== undefined) basis.push(direction);
    return direction !== undefined;
  });
}

function centred(values: readonly number[]): Float64Array {
  const mean = values.reduce((sum, value) => sum + value / values.length, 0);
  return Float64Array.from(values, (value) => value - mean);
}

function unit(values: Float64Array): Float64Array | undefined {
  const length = Math.sqrt(dot(values, values));
  return length > 0 ? values.map((value) => value / length) : undefined;
}

function subtract(values: Float64Array, direction: Float64Array): void {
  const share = dot(values, direction);
  for (let i = 0; i < values.length; i++) values[i] = (values[i] ?? 0) - share * (direction[i] ?? 0);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}
