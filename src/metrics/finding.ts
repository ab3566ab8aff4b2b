/**
 * What a statistic finds in rows that have weights: a value, or why they do not identify one.
 *
 * A weight says how often a row is there. All are 1 for the rows as they are, and whole numbers of draws in a bootstrap, so
 * that what needs sorting is sorted once and each resample costs one pass.
 */
export type Finding = Found | Refused;

export interface Found {
  readonly value: number;
  /** Numbers that add up over folds, such as numbers of pairs. */
  readonly counts?: Readonly<Record<string, number>>;
  /** Further numbers that belong to the value. */
  readonly details?: Readonly<Record<string, number>>;
}

export interface Refused {
  /** Why there is no value, in plain words. */
  readonly refused: string;
}

/** A function of the rows' weights `[N]`, none of them negative. It keeps no reference to them. */
export type Statistic = (weights: Float64Array) => Finding;

export function isFound(finding: Finding): finding is Found {
  return 'value' in finding;
}

/** A finding without a value. */
export function refused(why: string): Refused {
  return { refused: why };
}

/** A statistic that has no value whatever the weights. */
export function never(why: string): Statistic {
  return () => refused(why);
}

/** The weights of rows that are there once each. */
export function unitWeights(rows: number): Float64Array {
  return new Float64Array(rows).fill(1);
}

/** The sum of a statistic's weights; throws nothing, 0 of none. */
export function totalOf(weights: Float64Array): number {
  let sum = 0;
  for (const weight of weights) sum += weight;
  return sum;
}
