/**
 * From rows and an encoder to the files of a run: fits, `predictions.csv`, `report.json`, `report.md`.
 */
import { join } from 'node:path';
import { writeAtomically } from '../../core/atomic-write.js';
import { present } from '../../core/errors.js';
import { definedEntries } from '../../core/json.js';
import { hasFolds } from '../../downstream/cohort/checks.js';
import { learnedFrom, rowsWhere, type Cohort } from '../../downstream/cohort/cohort.js';
import { droppedRemarks } from '../../downstream/cohort/plan-told.js';
import type { Head } from '../../downstream/head.js';
import { identifiedPlan } from '../../downstream/identified.js';
import { thresholdReport } from '../../downstream/fairness/threshold-report.js';
import { readPredictions } from '../../downstream/predictions/read.js';
import type { PredictionTable } from '../../downstream/predictions/table.js';
import { predictionsCsv } from '../../downstream/predictions/write.js';
import type { DownstreamTask } from '../../downstream/task-file.js';
import { predictionTable, type Answering } from './answers.js';
import { temperatureOf } from './calibration.js';
import { choicesOf, coefficientsOf } from './coefficients.js';
import type { ModelKind } from './model-spec.js';
import { exportModel, type RunEncoder } from './export-model.js';
import { leakOf } from './leak.js';
import { fitModels, type Fitted, type FittingOptions } from './fit-models.js';
import { FINAL, planFits, type RunPlan } from './plan-fits.js';
import type { CurveOptions } from './curves/plan.js';
import { makeCurves } from './curves/make-curves.js';
import { writeReport } from '../reporting/write.js';
import { reportOfTable, type Report } from '../reporting/report.js';
import type { ModelInputs } from '../../workers/fits/unit.js';

export interface Fitting {
  readonly cohort: Cohort;
  readonly task: DownstreamTask;
  readonly head: Head;
  readonly inputs: ModelInputs;
  /** Absent where no scans are read. */
  readonly encoder?: RunEncoder;
  readonly folds: number;
  /** Folder of the run. */
  readonly folder: string;
  /** Absent: no label-efficiency curves. */
  readonly curves?: Pick<CurveOptions, 'labels' | 'repeats' | 'inputsOf'>;
  readonly options: FittingOptions;
  readonly remarks: readonly string[];
}

type Asked = Pick<Fitting, 'cohort' | 'task' | 'head' | 'inputs'>;

/** Throws a `UserError` where the rows that a model would be fitted to do not identify its head; no scan is read for that. */
export function checkFits(asked: Asked, folds: number, divide: FittingOptions['divide']): void {
  const { cohort, task, head } = asked;
  for (const { train } of planFits({ ...kindOf(asked), cohort, folds, divide }).specs)
    identifiedPlan({ head, task }, cohort.targets, train);
}

/** Fits all models, then writes predictions, curves and report. */
export async function fitAndAnswer(fitting: Fitting): Promise<Report> {
  const { cohort, task, head, inputs, folds, folder, options } = fitting;
  const kind = kindOf(fitting);
  const { divide } = options;
  const plan = planFits({ ...kind, cohort, folds, divide });
  const results = await fitModels(plan.specs, options);
  const answering = answeringOf(fitting, plan, results);
  const path = join(folder, 'predictions.csv');
  await writeAtomically(path, predictionsCsv(predictionTable(cohort, answering)));
  const final = present(results.get(FINAL), 'the final model');
  const logLikelihood = final.single?.model.logLikelihood;
  const temperature = answering.find(({ spec }) => spec.name === FINAL)?.temperature;
  const coefficients = final.single && coefficientsOf(final.single, inputs);
  const choices = choicesOf(answering);
  const leak = leakOf(cohort, options.setup, inputs);
  const table = readPredictions(path);
  const report = reportOfTable(table, {
    task: task.name,
    ...thresholdsOf(task, table),
    ...(coefficients === undefined ? {} : { coefficients }),
    ...(logLikelihood === undefined ? {} : { log_likelihood: logLikelihood }),
    ...(temperature === undefined ? {} : { temperature }),
    ...(choices === undefined ? {} : { choices }),
    ...(leak === undefined ? {} : { leak }),
    remarks: [...fitting.remarks, ...remarksOn(final), ...calibrationRemarks(fitting, answering)],
  });
  const curves =
    fitting.curves &&
    (await makeCurves({ ...fitting.curves, cohort, head, kind, divide, folds }, options, folder));
  await exportFinal(fitting, final, { temperature, thresholds: report.thresholds?.thresholds });
  await writeReport(folder, report, curves);
  return report;
}

/** What thresholds per group would change, where the task asks for them. */
function thresholdsOf(
  { fairness, seed }: DownstreamTask,
  table: PredictionTable,
): Pick<Report, 'thresholds'> {
  if (fairness?.method !== 'thresholds') return {};
  return { thresholds: thresholdReport(table, fairness, [seed]) };
}

function remarksOn({ single, stacked }: Fitted): readonly string[] {
  const covariates = (single ?? stacked?.parts.table)?.covariates;
  return covariates ? droppedRemarks(covariates) : [];
}

/** Writes the final model as code. */
async function exportFinal(
  { task, head, encoder, folder }: Fitting,
  fitted: Fitted,
  further: {
    readonly temperature: number | undefined;
    readonly thresholds: Readonly<Record<string, number>> | undefined;
  },
): Promise<void> {
  const own = { ...(encoder && { encoder }), ...definedEntries(further) };
  await exportModel({ task, head, fitted, folder: join(folder, 'model'), ...own });
}

/** What follows from the head and the rows to learn from. */
function kindOf({ cohort, task, head, inputs }: Asked): ModelKind {
  const plan = identifiedPlan({ head, task }, cohort.targets, rowsWhere(cohort, learnedFrom));
  const constrained = task.fairness !== undefined && task.fairness.method !== 'thresholds';
  const learnt =
    inputs.encoder !== undefined ||
    task.fusion.name === 'joint-autoencoder' ||
    task.training.balance !== 'none' ||
    constrained;
  return { task, inputs, exact: plan.solve !== undefined && !learnt, times: plan.times };
}

/** Which model answers for which rows: each fold's for its own, the final one for those of no fold. */
function answeringOf(
  { cohort, task }: Fitting,
  { specs, folds }: RunPlan,
  results: ReadonlyMap<string, Fitted>,
): readonly Answering[] {
  const inFolds = new Set(folds.flat());
  return specs.map((spec): Answering => {
    const fold = folds.findIndex((_, index) => spec.name === `fold-${index + 1}`);
    const result = present(results.get(spec.name), spec.name);
    const temperature = temperatureOf(task, cohort, spec, result);
    return {
      spec,
      result,
      fold: fold < 0 ? null : fold + 1,
      rows: fold < 0 ? spec.answer.filter((row) => !inFolds.has(row)) : present(folds[fold], spec.name),
      ...(temperature === undefined ? {} : { temperature }),
    };
  });
}

/** What a reader should know of how probabilities are calibrated. */
function calibrationRemarks({ cohort, task }: Fitting, answering: readonly Answering[]): readonly string[] {
  if (cohort.targets.kind !== 'classes' || !task.calibrate) return [];
  if (answering.some(({ temperature }) => temperature === undefined))
    return ['probabilities are not calibrated, since no rows are held out of the training'];
  if (hasFolds(cohort)) return [];
  return ['probabilities are calibrated on the validation rows, whose own calibration looks better for it'];
}
