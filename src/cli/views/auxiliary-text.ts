/**
 * Winners, trust and probes in words: the worth of a score of the search.
 */
import type { Status, TrustReport, Winners } from '../../api/index.js';
import { milliseconds, percent, plural, si, table } from './format.js';

/**
 * The candidate with the highest score of the search. It is not called the winner, nor the best: that is found out by
 * training the highest few again (docs/trust.md).
 */
export function highestText(metric: string, { number, score }: { number: number; score: number }): string {
  return `highest score: candidate ${number}, ${metric} ${percent(score)}`;
}

/** Paragraphs, none where there is nothing to tell. */
export function auxiliaryText(
  status: Pick<Status, 'winners' | 'trust' | 'trustFewest' | 'trustShare' | 'probe'>,
): readonly string[] {
  const { winners, trust, trustFewest, trustShare, probe } = status;
  return [
    ...(winners === null ? [] : [winnersText(winners)]),
    ...(trustShare > 0 ? trustTexts(trust, trustFewest) : []),
    ...(probe === null ? [] : [probeText(probe)]),
  ];
}

function winnersText({ standings, winner, repetitions }: Winners): string {
  const probed = standings.some(({ probe }) => probe !== null);
  const timed = standings.some(({ latency }) => latency !== null);
  const rows = standings.map(
    ({ number, searchScore, scores, mean, interval, params, macs, latency, probe }) => [
      number,
      percent(searchScore),
      mean === null ? 'to come' : `${percent(mean)}${intervalText(interval)}`,
      scores.length,
      params === null ? '' : si(params),
      macs === null ? '' : si(macs),
      ...(timed ? [latency === null ? '' : milliseconds(latency)] : []),
      ...(probed ? [probe === null ? '' : percent(probe)] : []),
    ],
  );
  const header = [
    'candidate',
    'in the search',
    'again (95 %)',
    'seeds',
    'parameters',
    'MACs',
    ...(timed ? ['predicted'] : []),
    ...(probed ? ['probe'] : []),
  ];
  const verdict =
    winner === null
      ? `${repetitions.done} of ${repetitions.wanted} trainings done; the winner is named when all are`
      : `winner: candidate ${winner.number}, with the highest mean`;
  return `trained again from scratch, other weights and crops:\n${table(header, rows)}\n${verdict}`;
}

function intervalText(interval: readonly [number, number] | null): string {
  return interval === null ? '' : ` (${percent(interval[0])} to ${percent(interval[1])})`;
}

function trustText(
  { target, evaluations, score, params, gain, verdict }: TrustReport,
  fewest: number,
): string {
  const truth = target === 'probe' ? 'the probe of labelled scans' : 'full evaluations';
  if (score === null || params === null || gain === null) {
    return `trust: ${plural(evaluations, 'random candidate')} compared with ${truth}; ${fewest} are needed to say whether scores can be trusted`;
  }
  const tau = ({ tau: value, interval: [low, high] }: typeof score): string =>
    `${value.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`;
  const words = {
    better: 'ranking by score is better than ranking by size',
    worse: 'ranking by score is worse than ranking by size: the task misleads this search',
    'no better': 'ranking by score is, as far as this tells, no better than ranking by size',
    'too few': '',
  }[verdict];
  return (
    `trust: over ${plural(evaluations, 'random candidate')}, Kendall's tau with ${truth} is ${tau(score)} for the score, ` +
    `${tau(params)} for the parameter count;\n       ${words} (difference ${gain.interval.map((bound) => bound.toFixed(2)).join(' to ')})`
  );
}

/** One text if all reports say that there are too few. */
function trustTexts(reports: readonly TrustReport[], fewest: number): readonly string[] {
  const telling = reports.filter(({ verdict }) => verdict !== 'too few');
  return (telling.length > 0 ? telling : reports.slice(0, 1)).map((report) => trustText(report, fewest));
}

/** Below this share of their number, or this variance, features count as collapsed. */
const COLLAPSED = { rank: 0.05, variance: 1e-6 };

function probeText({ number, probed, values }: NonNullable<Status['probe']>): string {
  const at = (name: string): number => values[name]?.value ?? NaN;
  const accuracy = (name: string): string => {
    const { low = null, high = null } = values[name] ?? {};
    return `${percent(at(name))}${low === null || high === null ? '' : intervalText([low, high])}`;
  };
  const [rank, features, variance] = [at('rank'), at('features'), at('variance')];
  const collapsed = rank < Math.max(1.5, COLLAPSED.rank * features) || variance < COLLAPSED.variance;
  return (
    `probe: candidate ${number}, the highest score in ${probed} probed evaluations: ridge ${accuracy('ridge')}, nearest neighbours ${accuracy('knn')}, ` +
    `commonest class ${percent(at('chance'))};\n       features of rank ${rank.toFixed(1)} in ${features}` +
    (collapsed ? ': they have COLLAPSED, the task can be solved without describing the scan' : '')
  );
}
