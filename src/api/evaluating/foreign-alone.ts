/**
 * The report of a run with what its final model says of scans of another kind, in a folder of its own: the run's own files are
 * left as they are.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { FinetuneEvent, Listener } from '../events.js';
import type { Report } from '../reporting/report.js';
import { writeReport } from '../reporting/write.js';
import { readFittedRun } from './fitted-run.js';
import { besideOwn } from './foreign.js';
import { runReport, type RunReport } from './run-report.js';

export interface EvaluateForeignOptions {
  /** Folder of a fine-tuning that has finished. */
  readonly run: string;
  /** Folders of scans of another kind; compared with the run's own rows, by the features that it keeps of them. */
  readonly ood: readonly string[];
  /** The encoder that the run was made with; absent: the one that the run keeps. */
  readonly encoder?: string | undefined;
  readonly groups?: readonly string[] | undefined;
  /** Folder to write; absent: `evaluations/foreign-scans` of the run. */
  readonly output?: string | undefined;
  readonly onEvent?: Listener<FinetuneEvent> | undefined;
}

export interface EvaluateForeignOutcome extends RunReport {
  /** Folder of `report.json` and `report.md`. */
  readonly folder: string;
}

export async function evaluateForeign(options: EvaluateForeignOptions): Promise<EvaluateForeignOutcome> {
  const { run, groups, onEvent = () => undefined } = options;
  const { report: own, differences } = runReport(run, groups);
  const { ood, remarks } = await besideOwn(await readFittedRun(run), options, onEvent);
  const report: Report = { ...own, ood, remarks: [...own.remarks, ...remarks] };
  const folder = options.output ?? join(run, 'evaluations', 'foreign-scans');
  await mkdir(folder, { recursive: true });
  await writeReport(folder, report);
  return { folder, report, differences };
}
