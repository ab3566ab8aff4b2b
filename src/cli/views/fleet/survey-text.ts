/**
 * The searches and workers of a queue, in words and as JSON.
 */
import type { FleetSurvey } from '../../../api/index.js';
import type { Json } from '../../../core/json.js';
import { plainJson } from '../../../core/json.js';
import { plural, table } from '../format.js';

type Search = FleetSurvey['searches'][number];
type Active = Search['active'][number];

export const fleetJson = ({ searches, workers }: FleetSurvey): Json => plainJson({ searches, workers });

export function fleetText({ searches, workers }: FleetSurvey): string {
  const lines = searches.flatMap(searchLines);
  const rows = workers.map((card) => [
    card.name,
    card.class ?? '',
    `${card.running.length}/${card.slots}`,
    card.state === 'draining' ? 'draining' : card.running.join(' '),
    card.done,
    card.handedBack,
    card.lost,
  ]);
  const names = ['worker', 'class', 'slots', 'works on', 'done', 'handed back', 'lost'];
  return [
    ...(lines.length === 0 ? ['no search is under way'] : lines),
    workers.length === 0 ? 'no workers' : table(names, rows),
  ].join('\n');
}

function searchLines(search: Search): readonly string[] {
  const { name, engine, device, mixed, led, paused, waiting, active } = search;
  const processors = mixed
    ? 'processors of any class'
    : `processors of class ${search.class ?? 'the first worker’s'}`;
  const state = paused ? '; paused' : led ? '' : '; nobody leads it now';
  return [
    `${name}: ${engine} on ${device}, ${processors}; ${active.length} under way, ${waiting} waiting${state}`,
    ...active.filter(({ starts }) => starts > 1).map(restartLine),
    ...stallLines(search),
  ];
}

function restartLine({ id, starts, stalls }: Active): string {
  return `  ${id}: taken ${plural(starts, 'time')}, ${plural(stalls, 'time')} after a worker was gone`;
}

function stallLines({ idle, slots, active, lookahead }: Search): readonly string[] {
  if (idle === 0 || active.length === 0) return [];
  const waitedFor = active
    .map(({ id, worker, seconds }) => `${id} (${worker ?? 'no worker yet'}, ${seconds.toFixed(0)} s)`)
    .join(', ');
  return [
    `  ${idle} of ${plural(slots, 'slot')} wait for ${waitedFor}: with a lookahead of ${lookahead}, what comes next rests on these`,
  ];
}
