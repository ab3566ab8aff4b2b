/** Genes: the typed parts from which search spaces are made. */
export type { Change, Gene, GenomeOf, Site } from './gene.js';
export type { Path } from './pointer.js';
export { weighted } from './gene.js';
export { oneOf } from './one-of.js';
export { int, ordered } from './ordered.js';
export { float } from './float.js';
export { record, type RecordOf } from './record.js';
export { when, type Condition, type Conditional, type Parts } from './fields.js';
export { listOf, type Length } from './list-of.js';
