/**
 * Controls of cases: other rows of a batch that were still without the event at the time of a case's.
 *
 * Source: Kvamme, Borgan and Scheel, "Time-to-event prediction with neural networks and Cox regression", JMLR 2019, section 3.2:
 * in place of the whole risk set, the case and a sample of the others.
 */
import type { Rng } from '../../../core/random.js';
import type { TimeTargets } from '../../targets.js';

export interface Controls {
  /** `count` rows for each row, drawn with replacement from its risk set; the row itself where it is no case. Row-major. */
  readonly rows: readonly number[];
  /** 1 for a case: a row with an event that others outlived, or ended with. */
  readonly cases: readonly number[];
  /** 1 for each control that is known to have its event after the case's. Row-major. */
  readonly later: readonly number[];
}

export function drawControls({ times, events }: TimeTargets, count: number, rng: Rng): Controls {
  const latestFirst = [...times.keys()].sort((a, c) => (times[c] ?? 0) - (times[a] ?? 0) || a - c);
  const place = new Map(latestFirst.map((row, at) => [row, at]));
  /** Rows of at least the time of the one at a place. */
  const atRisk = (at: number): number => {
    const time = times[latestFirst[at] ?? 0];
    let end = at + 1;
    while (end < latestFirst.length && times[latestFirst[end] ?? 0] === time) end += 1;
    return end;
  };
  const cases = times.map((_, row) => (events[row] === 1 && atRisk(place.get(row) ?? 0) > 1 ? 1 : 0));
  const rows = times.flatMap((_, row) => {
    if (cases[row] === 0) return Array.from({ length: count }, () => row);
    const own = place.get(row) ?? 0;
    const others = atRisk(own) - 1;
    return Array.from({ length: count }, () => {
      const drawn = rng.int(others);
      return latestFirst[drawn < own ? drawn : drawn + 1] ?? row;
    });
  });
  const later = rows.map((control, i) => {
    const row = Math.floor(i / count);
    const after = (times[control] ?? 0) > (times[row] ?? 0) || events[control] === 0;
    return cases[row] === 1 && after ? 1 : 0;
  });
  return { rows, cases, later };
}
