/**
 * Where an experiment's scans come from: a folder named on the command line, or phantoms generated beside the
 * database where none is named.
 */
import { UserError } from '../core/errors.js';
import type { Experiment } from '../experiment/schema.js';
import { leftOutLines } from '../scans/folder/left-out.js';
import { loadScanSet, type ScanReport } from '../scans/load.js';
import { writePhantoms } from '../scans/phantoms/phantoms.js';
import type { ScanSet } from '../scans/sampling/scan-set.js';
import type { TaskPlan } from '../tasks/task.js';
import { plural } from '../cli/views/format.js';
import { note } from '../cli/views/output.js';

/** How the database records that the scans are phantoms. */
export const phantoms = 'phantoms';

/** How the names of folders of phantoms end. */
const PHANTOMS = '.phantoms';

/** The folder of scans; generates the experiment's phantoms where `source` says so. */
export async function scanFolder(source: string, experiment: Experiment, database: string): Promise<string> {
  if (source !== phantoms) return source;
  if (experiment.phantoms === undefined) {
    throw new UserError({
      subject: `experiment ${experiment.name}`,
      problem: 'has no scans: none were named and it describes no "phantoms"',
      fix: 'add --scans DIR',
    });
  }
  const folder = `${database.replace(/\.[^./\\]*$/, '')}${PHANTOMS}`;
  await writePhantoms(folder, experiment.phantoms);
  return folder;
}

/** Reads and preprocesses the scans, says what was used and what was not. */
export async function loadScans(folder: string, experiment: Experiment, plan: TaskPlan): Promise<ScanSet> {
  const { set, report } = await loadScanSet(folder, experiment.scans, {
    seed: experiment.seed,
    minimumSize: plan.crop,
    onProgress: showProgress,
  });
  noteReport(folder, report, set);
  return set;
}

export function showProgress(done: number, total: number, name: string): void {
  if (process.stderr.isTTY !== true) return;
  process.stderr.write(done === total ? '\r\x1b[K' : `\r\x1b[Kreading scans ${done + 1}/${total} ${name}`);
}

function noteReport(folder: string, { used, skipped, leftOut, notes }: ScanReport, set: ScanSet): void {
  const patients = (split: 'train' | 'validation'): number =>
    new Set(set.volumes.filter((volume) => volume.split === split).map(({ patient }) => patient)).size;
  note(
    `scans: ${plural(used.length, 'file')} in ${folder} (${plural(patients('train'), 'patient')} to train on, ` +
      `${patients('validation')} held out)${skipped.length > 0 ? `; ${skipped.length} skipped:` : ''}`,
  );
  for (const { path, reason } of skipped) note(`  skipped ${path}: ${reason}`);
  // Beside phantoms lies their own listing alone.
  if (!folder.endsWith(PHANTOMS)) for (const line of leftOutLines(leftOut)) note(`  left out ${line}`);
  for (const text of notes) note(`  ${text}`);
}
