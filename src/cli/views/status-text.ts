/**
 * The state of a search in words.
 */
import type { FrontMember, Status } from '../../api/index.js';
import { auxiliaryText, highestText } from './auxiliary-text.js';
import { comparisonText } from './comparison.js';
import { latencyText } from './event-text.js';
import { percent, plural, si, table } from './format.js';

export function statusText(status: Status): string {
  const { experiment: row, engineReason, latency, state, database, best, comparable } = status;
  return [
    `${row.name}: ${row.task} over ${row.space} by ${row.strategy}, seed ${row.seed}, ${row.engine} on ${row.device}`,
    ...(engineReason === null ? [] : [`engine: ${row.engine} on ${row.device} (${engineReason})`]),
    ...(latency === null ? [] : [latencyText(latency)]),
    candidatesText(status),
    ...workersLines(status),
    ...(state === 'stopped' ? [`stopped; voxolve resume ${database} goes on`] : []),
    ...(best === null
      ? [`highest score: none yet; chance ${percent(row.chance)}`]
      : [...scoreLines(status, best), ...(comparable === null ? [] : [comparisonText(comparable)])]),
  ].join('\n');
}

function candidatesText({ experiment, candidates, diverged, endedByCurve }: Status): string {
  return (
    `candidates: ${candidates.done} done of ${experiment.candidates}; ${candidates.running} running, ` +
    `${candidates.pending} pending, ${candidates.failed} failed, ${candidates.infeasible} infeasible, ${diverged} diverged` +
    (endedByCurve > 0 ? `, ${endedByCurve} ended early by their curves` : '')
  );
}

function workersLines({ workers }: Status): readonly string[] {
  const busy = workers.filter(({ candidates }) => candidates.length > 0);
  if (workers.length === 0) return [];
  const on = busy.map(({ name, candidates }) => `${name} on ${candidates.join(', ')}`);
  return [
    `workers: ${busy.length} of ${workers.length} seen work${on.length === 0 ? '' : `: ${on.join('; ')}`}`,
  ];
}

function scoreLines(status: Status, best: NonNullable<Status['best']>): readonly string[] {
  const { experiment, medianOfFirstTen, front } = status;
  const median = medianOfFirstTen === null ? '' : `, median of the first ten ${percent(medianOfFirstTen)}`;
  return [
    `${highestText(experiment.metric, best)}; chance ${percent(experiment.chance)}${median}`,
    ...(front === null ? [] : [frontText(front)]),
    ...auxiliaryText(status),
  ];
}

function frontText(front: readonly FrontMember[]): string {
  const weighed = front.some(({ worstGroup }) => worstGroup !== undefined);
  const rows = front.map(({ number, score, worstGroup, params, macs }) => [
    number,
    percent(score),
    ...(weighed ? [percent(worstGroup ?? 0)] : []),
    si(params ?? 0),
    si(macs ?? 0),
  ]);
  const names = ['candidate', 'score', ...(weighed ? ['worst group'] : []), 'parameters', 'MACs'];
  const title = `${plural(front.length, 'candidate')} that no other beats in everything:`;
  return `${title}\n${table(names, rows)}`;
}
