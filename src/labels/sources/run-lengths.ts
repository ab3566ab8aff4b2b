/**
 * Run lengths of COCO: lengths of runs of 0 and 1 in turn, columns first, as a list or as its compressed text.
 *
 * Source: COCO API, `maskApi.c` (rleFrString: five bits a character from "0" on, the sixth says that more follow; from the fourth
 * run on, the difference to the run two before).
 */

/** Lengths of runs out of the compressed text; null where it is none. */
export function runsOfText(text: string, most: number): number[] | null {
  const runs: number[] = [];
  for (let at = 0; at < text.length;) {
    let [value, shift, more] = [0, 0, true];
    while (more) {
      const bits = text.charCodeAt(at++) - 48;
      // Beyond the end charCodeAt gives NaN; six groups of five bits hold any size.
      if (!(bits >= 0 && bits < 64) || shift > 30) return null;
      value += (bits & 31) * 2 ** shift;
      more = (bits & 32) !== 0;
      shift += 5;
      if (!more && (bits & 16) !== 0) value -= 2 ** shift;
    }
    if (runs.length > 2) value += runs[runs.length - 2] as number;
    if (runs.length > most) return null;
    runs.push(value);
  }
  return runs;
}

/** Marks the runs of 1 on a mask `[y, x]`; returns false, and marks nothing, unless the runs fill it exactly. */
export function markRuns(
  mask: Uint8Array,
  [rows, columns]: readonly [number, number],
  runs: readonly number[],
): boolean {
  const total = runs.reduce((sum, run) => (Number.isInteger(run) && run >= 0 ? sum + run : NaN), 0);
  if (total !== rows * columns || mask.length !== total) return false;
  let [at, on] = [0, false];
  for (const run of runs) {
    for (let i = at; on && i < at + run; i++) mask[(i % rows) * columns + Math.floor(i / rows)] = 1;
    at += run;
    on = !on;
  }
  return true;
}
