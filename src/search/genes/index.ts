/** Genes: the typed parts from which search spaces are made. */
export type { Change, Gene, GenomeOf, Site } from './gene.js';
export { weighted } from './gene.js';
export { oneOf } from './one-of.js';
export { int, ordered } from './ordered.js';
export { float } from './float.js';
export { record } from './record.js';
export { when } from './fields.js';
export { listOf } from './list-of.js';
