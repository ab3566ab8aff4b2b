/**
 * How often pages are told of changes: they ask for views then, which must not slow the search down on the same processor.
 */

/** Share of one core that views may take in the long run. */
const SHARE = 0.02;
/** Milliseconds after which pages are told in any case. */
const LONGEST = 15_000;

export class Pace {
  private last = -Infinity;
  private workedThen = 0;

  /** @param worked milliseconds that views took since the start; `now` in milliseconds too */
  isDue(now: number, worked: number): boolean {
    return now - this.last >= Math.min(LONGEST, (worked - this.workedThen) / SHARE);
  }

  told(now: number, worked: number): void {
    this.last = now;
    this.workedThen = worked;
  }
}
