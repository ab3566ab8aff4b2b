/**
 * Exports a search to the tools that people watch searches with: event files of TensorBoard, runs of MLflow, tables.
 */
import { UserError } from '../core/errors.js';
import { writeFolder } from '../export/write-folder.js';
import { exportToMlflow, type MlflowOutcome } from '../interop/mlflow/export.js';
import { csvFiles } from '../interop/tables/csv.js';
import { parquetFiles } from '../interop/tables/parquet.js';
import { tensorboardFiles } from '../interop/tensorboard/folder.js';
import { withExperiment, type ExperimentSource } from './open-experiment.js';

export const searchFormats = ['tensorboard', 'csv', 'parquet'] as const;
export type SearchFormat = (typeof searchFormats)[number];

export interface ExportSearchOptions extends ExperimentSource {
  /** `tensorboard`: event files of the best candidates; `csv`, `parquet`: the tables of all candidates. */
  readonly to: SearchFormat;
  /** Folder to write; it must be empty or not exist. */
  readonly output: string;
  /** Number of candidates with the highest scores that `tensorboard` gets; 10 where absent. */
  readonly best?: number | undefined;
}

export interface ExportSearchOutcome {
  readonly folder: string;
  /** Names of the files, sorted. */
  readonly files: readonly string[];
}

export interface ExportMlflowOptions extends ExperimentSource {
  /** Address of the tracking server; absent: the environment variable MLFLOW_TRACKING_URI. */
  readonly uri?: string | undefined;
  /** Name of MLflow's experiment; absent: that of the search. */
  readonly mlflowExperiment?: string | undefined;
  /** Number of candidates with the highest scores that get a run; 10 where absent. */
  readonly best?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

const FORMATS = {
  tensorboard: tensorboardFiles,
  csv: csvFiles,
  parquet: parquetFiles,
} as const;

/** Writes the folder as a whole or not at all. */
export function exportSearch(options: ExportSearchOptions): Promise<ExportSearchOutcome> {
  const best = checkedBest(options.best);
  return withExperiment(options, async (store, row) => {
    const files = FORMATS[options.to](store, row, best);
    await writeFolder(options.output, files);
    return { folder: options.output, files: Object.keys(files).sort() };
  });
}

/**
 * Writes runs to a tracking server of MLflow; what it holds already stays and is not repeated. Credentials come from
 * MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD. Rejects with the signal's reason where it is aborted:
 * the next call goes on.
 */
export function exportMlflow(options: ExportMlflowOptions): Promise<MlflowOutcome> {
  const best = checkedBest(options.best);
  const { env } = process;
  const uri = options.uri ?? env['MLFLOW_TRACKING_URI'];
  if (uri === undefined || uri === '') {
    throw new UserError({
      subject: '--uri',
      problem: 'says no tracking server of MLflow',
      fix: 'give --uri http://host:5000, or set MLFLOW_TRACKING_URI',
    });
  }
  const server = {
    uri,
    token: env['MLFLOW_TRACKING_TOKEN'],
    username: env['MLFLOW_TRACKING_USERNAME'],
    password: env['MLFLOW_TRACKING_PASSWORD'],
    signal: options.signal,
  };
  return withExperiment(options, (store, row) =>
    exportToMlflow(store, row, { server, experiment: options.mlflowExperiment, best }),
  );
}

function checkedBest(best = 10): number {
  if (Number.isInteger(best) && best >= 1) return best;
  throw new UserError({
    subject: '--best',
    problem: `must be an integer of at least 1; got ${best}`,
    fix: 'give how many candidates to write',
  });
}
