/**
 * The audit of a search's own setting: task, options, scans.
 *
 * Records lie next to the cache of prepared scans, named by task (a user's own with its code), options and scans; losing
 * them costs nothing but another audit. Of experiments that ship, on their phantoms, the record ships too.
 */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hashJson } from '../../core/hash.js';
import { plainJson } from '../../core/json.js';
import { writeAtomicallySync } from '../../core/atomic-write.js';
import type { ResolvedExperiment } from '../../experiment/resolve.js';
import { taskNameOf } from '../../experiment/references.js';
import { defaultCacheDirectory } from '../../scans/cache/cache.js';
import type { ScanSet } from '../../scans/sampling/scan-set.js';
import { phantoms } from '../scan-source.js';
import type { AuditedCheck, AuditStatus } from './audit-status.js';
import { shippedRuns } from './shipped-audits.js';

export function recordAudit(
  resolved: ResolvedExperiment,
  scans: ScanSet,
  checks: readonly AuditedCheck[],
): void {
  const path = pathOf(resolved, scans);
  mkdirSync(join(path, '..'), { recursive: true });
  const recorded = checks.map(({ name, figure, limit, passed }) => ({ name, figure, limit, passed }));
  writeAtomicallySync(path, `${JSON.stringify({ checks: recorded })}\n`);
}

/** `source`: where the search's scans are from, as its database says. */
export function auditStatus(resolved: ResolvedExperiment, scans: ScanSet, source: string): AuditStatus {
  const { name: task } = resolved.task;
  const own = ownRecord(resolved, scans);
  if (own !== null) return { task, audited: { on: 'these scans', checks: own } };
  const shipped = source === phantoms ? shippedRuns(resolved) : [];
  if (shipped.length === 0) return { task, audited: null };
  return { task, audited: { on: 'these phantoms', checks: shipped.flatMap(({ checks }) => checks) } };
}

function ownRecord(resolved: ResolvedExperiment, scans: ScanSet): readonly AuditedCheck[] | null {
  const path = pathOf(resolved, scans);
  if (!existsSync(path)) return null;
  return (JSON.parse(readFileSync(path, 'utf8')) as { checks: AuditedCheck[] }).checks;
}

function pathOf(
  { task, taskOptions, code, experiment }: ResolvedExperiment,
  { fingerprint }: ScanSet,
): string {
  const options = plainJson(taskOptions);
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
