/**
 * What a search space, a proxy task or a strategy of your own imports: `import { … } from 'voxolve'`.
 * See docs/adding-a-search-space.md, docs/adding-a-proxy-task.md and docs/adding-a-strategy.md.
 */
export { z } from 'zod';
export { UserError } from './core/errors.js';
export type { Json } from './core/json.js';
export type { Genome, Mutation, Parent } from './core/records.js';
export { rngOf, type Rng } from './core/random.js';
export { intTensor, tensor, type AnyTensor, type IntTensor, type Shape, type Tensor } from './core/tensor.js';
export { Builder } from './ir/builder.js';
export type { Graph, InputSpec, Value } from './ir/graph.js';
export * from './nn/index.js';
export type { Crop } from './scans/sampling/scan-set.js';
export * from './search/genes/index.js';
export { defineSpace, type SearchSpace, type SpaceContext } from './search/space.js';
export { told, type GenomeSpace, type Proposal, type Result, type Strategy } from './search/strategy.js';
export {
  defineStrategy,
  type StrategyChoice,
  type StrategyContext,
  type StrategyMember,
} from './search/strategies/member.js';
export { best, founder, offspring, pickRandom, redraw } from './search/strategies/population.js';
export {
  defineTask,
  type BatchMode,
  type Encode,
  type ProxyTask,
  type TaskContext,
  type TaskPlan,
} from './tasks/task.js';
