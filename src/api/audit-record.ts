/**
 * What a search says of the audit of its own setting: task, options, scans.
 *
 * Records lie beside the cache of prepared scans, named by task (a user's own with its code), options and scans; losing
 * them costs nothing but another audit. Of experiments that ship, on their phantoms, the record ships too.
 */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Check } from '../audit/audit.js';
import { hashJson } from '../core/hash.js';
import type { Json } from '../core/json.js';
import { writeAtomicallySync } from '../core/atomic-write.js';
import type { ResolvedExperiment } from '../experiment/resolve.js';
import { taskNameOf } from '../experiment/references.js';
import { defaultCacheDirectory } from '../scans/cache/cache.js';
import type { ScanSet } from '../scans/sampling/scan-set.js';
import { plural } from '../cli/views/format.js';
import { phantoms } from './scan-source.js';
import { shippedRuns } from './shipped-audits.js';

/** What a record keeps of a check. */
type Kept = Pick<Check, 'name' | 'figure' | 'limit' | 'passed'>;

export function recordAudit(resolved: ResolvedExperiment, scans: ScanSet, checks: readonly Kept[]): void {
  const path = pathOf(resolved, scans);
  mkdirSync(join(path, '..'), { recursive: true });
  const kept = checks.map(({ name, figure, limit, passed }) => ({ name, figure, limit, passed }));
  writeAtomicallySync(path, `${JSON.stringify({ checks: kept })}\n`);
}

/** One line about the audit of a search's setting. `source`: where its scans are from, as its database says. */
export function auditRemark(resolved: ResolvedExperiment, scans: ScanSet, source: string): string {
  const { name } = resolved.task;
  const own = ownRecord(resolved, scans);
  if (own !== null) return remarkOf(name, own, 'these scans');
  const shipped = source === phantoms ? shippedRuns(resolved) : [];
  if (shipped.length === 0)
    return `${name} is not audited with these options on these scans; voxolve audit shows whether it can be solved by shortcuts`;
  return remarkOf(
    name,
    shipped.flatMap(({ checks }) => checks),
    'these phantoms',
  );
}

function remarkOf(task: string, checks: readonly Kept[], where: string): string {
  const failed = [...new Set(checks.filter(({ passed }) => !passed).map(({ name }) => name))];
  if (failed.length > 0) return `${task} failed its audit on ${where}: ${failed.join(', ')}`;
  const told = TOLD.flatMap(([name, words]) => {
    const found = checks.filter((check) => check.name === name);
    const worst = found.reduce<Kept | undefined>(
      (a, b) => (a !== undefined && a.figure > b.figure ? a : b),
      undefined,
    );
    return worst === undefined
      ? []
      : [`${words} ${worst.figure.toFixed(3)} (limit ${worst.limit.toFixed(3)})`];
  });
  const different = new Set(checks.map(({ name }) => name)).size;
  return `${task} was audited on ${where}: no shortcut found in ${plural(different, 'check')}${told.map((text) => `; ${text}`).join('')}`;
}

/** The checks that a line has room for, in its words: how much is found without recognising anything. */
const TOLD: readonly (readonly [name: string, words: string])[] = [
  ['weak statistics', 'score of a weak classifier'],
  ['null: shuffled, network', 'of a network on shuffled tissue'],
];

function ownRecord(resolved: ResolvedExperiment, scans: ScanSet): readonly Kept[] | null {
  const path = pathOf(resolved, scans);
  if (!existsSync(path)) return null;
  return (JSON.parse(readFileSync(path, 'utf8')) as { checks: Kept[] }).checks;
}

function pathOf(
  { task, taskOptions, code, experiment }: ResolvedExperiment,
  { fingerprint }: ScanSet,
): string {
  const options = JSON.parse(JSON.stringify(taskOptions)) as Json;
  const own = code.loaded?.[taskNameOf(experiment.proxyTask)];
  const key = hashJson({
    // Earlier versions kept names of failed checks alone.
    version: 2,
    task: task.name,
    options,
    scans: fingerprint,
    ...(own === undefined ? {} : { code: own.files }),
  });
  return join(defaultCacheDirectory(), 'audits', `${key}.json`);
}
