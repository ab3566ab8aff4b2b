/** The store: one SQLite database, and a folder of weights files. */
export { storageFailure } from './failure.js';
export { isSearched, markSearched } from './writer.js';
export { EmptyDatabase, openStore, type Store } from './open.js';
export { stampOf } from './private-copy.js';
export * from './experiments.js';
export * from './candidates.js';
export * from './evaluations.js';
export * from './queries.js';
export * from './winners.js';
export * from './auxiliary-queries.js';
export { readLineage, type LineageRow } from './lineage.js';
export {
  candidateTuples,
  evaluationCount,
  evaluationTuples,
  lastEvaluations,
  openNumbers,
  type FinishedTuple,
  type OpenNumbers,
} from './flat/rows.js';
export {
  finishedCount,
  genomeTuples,
  lineageTuples,
  soleMutations,
  statusTuples,
  trainedTuples,
  weighedTuples,
  type CandidatePart,
} from './flat/parts.js';
export { artifactOf, artifactPath, collect, readArtifact, worthKeeping, writeArtifact } from './artifacts.js';
export {
  classOfFleet,
  committedEvaluation,
  fleetOf,
  knownFleetOf,
  seenWorkers,
  setFleetClass,
  setSeenWorkers,
  type SeenWorkerRow,
} from './fleet/fleets.js';
