/**
 * How long the rest of a search will take, by the pace of its last evaluations: training steps a second, over the time in which
 * anything was evaluated, so that a search that was stopped overnight is not called slow.
 */
import type { Experiment } from '../../../experiment/schema.js';
import type { FinishedTuple } from '../../../store/index.js';

/** Candidates and repetitions that are still to come. */
export interface Remaining {
  readonly candidates: number;
  /** Repetitions of the best. */
  readonly repetitions: number;
}

/** Fewer evaluations than this foretell nothing. */
const FEWEST = 3;

type Plan = Pick<Experiment, 'training' | 'trust' | 'winners'>;

/**
 * Seconds, 0 where nothing remains; null where too few evaluations have times. `last`: the last evaluations. Candidates to come
 * are taken to need the mean steps of the last ones, those that cannot be trained among them, and the share of
 * steps that full evaluations for the trust meter take on top.
 */
export function secondsLeft(
  last: readonly FinishedTuple[],
  { candidates, repetitions }: Remaining,
  { training, trust, winners }: Plan,
): number | null {
  if (candidates === 0 && repetitions === 0) return 0;
  const timed = last.flatMap(([, purpose, finishedAt, seconds, steps]) =>
    finishedAt === null ? [] : [{ purpose, end: Date.parse(finishedAt) / 1000, seconds, steps }],
  );
  const computed = timed.filter(({ seconds, steps }) => seconds > 0 && steps > 0);
  const searched = timed.filter(({ purpose }) => purpose === 'search');
  if (computed.length < FEWEST || (candidates > 0 && searched.length < FEWEST)) return null;
  const pace = sum(computed.map(({ steps }) => steps)) / busySeconds(computed);
  const ofCandidate =
    sum(searched.map(({ steps }) => steps)) / Math.max(1, searched.length) / (1 - trust.share);
  const ofRepetition = training.steps * winners.longer;
  const left = (candidates * ofCandidate + repetitions * ofRepetition) / pace;
  return Number.isFinite(left) ? left : null;
}

/** Seconds in which at least one evaluation ran, from the first of these ends to the last. */
function busySeconds(spans: readonly { readonly end: number; readonly seconds: number }[]): number {
  const sorted = spans.map(({ end, seconds }) => [end - seconds, end] as const).sort((a, b) => a[0] - b[0]);
  let busy = 0;
  let until = -Infinity;
  for (const [start, end] of sorted) {
    busy += Math.max(0, end - Math.max(start, until));
    until = Math.max(until, end);
  }
  return busy;
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}
