/**
 * Which task settings were audited on which scans, so that a search can say that its own were not.
 *
 * Records lie beside the cache of prepared scans, named by task, options and scans; losing them costs nothing but
 * another audit.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hashJson } from '../core/hash.js';
import type { Json } from '../core/json.js';
import type { Prepared } from '../experiment/prepare.js';
import { defaultCacheDirectory } from '../scans/cache.js';
import type { ScanSet } from '../scans/scan-set.js';

/** `failed`: names of the checks that failed. */
export interface AuditRecord {
  readonly failed: readonly string[];
}

export function recordAudit(prepared: Prepared, scans: ScanSet, record: AuditRecord): void {
  const path = pathOf(prepared, scans);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, `${JSON.stringify(record)}\n`);
}

/** One line about the audit of a search's setting; null where it passed. */
export function auditRemark(prepared: Prepared, scans: ScanSet): string | null {
  const path = pathOf(prepared, scans);
  if (!existsSync(path)) {
    return `${prepared.task.name} is not audited with these options on these scans; voxolve audit shows whether it can be solved by shortcuts`;
  }
  const { failed } = JSON.parse(readFileSync(path, 'utf8')) as AuditRecord;
  return failed.length === 0
    ? null
    : `${prepared.task.name} failed its audit on these scans: ${failed.join(', ')}`;
}

function pathOf({ task, taskOptions }: Prepared, { fingerprint }: ScanSet): string {
  const options = JSON.parse(JSON.stringify(taskOptions)) as Json;
  const key = hashJson({ task: task.name, options, scans: fingerprint });
  return join(defaultCacheDirectory(), 'audits', `${key}.json`);
}
