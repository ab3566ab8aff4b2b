/** A valid file for the fuzzer to corrupt. */
export interface Sample {
  /** Ending of its name, which decides about the reader. */
  readonly ending: string;
  readonly bytes: Uint8Array;
  /** Files in the same folder by name; the file itself is called `scan` and its ending. */
  readonly beside?: Readonly<Record<string, Uint8Array>>;
  /** Axes of an array whose file does not name them. */
  readonly layout?: string;
}
