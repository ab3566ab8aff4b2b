/**
 * Antolini's time-dependent concordance: of all pairs of which one is known to have had its event first, at t, the share in which
 * its predicted survival at t was the lower one. Unlike Harrell's it needs no single risk, and so is right where curves cross.
 *
 * Which pairs count is as in `harrell`. Pairs of equal survival count a half; pycox's method `antolini` counts them as
 * discordant, which is `concordant` over all pairs here, and its `adj_antolini` compares two events at one time as well.
 *
 * Source: Antolini, Boracchi and Biganzoli, "A Time-dependent Discrimination Index for Survival Data", Statistics in Medicine 2005.
 */
import { refused, unitWeights, type Finding, type Statistic } from '../finding.js';
import { orderByTime, type FollowUp } from './follow-up.js';
import { survivalAt, type Interpolation, type SurvivalCurves } from './survival-at.js';

/**
 * Antolini's concordance of rows `[N]` with predicted survival. Counts: pairs `concordant`, `discordant`, `tied_risk`. Refused
 * without a pair that can be compared. It takes time and memory by the number of pairs.
 */
export function antolini(rows: FollowUp, survival: SurvivalCurves, interpolation?: Interpolation): Finding {
  return antoliniStatistic(rows, survival, interpolation)(unitWeights(rows.times.length));
}

/** `antolini` of weighted rows. */
export function antoliniStatistic(
  rows: FollowUp,
  survival: SurvivalCurves,
  interpolation: Interpolation = 'linear',
): Statistic {
  const pairs = comparePairs(rows, survival, interpolation);
  const { order, events } = pairs;
  return (weights) => {
    const own = Float64Array.from(order, (row) => weights[row] as number);
    const later = new Float64Array(own.length + 1);
    for (let i = own.length - 1; i >= 0; i--) later[i] = (later[i + 1] as number) + (own[i] as number);
    let [lower, equal, comparable] = [0, 0, 0];
    for (const { at, from, offset } of events) {
      const weight = own[at] as number;
      if (weight === 0) continue;
      let [below, tied] = [0, 0];
      for (let j = from, pair = offset; j < own.length; j++, pair++) {
        const code = pairs.codes[pair];
        if (code === LOWER) below += own[j] as number;
        else if (code === EQUAL) tied += own[j] as number;
      }
      lower += weight * below;
      equal += weight * tied;
      comparable += weight * (later[from] as number);
    }
    if (comparable === 0) return refused('no row with an event can be compared with one followed longer');
    const counts = { concordant: lower, discordant: comparable - lower - equal, tied_risk: equal };
    return { value: (lower + equal / 2) / comparable, counts };
  };
}

const LOWER = 2;
const EQUAL = 1;

interface Pairs {
  /** Rows by time; at one time those with an event come first, so that what an event is compared with is all that follows. */
  readonly order: Int32Array;
  /** Of each event: its place, the first place it is compared with, and where its codes start. */
  readonly events: readonly { readonly at: number; readonly from: number; readonly offset: number }[];
  /** Of each pair: whether the event's survival was lower, equal or higher. */
  readonly codes: Uint8Array;
}

function comparePairs(rows: FollowUp, survival: SurvivalCurves, interpolation: Interpolation): Pairs {
  const { order, distinct, starts } = orderByTime(rows);
  const events: { at: number; from: number; offset: number; time: number }[] = [];
  let pairs = 0;
  distinct.forEach((time, group) => {
    const [first, end] = [starts[group] as number, starts[group + 1] as number];
    const inGroup = order
      .slice(first, end)
      .sort((a, b) => (rows.events[b] as number) - (rows.events[a] as number));
    order.set(inGroup, first);
    const from = first + inGroup.filter((row) => rows.events[row] === 1).length;
    for (let at = first; at < from; at++) {
      events.push({ at, from, offset: pairs, time });
      pairs += order.length - from;
    }
  });
  const codes = new Uint8Array(pairs);
  const all = new Float64Array(order.length);
  let told: number | undefined;
  for (const { at, from, offset, time } of events) {
    if (told !== time) {
      const survivalOf = survivalAt(survival, time, interpolation);
      for (let j = at; j < order.length; j++) all[j] = survivalOf(order[j] as number);
      told = time;
    }
    const own = all[at] as number;
    for (let j = from, pair = offset; j < order.length; j++, pair++) {
      const other = all[j] as number;
      codes[pair] = own < other ? LOWER : own === other ? EQUAL : 0;
    }
  }
  return { order, events, codes };
}
