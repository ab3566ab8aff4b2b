/**
 * Where things may stand: what may leave under OUT and nothing else there, and nothing of it where it is read from.
 */
import { lstatSync, realpathSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { UserError } from '../../core/errors.js';

export interface Places {
  readonly input: string;
  readonly output: string;
  readonly key: string;
  /** Folder of the report and of quarantined copies; absent: none are written. */
  readonly report?: string | undefined;
  /** File of old and new identities; absent: none is written. */
  readonly crosswalk?: string | undefined;
}

/** Returns the same places with all links resolved. Throws `UserError` where one lies wrongly. */
export function checkedPlaces(asked: Places): Places {
  const input = existing(asked.input, 'IN');
  const output = fresh(asked.output, 'OUT');
  const key = existing(asked.key, '--key');
  const report = asked.report === undefined ? undefined : fresh(asked.report, '--report');
  const crosswalk = asked.crosswalk === undefined ? undefined : fresh(asked.crosswalk, '--crosswalk');
  apart({ OUT: output, IN: input }, 'read and written files would mix');
  apart({ OUT: output, '--key': key }, 'whoever gets the scans would get the key');
  apart({ IN: input, '--key': key }, 'the key would be taken for a scan');
  if (report !== undefined) {
    apart({ OUT: output, '--report': report }, 'the report and quarantined copies must not leave');
    apart({ IN: input, '--report': report }, 'read and written files would mix');
  }
  if (crosswalk !== undefined) {
    apart({ OUT: output, '--crosswalk': crosswalk }, 'old identities must not leave');
    apart({ IN: input, '--crosswalk': crosswalk }, 'read and written files would mix');
  }
  return { input, output, key, report, crosswalk };
}

function existing(path: string, subject: string): string {
  try {
    return realpathSync(path);
  } catch {
    throw new UserError({ subject: `${subject} ${path}`, problem: 'does not exist', fix: 'check the path' });
  }
}

/** A path of which nothing exists but a folder above it. */
function fresh(path: string, subject: string): string {
  const whole = resolve(path);
  if (lstatSync(whole, { throwIfNoEntry: false }) !== undefined)
    throw new UserError({ subject: `${subject} ${path}`, problem: 'exists already', fix: 'name a new one' });
  return join(resolvedParent(dirname(whole)), basename(whole));
}

function resolvedParent(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return dirname(folder) === folder ? folder : join(resolvedParent(dirname(folder)), basename(folder));
  }
}

/** Throws unless neither of two places lies inside of the other. */
function apart(places: Readonly<Record<string, string>>, because: string): void {
  const [[first, a], [second, b]] = Object.entries(places) as [[string, string], [string, string]];
  if (!isWithin(a, b) && !isWithin(b, a)) return;
  const inner = isWithin(a, b) ? [first, second] : [second, first];
  throw new UserError({
    subject: `${inner[0]} ${isWithin(a, b) ? a : b}`,
    problem: `lies inside of ${inner[1]}: ${because}`,
    fix: 'name another place',
  });
}

function isWithin(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way === '' || (!isAbsolute(way) && way.split(sep)[0] !== '..');
}
