/**
 * Evaluates the final model of a run on another cohort: predictions and a report in a folder of their own. The run's own files
 * are left as they are.
 */
import { mkdir, readFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { writeAtomically } from '../../core/atomic-write.js';
import { sha256 } from '../../core/hash.js';
import { readPredictions } from '../../downstream/predictions/read.js';
import { predictionsCsv } from '../../downstream/predictions/write.js';
import type { FinetuneEvent, Listener } from '../events.js';
import { reportOfTable, type Report } from '../reporting/report.js';
import { writeReport } from '../reporting/write.js';
import { applyRun, type OtherRows } from './apply.js';
import { readFittedRun } from './fitted-run.js';
import { besideEvaluated } from './foreign.js';

export interface EvaluateOtherOptions extends OtherRows {
  /** Folder of a fine-tuning that has finished. */
  readonly run: string;
  /** Scans of another kind: folders, or `built-in` for those that are made from the evaluated scans. */
  readonly ood?: readonly string[] | undefined;
  readonly groups?: readonly string[] | undefined;
  /** Folder to write; absent: one within the run's `evaluations`, named for the manifest. */
  readonly output?: string | undefined;
  readonly onEvent?: Listener<FinetuneEvent> | undefined;
}

export interface EvaluateOtherOutcome {
  /** Folder of `predictions.csv`, `report.json` and `report.md`. */
  readonly folder: string;
  readonly report: Report;
}

export async function evaluateOther(options: EvaluateOtherOptions): Promise<EvaluateOtherOutcome> {
  const { manifest, groups, ood: asked = [], onEvent = () => undefined } = options;
  const run = await readFittedRun(options.run);
  const applied = await applyRun(run, options, onEvent);
  const foreign = asked.length === 0 ? undefined : await besideEvaluated(run, applied, asked, onEvent);
  const folder = options.output ?? join(options.run, 'evaluations', await folderName(manifest));
  await mkdir(folder, { recursive: true });
  const path = join(folder, 'predictions.csv');
  await writeAtomically(path, predictionsCsv(applied.table));
  const { temperature } = run;
  const report = reportOfTable(
    readPredictions(path),
    {
      task: run.source.task.name,
      ...(temperature === undefined ? {} : { temperature }),
      ...(foreign && { ood: foreign.ood }),
      remarks: [
        `rows of ${basename(manifest)}, by the final model of ${basename(options.run)}`,
        ...applied.remarks,
        ...(foreign?.remarks ?? []),
      ],
    },
    { attributes: groups, subject: manifest },
  );
  await writeReport(folder, report);
  return { folder, report };
}

/** Other tables get other folders, also where their names are alike. */
async function folderName(manifest: string): Promise<string> {
  const name = basename(manifest, extname(manifest)).replace(/[^A-Za-z0-9._-]/g, '_');
  return `${name}-${sha256(await readFile(manifest)).slice(0, 8)}`;
}
