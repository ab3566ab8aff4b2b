/** A good file for the fuzzer to spoil. */
export interface Sample {
  /** Its ending decides who reads it. */
  readonly ending: string;
  readonly bytes: Uint8Array;
  /** Files that lie beside it, by their names; it is called `scan` and its ending. */
  readonly beside?: Readonly<Record<string, Uint8Array>>;
  /** Axes of an array that does not say what they are. */
  readonly layout?: string;
}
