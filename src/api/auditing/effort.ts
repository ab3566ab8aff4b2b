/** Thoroughness of an audit. */
export interface Effort {
  /** Steps that the small network trains per check. */
  readonly steps: number;
  /** Questions that a weak classifier is tested on; it learns from twice as many. */
  readonly questions: number;
}
