/**
 * Thresholds per group, fitted to predictions after training: of all choices whose gap is within the limit, those with the
 * greatest balanced accuracy.
 *
 * The model is left as it is; who is called positive changes, and with it what its errors cost each group. Deciding by group
 * needs the attribute at the time of the decision, and may be forbidden where the model is used. Thresholds are decided by
 * few rows in small groups: groups that are too small keep the common threshold.
 *
 * Source: Hardt, Price and Srebro, "Equality of Opportunity in Supervised Learning", 2016, section 3, without their
 * randomised decisions.
 */
import type { FairnessCriterion } from './penalty.js';

/** Rows of two classes. */
export interface ScoredRows {
  /** Probability of the positive class, the second one, in [0, 1]. */
  readonly scores: readonly number[];
  /** 1 for the positive class. */
  readonly labels: readonly number[];
  /** Null: unknown. */
  readonly groups: readonly (string | null)[];
}

export interface GroupThresholds {
  /** A row is called positive from this score on. */
  readonly thresholds: Readonly<Record<string, number>>;
  /** Groups that keep the common threshold, and why. */
  readonly left: Readonly<Record<string, string>>;
}

export interface ThresholdOptions {
  readonly criterion: FairnessCriterion;
  /** Gap that is allowed, in [0, 1]. */
  readonly limit: number;
}

/** Threshold of rows whose group has none of its own. */
const COMMON = 0.5;
/** Fewest rows that a rate of a group is told by. */
const LEAST = 5;
/** Most thresholds that are tried for a group, evenly spread over its ranks. */
const TRIED = 60;

export function isPositive(
  score: number,
  group: string | null,
  { thresholds }: Pick<GroupThresholds, 'thresholds'>,
): boolean {
  const own = group !== null && Object.hasOwn(thresholds, group) ? thresholds[group] : undefined;
  return score >= (own ?? COMMON);
}

/** Fits thresholds to rows that the model did not learn from, or says why they are not identified. */
export function fitThresholds(
  rows: ScoredRows,
  { criterion, limit }: ThresholdOptions,
): GroupThresholds | { readonly refused: string } {
  const positives = rows.labels.filter((label) => label === 1).length;
  const totals = { positives, negatives: rows.labels.length - positives };
  const left: Record<string, string> = {};
  const choices: Choices[] = [];
  const names = [...new Set(rows.groups.filter((group) => group !== null))].sort();
  for (const name of names) {
    const members = rows.groups.flatMap((group, row) => (group === name ? [row] : []));
    const ill = members.filter((row) => rows.labels[row] === 1).length;
    const problem = tooFew(criterion, ill, members.length - ill);
    if (problem === null) choices.push({ name, points: pointsOf(rows, members, totals, criterion) });
    else left[name] = problem;
  }
  if (choices.length < 2) {
    const reasons = Object.entries(left).map(([name, problem]) => `${name} ${problem}`);
    return {
      refused: `needs two groups that are large enough (${reasons.join('; ') || 'no group is known'})`,
    };
  }
  const best = bestWithin(choices, limit);
  return {
    thresholds: Object.fromEntries(best.map(({ threshold }, g) => [choices[g]?.name ?? '', threshold])),
    left,
  };
}

function tooFew(criterion: FairnessCriterion, positives: number, negatives: number): string | null {
  if (criterion === 'demographic-parity') {
    return positives + negatives < 2 * LEAST
      ? `has ${positives + negatives} rows, fewer than ${2 * LEAST}`
      : null;
  }
  if (positives < LEAST) return `has ${positives} rows of the positive class, fewer than ${LEAST}`;
  const needed = criterion === 'equalised-odds';
  return needed && negatives < LEAST
    ? `has ${negatives} rows of the negative class, fewer than ${LEAST}`
    : null;
}

/** A threshold of a group with what follows from it. */
interface Point {
  readonly threshold: number;
  /** Rates that must be alike. */
  readonly rates: readonly number[];
  /** The group's part of twice the balanced accuracy of all rows. */
  readonly gain: number;
}

interface Choices {
  readonly name: string;
  /** By ascending distance from the common threshold: of equals, the first is taken. */
  readonly points: readonly Point[];
}

function pointsOf(
  { scores, labels }: ScoredRows,
  members: readonly number[],
  totals: { readonly positives: number; readonly negatives: number },
  criterion: FairnessCriterion,
): Point[] {
  const sorted = [...new Set(members.map((row) => scores[row] ?? 0))].sort((a, b) => a - b);
  // Between neighbours, below all, and above all where there is room.
  const all = [0, ...sorted.map((score, i) => (score + (sorted[i + 1] ?? 1)) / 2).filter((one) => one < 1)];
  const step = Math.max(1, (all.length - 1) / (TRIED - 1));
  const tried = new Set([COMMON]);
  for (let at = 0; at <= all.length - 1 + 1e-9; at += step) tried.add(all[Math.round(at)] ?? COMMON);
  const positives = members.filter((row) => labels[row] === 1);
  const negatives = members.filter((row) => labels[row] !== 1);
  const above = (rows: readonly number[], threshold: number): number =>
    rows.filter((row) => (scores[row] ?? 0) >= threshold).length;
  return [...tried]
    .sort((a, b) => Math.abs(a - COMMON) - Math.abs(b - COMMON) || a - b)
    .map((threshold) => {
      const [hits, alarms] = [above(positives, threshold), above(negatives, threshold)];
      const share = (count: number, of: number): number => count / Math.max(1, of);
      const rates = {
        'demographic-parity': [share(hits + alarms, members.length)],
        'equal-opportunity': [share(hits, positives.length)],
        'equalised-odds': [share(hits, positives.length), share(alarms, negatives.length)],
      }[criterion];
      const gain = share(hits, totals.positives) + share(negatives.length - alarms, totals.negatives);
      return { threshold, rates, gain };
    });
}

/**
 * The points, one a group, with the greatest sum of gains among those whose rates lie within `limit` of each other. Calling
 * everybody positive always does.
 */
function bestWithin(choices: readonly Choices[], limit: number): Point[] {
  const axes = choices[0]?.points[0]?.rates.length ?? 1;
  const values = Array.from({ length: axes }, (_, axis) => [
    ...new Set(choices.flatMap(({ points }) => points.map(({ rates }) => rates[axis] ?? 0))),
  ]);
  let best: { readonly gain: number; readonly points: Point[] } = { gain: -Infinity, points: [] };
  for (const low of values[0] ?? []) {
    for (const lowOther of values[1] ?? [0]) {
      const lows = [low, lowOther];
      const points = choices.map(({ points: own }) => bestIn(own, lows, limit));
      if (points.includes(null)) continue;
      const chosen = points as Point[];
      const gain = chosen.reduce((sum, point) => sum + point.gain, 0);
      if (gain > best.gain + 1e-12) best = { gain, points: chosen };
    }
  }
  return best.points;
}

function bestIn(points: readonly Point[], lows: readonly number[], limit: number): Point | null {
  let best: Point | null = null;
  for (const point of points) {
    const inside = point.rates.every((rate, axis) => {
      const low = lows[axis] ?? 0;
      return rate >= low - 1e-12 && rate <= low + limit + 1e-12;
    });
    if (inside && (best === null || point.gain > best.gain + 1e-12)) best = point;
  }
  return best;
}
