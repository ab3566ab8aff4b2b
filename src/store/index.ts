/** The store: one SQLite database and the weights files beside it. */
export { storageFailure } from './failure.js';
export { isSearched, markSearched } from './writer.js';
export { EmptyDatabase, openStore, type OpenMode, type Store } from './open.js';
export * from './experiments.js';
export * from './candidates.js';
export * from './evaluations.js';
export * from './queries.js';
export * from './winners.js';
export * from './auxiliary-queries.js';
export { readLineage, type LineageRow } from './lineage.js';
export { artifactOf, artifactPath, collect, readArtifact, worthKeeping, writeArtifact } from './artifacts.js';
export { readSafetensors, writeSafetensors } from '../core/safetensors.js';
