/**
 * The use cases, as a program calls them: each is a function of plain options. Progress comes as events (`onEvent`), cancellation
 * goes by an AbortSignal (`signal`), mistakes of the user are thrown as `UserError`. Nothing is printed, no process is ended.
 */
export { audit, type AuditEvent, type AuditOptions, type AuditOutcome } from './audit.js';
export {
  experimentJsonSchema,
  type AskedExperiment,
  type ExperimentInput,
  type ExperimentOverrides,
} from './asked-experiment.js';
export type { AuditedCheck, AuditStatus } from './auditing/audit-status.js';
export { deidentify, type DeidentifyOptions, type DeidentifyOutcome } from './deidentify.js';
export { doctor, type DecoderReport, type DoctorReport } from './doctor.js';
export { fleet, type FleetViewOptions } from './fleet.js';
export type { ActiveJob, Survey as FleetSurvey, SurveyedSearch } from '../fleet/queue/survey.js';
export type { FleetOptions } from './fleet/open-fleet.js';
export type { FleetEvent } from '../fleet/coordinator/events.js';
export type { WorkerEvent } from '../fleet/worker/events.js';
export type {
  CurvesSoFar,
  FinetuneEvent,
  Listener,
  PretrainEvent,
  RunOptions,
  SearchEvent,
  SourceEvent,
} from './events.js';
export type { CohortSplit } from '../downstream/cohort/cohort.js';
export type { AttributeLeak, LeakReport } from '../downstream/fairness/leak-report.js';
export type { FairnessCriterion } from '../downstream/fairness/penalty.js';
export type { ThresholdReport } from '../downstream/fairness/threshold-report.js';
export type { FittedHead } from '../downstream/fit-head.js';
export type { OodReport, OodScore } from '../downstream/ood/ood-report.js';
export type { PredictionSplit } from '../downstream/predictions/table.js';
export type { SolvedRows } from '../downstream/head.js';
export type { FeatureRows } from '../downstream/rows.js';
export { fitHead, type FitHeadOptions } from './fit-head.js';
export { finetune, type FinetuneOptions, type FinetuneOutcome } from './finetune.js';
export type { AskedTask } from './finetuning/task-source.js';
export { exportCandidate, type ExportOptions, type ExportOutcome } from './export.js';
export {
  exportMlflow,
  exportSearch,
  type ExportMlflowOptions,
  type ExportSearchOptions,
  type ExportSearchOutcome,
} from './export-search.js';
export type { MlflowOutcome } from '../interop/mlflow/export.js';
export {
  candidates,
  lineage,
  lineageStatistics,
  wholeLineage,
  zeroCostAgreement,
  type LineageSource,
  type LineageStatistics,
} from './lineage.js';
export { labels, type LabelsOptions, type LabelsOutcome } from './labels.js';
export type { Agreement as ReaderAgreement } from '../labels/agreement/report.js';
export { importWeights, type ImportOptions, type ImportOutcome } from './import.js';
export { describeNetwork, networkNames, type NetworkDescription, type NetworkOptions } from './network.js';
export type { ExperimentSource } from './open-experiment.js';
export { pretrain, type PretrainingOutcome, type PretrainOptions } from './pretrain.js';
export { pretrainFederated, type FederatedOptions, type FederatedOutcome } from './pretrain-federated.js';
export type { FederatedReport } from './federating/federated-report.js';
export type { ComparedSearch } from './reading/comparison.js';
export type { FrontMember } from './reading/pareto-front.js';
export type { SearchState } from './reading/search-state.js';
export type { Standing, Winners } from './reading/winner.js';
export type { ZeroCostReport } from './reading/zero-cost-report.js';
export {
  evaluateForeign,
  evaluateOther,
  evaluateRun,
  evaluateTable,
  type EvaluateForeignOptions,
  type EvaluateForeignOutcome,
  type EvaluateOtherOptions,
  type EvaluateOtherOutcome,
  type EvaluateRunOptions,
  type EvaluateRunOutcome,
  type EvaluateTableOptions,
} from './evaluate.js';
export type { Difference } from './evaluating/differences.js';
export type { ReliabilityBin } from '../metrics/classes/calibration-error.js';
export type { Metric, Metrics } from '../metrics/metric.js';
export type { Choices, ModelChoices } from './reporting/choices.js';
export type { CoverageReport } from './reporting/coverage.js';
export type { Report, RowsReport, SplitReport } from './reporting/report.js';
export type * from './records.js';
export type { Normalisation } from '../published/normalisation.js';
export { resume, type ResumeOptions } from './resume.js';
export { scans, type LeftOut, type ScanDescription, type ScansOptions, type ScansOutcome } from './scans.js';
export type { Report as TrainingReport } from '../pretrain/pretrain.js';
export type { Purpose } from '../core/records.js';
export type { Ancestor, LineageRow, SeenWorkerRow } from '../store/index.js';
export type { TrustReport } from '../study/index.js';
export type { LatencyLimit } from './searching/stored-latency.js';
export { search, type SearchOptions, type SearchOutcome } from './search.js';
export type { ObjectiveVerification } from './searching/objective/verify-record.js';
export type { WorkerCount } from './searching/worker-count.js';
export { status, summary, type Status, type SearchSummary } from './status.js';
export { verify, type VerifyOutcome } from './verify.js';
export { worker, type WorkerOptions } from './worker.js';
