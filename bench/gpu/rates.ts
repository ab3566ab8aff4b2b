/**
 * Rates that are measured one after another within a part's time, and what they show together.
 */
import type { Json } from '../../src/core/json.js';
import type { Precision } from '../../src/engines/engine.js';
import type { Rate } from './lanes.js';
import type { PartOutcome } from './part.js';

/** A line of the table of rates; names are stable for programs. */
export type RateRow = {
  readonly side: 'voxolve' | 'PyTorch loop';
  readonly workers: number;
  readonly precision: Precision;
  readonly candidates_per_hour: number;
  readonly evaluated: number;
  readonly seconds: number;
  readonly cut: boolean;
};

export type Measured = Pick<RateRow, 'side' | 'workers' | 'precision'>;

const rowOf = (what: Measured, { perHour, evaluated, seconds, cut }: Rate): RateRow => ({
  ...what,
  ...{ candidates_per_hour: perHour, evaluated, seconds, cut },
});

export interface Measuring {
  /** On the clock of `performance.now()`. */
  readonly until: number;
  /** Undefined where not even one candidate was evaluated by then. */
  readonly measure: (what: Measured, until: number) => Promise<Rate | undefined>;
}

/** Measures one after another, each within its share of what is left; starting up counts for the share, not for the rate. */
export async function measureAll(
  whats: readonly Measured[],
  { until, measure }: Measuring,
  each: (rows: readonly RateRow[], missing: readonly Measured[]) => void,
): Promise<void> {
  const rows: RateRow[] = [];
  for (const [i, what] of whats.entries()) {
    const now = performance.now();
    const rate = await measure(what, now + (until - now) / (whats.length - i));
    if (rate !== undefined) rows.push(rowOf(what, rate));
    const missing = whats.filter((one) => !rows.some((row) => sameAs(row, one)));
    each(rows, missing);
  }
}

const sameAs = (a: Measured, b: Measured): boolean =>
  a.side === b.side && a.workers === b.workers && a.precision === b.precision;

export function outcomeOf(rows: readonly RateRow[], missing: readonly Measured[], says: string): PartOutcome {
  const cut = missing.length > 0 || rows.some((row) => row.cut);
  const names = missing.map(({ side, workers, precision }) => `${side} ${precision} × ${workers}`);
  const left = missing.length > 0 ? `; did not fit: ${names.join(', ')}` : '';
  return {
    status: cut ? 'cut' : 'passed',
    says: `${says}${left}${rows.some((row) => row.cut) ? '; rates are of fewer candidates' : ''}`,
    figures: { rates: rows.map((row): Json => ({ ...row })) },
  };
}

/** A dash where one of them was not measured. */
export const ratio = (a: RateRow | undefined, b: RateRow | undefined): string =>
  a === undefined || b === undefined ? '–' : (a.candidates_per_hour / b.candidates_per_hour).toFixed(2);
