/** The study: what runs a search and what checks one. */
export { runStudy, type StudyEnd, type StudyPlan } from './study.js';
export { deriveDecision, type DerivedDecision } from './derive-decision.js';
export { verifyStudy, type Discrepancy, type Verification } from './verify.js';
export { FEWEST, trustReports, type TrustReport } from './trust.js';
export { strategyOfStudy } from './replay.js';
export { objectiveValues, withWorstGroups, type Objective } from './objectives.js';
export type { Best, StudyEvent } from './events.js';
export {
  diversityOverTime,
  geneEffects,
  generalPath,
  operatorSuccess,
  type Diversity,
  type GeneEffect,
  type OperatorSuccess,
} from './lineage-statistics.js';
