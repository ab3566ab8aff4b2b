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

/** A function of the rows' weights `[N]`, none of them negative, which nobody changes once it saw them. */
export type Statistic = (weights: Float64Array) => Finding;

export function isFound(finding: Finding): finding is Found {
  return 'value' in finding;
}

/** A finding without a value. */
export function refused(why: string): Refused {
  return { refused: why };
}

/** The weights of rows that are there once each. */
export function unitWeights(rows: number): Float64Array {
  return new Float64Array(rows).fill(1);
}

/** The statistic, which is not computed again for the weights that it saw last: for what several others are made of. */
export function rememberLast(statistic: Statistic): Statistic {
  let last: { readonly weights: Float64Array; readonly finding: Finding } | undefined;
  return (weights) => {
    if (last?.weights !== weights) last = { weights, finding: statistic(weights) };
    return last.finding;
  };
}
