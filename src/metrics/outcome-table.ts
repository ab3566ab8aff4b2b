/**
 * What was predicted of each row, beside what came of it: the content of `predictions.csv`, from which every figure of a report
 * follows.
 */
export interface ClassOutcome {
  readonly kind: 'classes';
  readonly names: readonly string[];
  /** An index into `names` for each row. */
  readonly labels: readonly number[];
  /** A probability for each row and class, after calibration. */
  readonly probabilities: readonly (readonly number[])[];
}

export interface ValueOutcome {
  readonly kind: 'value';
  readonly values: readonly number[];
  readonly predictions: readonly number[];
}

export interface TimeOutcome {
  readonly kind: 'time';
  /** Time to the event or to the last contact, in whatever unit, at least 0. */
  readonly times: readonly number[];
  /** 1: the event happened at that time; 0: censored. */
  readonly events: readonly number[];
  /** Higher means sooner. */
  readonly risk: readonly number[];
  /** Probability to be without the event at some times; absent where only a risk is known. */
  readonly survival?: {
    /** Ascending. */
    readonly times: readonly number[];
    /** For each row, a probability for each time, not rising. */
    readonly curves: readonly (readonly number[])[];
  };
}

export type Outcome = ClassOutcome | ValueOutcome | TimeOutcome;

export interface OutcomeTable {
  /** Whose each row is: rows of one patient are drawn together in intervals. */
  readonly patients: readonly string[];
  /**
   * The fold in which each row was held out; null for rows outside of cross-validation. Ranks are compared within a fold only,
   * since models of different folds rank by different scales.
   */
  readonly folds: readonly (number | null)[];
  readonly outcome: Outcome;
  /** Uncertainty of each answer in [0, 1]; absent where the head tells none. */
  readonly uncertainty?: readonly number[];
}
