/**
 * The source of an experiment's scans: a folder that the user names, else phantoms generated next to the database.
 */
import { resolve } from 'node:path';
import { UserError } from '../core/errors.js';
import type { Experiment } from '../experiment/schema.js';
import { loadScanSet, type ScanReport } from '../scans/load.js';
import { writePhantoms } from '../scans/phantoms/phantoms.js';
import type { ScanSet } from '../scans/sampling/scan-set.js';
import type { TaskPlan } from '../tasks/task.js';
import type { Listener, SourceEvent } from './events.js';
import { withheldBy } from './searching/objective/cohort-manifest.js';

/** Scans that were read, and what is to be said of them. */
export interface PretrainingScans {
  readonly folder: string;
  readonly set: ScanSet;
  readonly report: ScanReport;
}

/** Name by which a database records that the scans are phantoms. */
export const phantoms = 'phantoms';

/** Ending of the names of folders of phantoms. */
const PHANTOMS = '.phantoms';

/** The source that a caller names: the absolute path of a folder, or the phantoms where it names none. */
export function sourceOf(scans: string | undefined): string {
  return scans === undefined ? phantoms : resolve(scans);
}

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
  const folder = phantomFolder(database);
  await writePhantoms(folder, experiment.phantoms);
  return folder;
}

/** Folder of the phantoms of a database's experiment. */
export function phantomFolder(database: string): string {
  return `${database.replace(/\.[^./\\]*$/, '')}${PHANTOMS}`;
}

/** Reads and preprocesses the scans; reports what was used and what was not. */
export async function loadScans(
  folder: string,
  experiment: Experiment,
  plan: TaskPlan,
  report: Listener<SourceEvent>,
): Promise<ScanSet> {
  return (await readScans(folder, experiment, plan, report)).set;
}

/** The scans that candidates are pretrained on, with what was read. Patients that the objective sets aside are not among them. */
export async function readScans(
  folder: string,
  experiment: Experiment,
  plan: TaskPlan,
  report: Listener<SourceEvent>,
): Promise<PretrainingScans> {
  const { set, report: found } = await loadScanSet(folder, experiment.scans, {
    seed: experiment.seed,
    minimumSize: plan.crop,
    withheld: withheldBy(experiment, folder),
    onProgress: (done, total, name) => report({ kind: 'reading scans', done, total, name }),
  });
  const patients = (split: 'train' | 'validation'): number =>
    new Set(set.volumes.filter((volume) => volume.split === split).map(({ patient }) => patient)).size;
  report({
    kind: 'scans read',
    folder,
    phantoms: folder.endsWith(PHANTOMS),
    report: found,
    patients: { train: patients('train'), validation: patients('validation') },
  });
  return { folder, set, report: found };
}
