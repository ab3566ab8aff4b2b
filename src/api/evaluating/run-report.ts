/**
 * The report of a run, derived again from its `predictions.csv`; what does not follow from the table, such as coefficients, is
 * taken from its `report.json`.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../core/errors.js';
import { plainJson, type Json, type JsonRecord } from '../../core/json.js';
import { readPredictions } from '../../downstream/predictions/read.js';
import type { PredictionTable } from '../../downstream/predictions/table.js';
import { readJsonRecord } from './read-json.js';
import { differencesOf, type Difference } from './differences.js';
import { reportOfTable, type FurtherFindings, type Report } from '../reporting/report.js';

/** Keys of a report that follow from the table. */
const DERIVED = ['headline', 'main', 'metrics', 'splits'] as const;

export interface RunReport {
  readonly report: Report;
  /** Where `report.json` tells something else than `predictions.csv`. */
  readonly differences: readonly Difference[];
}

export function runReport(run: string, attributes?: readonly string[]): RunReport {
  const recorded = recordedReport(run);
  const kept = Object.fromEntries(Object.entries(recorded).filter(([key]) => !isDerived(key)));
  const subject = join(run, 'predictions.csv');
  const table = tableOf(run);
  const derived = { ...reportOfTable(table, furtherOf(kept), { subject }), ...kept };
  const part = (of: JsonRecord): Json =>
    Object.fromEntries(Object.entries(of).filter(([key]) => isDerived(key)));
  const differences = differencesOf(part(recorded), part(plainJson(derived) as JsonRecord));
  if (attributes === undefined) return { report: derived, differences };
  // Refuses attributes that the table does not have.
  const limited = reportOfTable(table, furtherOf(kept), { subject, attributes });
  return { report: { ...limited, ...kept }, differences };
}

const isDerived = (key: string): boolean => (DERIVED as readonly string[]).includes(key);

/** A report that another program wrote may lack what every report has. */
function furtherOf(kept: JsonRecord): FurtherFindings {
  return { task: null, remarks: [], ...kept };
}

/** The predictions of a run. */
export function tableOf(run: string): PredictionTable {
  const path = join(run, 'predictions.csv');
  if (!existsSync(path)) throw unfinished(run, 'predictions.csv');
  return readPredictions(path);
}

/** The content of a run's `report.json`. */
export function recordedReport(run: string): JsonRecord {
  const path = join(run, 'report.json');
  if (!existsSync(path)) throw unfinished(run, 'report.json');
  return readJsonRecord(path);
}

function unfinished(run: string, file: string): UserError {
  const problem = `${existsSync(run) ? 'holds no' : 'does not exist, so there is no'} ${file}`;
  return new UserError({
    subject: run,
    problem,
    fix: 'name the folder of a fine-tuning that has finished (voxolve finetune … -o RUN)',
  });
}
