/** The search: genes and spaces, strategies, constraints. */
export * from './genes/index.js';
export { defineSpace, genomeSpace, parseGenome, type SearchSpace, type SpaceContext } from './space.js';
export { constrained, type Feasible } from './constrained.js';
export { createStrategy, strategies, type StrategyChoice, type StrategyName } from './strategies/index.js';
export type { GenomeSpace, Proposal, Result, Strategy } from './strategy.js';
