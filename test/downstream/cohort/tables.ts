/**
 * Manifests of tests, written to a temporary folder.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Cohort } from '../../../src/downstream/cohort/cohort.js';
import { readCohort, type CohortNeeds } from '../../../src/downstream/cohort/read-cohort.js';
import { UserError } from '../../../src/core/errors.js';

/** Path of a manifest with these lines; removed after the test. */
export function manifestOf(lines: readonly string[], name = 'm.csv'): string {
  const folder = mkdtempSync(join(tmpdir(), 'voxolve-cohort-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  const path = join(folder, name);
  writeFileSync(path, lines.join('\n') + '\n');
  return path;
}

export function cohortOf(lines: readonly string[], needs: Partial<CohortNeeds> = {}): Cohort {
  return readCohort(manifestOf(lines), { targets: 'classes', needsPaths: false, ...needs });
}

/** The one line that a manifest is refused with, its path as `m.csv`. */
export function refusalOf(lines: readonly string[], needs: Partial<CohortNeeds> = {}): string {
  const path = manifestOf(lines);
  try {
    readCohort(path, { targets: 'classes', needsPaths: false, ...needs });
  } catch (thrown) {
    if (!(thrown instanceof UserError)) throw thrown;
    return thrown.message.replaceAll(path, 'm.csv');
  }
  return 'nothing is refused';
}
