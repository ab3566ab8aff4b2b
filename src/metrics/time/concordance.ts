/**
 * Concordance of risks with the order of events: of all pairs of which one is known to have had its event first, the share in
 * which it had the higher risk, ties of risk counted a half.
 *
 * Which pairs count is as in scikit-survival's `concordance_index_censored`: a row with an event is compared with all rows that
 * were followed longer, and with those censored at the very time of its event; two events at one time are not compared.
 *
 * Sources: Harrell, Lee and Mark, "Multivariable Prognostic Models", Statistics in Medicine 1996, section 5.5; Uno, Cai,
 * Pencina, D'Agostino and Wei, "On the C-statistics for Evaluating Overall Adequacy of Risk Prediction Procedures with Censored
 * Survival Data", Statistics in Medicine 2011. A tree of sums makes it O(N log N), as Christensen's and R's `concordance` do.
 */
import { refused, unitWeights, type Finding, type Statistic } from '../finding.js';
import { FenwickTree } from './fenwick.js';
import { orderByTime, type FollowUp } from './follow-up.js';

export interface RiskedRows extends FollowUp {
  /** Risk of each row; higher means sooner. */
  readonly risk: ArrayLike<number>;
}

/** Risks that differ by no more are tied, as in scikit-survival. */
const RISK_TOLERANCE = 1e-8;

/**
 * Harrell's concordance of rows `[N]`. Counts: pairs `concordant`, `discordant`, `tied_risk`; among them `tied_time`, of an
 * event and a row censored at its time; and `tied_events`, pairs of two events at one time, which are left out. Refused
 * without a pair that can be compared.
 */
export function harrell(rows: RiskedRows): Finding {
  return harrellStatistic(rows)(unitWeights(rows.times.length));
}

/** `harrell` of weighted rows. */
export function harrellStatistic(rows: RiskedRows): Statistic {
  return concordance(rows, (weights) => weights);
}

/** Weight of each row's event in the sum of pairs, from the rows' own weights; or why there is none. */
type EventWeights = (weights: Float64Array) => Float64Array | string;

/** Concordance in which an event's pairs count by `eventWeights` of it (times the other row's weight). */
export function concordance(rows: RiskedRows, eventWeights: EventWeights): Statistic {
  const { times, events } = rows;
  const { order, starts } = orderByTime(rows);
  const { rank, low, high, size } = ranksOf(rows.risk);
  const tree = new FenwickTree(size);
  return (weights) => {
    const ofEvents = eventWeights(weights);
    if (typeof ofEvents === 'string') return refused(ofEvents);
    tree.clear();
    let [agreeing, comparable] = [0, 0];
    const counts = { concordant: 0, discordant: 0, tied_risk: 0, tied_time: 0, tied_events: 0 };
    for (let group = starts.length - 2; group >= 0; group--) {
      const [from, to] = [starts[group] as number, starts[group + 1] as number];
      const longer = tree.total;
      for (let i = from; i < to; i++) {
        const row = order[i] as number;
        if (events[row] !== 1) tree.add(rank[row] as number, weights[row] as number);
      }
      const censored = tree.total - longer;
      let happened = 0;
      for (let i = from; i < to; i++) {
        const row = order[i] as number;
        const weight = weights[row] as number;
        if (events[row] !== 1 || weight === 0) continue;
        const lower = tree.below(low[row] as number);
        const tied = tree.below(high[row] as number) - lower;
        agreeing += (ofEvents[row] as number) * (lower + tied / 2);
        comparable += (ofEvents[row] as number) * tree.total;
        counts.concordant += weight * lower;
        counts.tied_risk += weight * tied;
        counts.discordant += weight * (tree.total - lower - tied);
        counts.tied_time += weight * censored;
        counts.tied_events += weight * happened;
        happened += weight;
      }
      for (let i = from; i < to; i++) {
        const row = order[i] as number;
        if (events[row] === 1) tree.add(rank[row] as number, weights[row] as number);
      }
    }
    if (comparable > 0) return { value: agreeing / comparable, counts };
    return refused(
      times.length === 0
        ? 'there is no row'
        : 'no row with an event can be compared with one followed longer',
    );
  };
}

interface Ranks {
  /** Of each row's risk among the distinct ones, ascending. */
  readonly rank: Int32Array;
  /** Ranks from `low` to below `high` are tied with the row's. */
  readonly low: Int32Array;
  readonly high: Int32Array;
  readonly size: number;
}

function ranksOf(risk: ArrayLike<number>): Ranks {
  const distinct = Float64Array.from(new Set(Array.from(risk))).sort();
  /** The first rank whose value is not before. */
  const first = (isBefore: (value: number) => boolean): number => {
    let [from, to] = [0, distinct.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (isBefore(distinct[middle] as number)) from = middle + 1;
      else to = middle;
    }
    return from;
  };
  const each = (find: (value: number) => number): Int32Array => Int32Array.from(Array.from(risk), find);
  return {
    rank: each((value) => first((other) => other < value)),
    low: each((value) => first((other) => other - value < -RISK_TOLERANCE)),
    high: each((value) => first((other) => other - value <= RISK_TOLERANCE)),
    size: distinct.length,
  };
}
