/**
 * Events of the use cases in words: one line or several, none for those that are shown otherwise.
 */
import type {
  AuditedCheck,
  AuditStatus,
  SearchEvent,
  SourceEvent,
  WorkerCount,
  LatencyLimit,
} from '../../api/index.js';
import { fleetLines } from './fleet/fleet-text.js';
import { leftOutLines } from './left-out-lines.js';
import { plural } from './format.js';
import { objectiveLines } from './downstream/objective-text.js';
import { note } from './output.js';
import { showReading } from './reading-progress.js';

type ScansRead = Extract<SourceEvent, { kind: 'scans read' }>;

/** Lines for standard error. Events of progress have none; see progress.ts. */
export function eventLines(event: SearchEvent): readonly string[] {
  switch (event.kind) {
    case 'database remark':
      return [`${event.database}: ${event.remark}`];
    case 'scans read':
      return scansLines(event);
    case 'objective read':
      return objectiveLines(event);
    case 'labelled crops read':
      return [
        `probe: ${plural(event.crops, 'labelled crop')} of ${plural(event.classes, 'class', 'classes')}, ${plural(event.patients, 'patient')}`,
      ];
    case 'prepared': {
      const { choice, workers, database } = event;
      const remark = workersText(workers);
      return [
        `engine: ${choice.engine} on ${choice.device} (${choice.reason}); ${workers.workers} at a time; database ${database}`,
        ...(remark === null ? [] : [remark]),
      ];
    }
    case 'measuring latency':
      return [
        `latency: measuring encoders on ${event.engine} ${event.device}, up to 20 s, once on this machine`,
      ];
    case 'latency model':
      return [latencyText(event)];
    case 'audit':
      return [auditText(event.status)];
    case 'event files not written':
      return [`${event.folder}: event files could not be written (${event.problem}); the search goes on`];
    case 'device groups':
      return [event.groups.map(({ name, workers }) => `${name}: ${plural(workers, 'worker')}`).join(', ')];
    case 'other version':
      return [
        `begun by voxolve ${event.began}; this is ${event.here}, and ${plural(event.decisions, 'decision')} derived anew are as recorded`,
      ];
    case 'other processor':
      return [
        `begun on ${event.began}, this is ${event.here}: where the two compute with different instructions, scores differ in their last ` +
          'bits from those that the search would have had there',
      ];
    default:
      return fleetLines(event);
  }
}

function scansLines({ folder, phantoms, report, patients }: ScansRead): readonly string[] {
  const { used, skipped, leftOut, notes } = report;
  return [
    `scans: ${plural(used.length, 'file')} in ${folder} (${plural(patients.train, 'patient')} to train on, ` +
      `${patients.validation} held out)${skipped.length > 0 ? `; ${skipped.length} skipped:` : ''}`,
    ...skipped.map(({ path, reason }) => `  skipped ${path}: ${reason}`),
    // Next to phantoms lies their own listing alone.
    ...(phantoms ? [] : leftOutLines(leftOut).map((line) => `  left out ${line}`)),
    ...notes.map((text) => `  ${text}`),
  ];
}

/** Says why other workers run than were asked for, or than the cores carry; null if there is nothing to say. */
export function workersText({ workers, asked, cores, carried, lookahead }: WorkerCount): string | null {
  if (asked !== undefined) {
    return asked > lookahead
      ? `using ${lookahead} workers instead of ${asked}: the experiment's lookahead is ${lookahead}`
      : null;
  }
  if (workers === carried) return null;
  return (
    `${plural(workers, 'worker')} on ${cores} cores: the experiment's lookahead of ${lookahead} keeps no more busy ` +
    `(a new search with a "lookahead" of ${2 * carried} uses all)`
  );
}

/** The limit, the model that it is judged by and how far that can be trusted, in one line. */
export function latencyText({ limit, model, measuredHere }: LatencyLimit): string {
  const { input, engine, device, machine, measured: encoders, leftOut } = model;
  const here = measuredHere ? '' : ', another machine than this; its model is kept';
  return (
    `latency: at most ${limit} ms for [${input.join(', ')}] on ${engine} ${device}, predicted from ` +
    `${plural(encoders.length, 'encoder')} measured on ${machine}${here}; measured over predicted, each left out of the fit: ` +
    `median ${leftOut.median.toFixed(2)}, eight in ten ${leftOut.low.toFixed(2)} to ${leftOut.high.toFixed(2)}`
  );
}

/** One line about the audit of a search's setting. */
export function auditText({ task, audited }: AuditStatus): string {
  if (audited === null)
    return `${task} is not audited with these options on these scans; voxolve audit shows whether it can be solved by shortcuts`;
  const { on, checks } = audited;
  const failed = [...new Set(checks.filter(({ passed }) => !passed).map(({ name }) => name))];
  if (failed.length > 0) return `${task} failed its audit on ${on}: ${failed.join(', ')}`;
  const figures = SHOWN.flatMap(([name, words]) => {
    const worst = checks
      .filter((check) => check.name === name)
      .reduce<AuditedCheck | undefined>(
        (a, b) => (a !== undefined && a.figure > b.figure ? a : b),
        undefined,
      );
    return worst === undefined
      ? []
      : [`; ${words} ${worst.figure.toFixed(3)} (limit ${worst.limit.toFixed(3)})`];
  });
  const different = new Set(checks.map(({ name }) => name)).size;
  return `${task} was audited on ${on}: no shortcut found in ${plural(different, 'check')}${figures.join('')}`;
}

/** The checks that a line has room for: how much is found without recognising anything. */
const SHOWN: readonly (readonly [name: string, words: string])[] = [
  ['weak statistics', 'score of a weak classifier'],
  ['null: shuffled, network', 'of a network on shuffled tissue'],
];

/** Says on standard error what is reported while databases are opened and scans are read. */
export function showSourceEvent(event: SourceEvent): void {
  if (event.kind === 'reading scans') return showReading(event);
  for (const line of eventLines(event)) note(line);
}
