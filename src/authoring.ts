/**
 * What a search space, a proxy task, a strategy or a head of your own imports: `import { … } from 'voxolve'`.
 * See docs/adding-a-search-space.md, docs/adding-a-proxy-task.md, docs/adding-a-strategy.md and docs/adding-a-head.md.
 */
export { z } from 'zod';
export { UserError, type ErrorDetails } from './core/errors.js';
export type { Json } from './core/json.js';
export type { Genome, Mutation, Parent } from './core/records.js';
export { rngOf, type Key, type Rng } from './core/random.js';
export {
  intTensor,
  tensor,
  type AnyTensor,
  type DType,
  type IntTensor,
  type Shape,
  type Tensor,
  type TensorMap,
} from './core/tensor.js';
export {
  Builder,
  type ConvOptions as ConvOpOptions,
  type ConvTransposeOptions,
  type PaddingOption,
  type PoolOptions,
} from './ir/builder.js';
export type { BatchNormOptions } from './ir/composites.js';
export type { Graph, Initialiser, InputSpec, Node, ParameterSpec, Value } from './ir/graph.js';
export type { ParameterOptions } from './ir/node-list.js';
export type { AffineOptions } from './ir/normalisation.js';
export type { OpAttributes } from './ir/ops/index.js';
export * from './nn/index.js';
export type { Crop } from './scans/sampling/scan-set.js';
export * from './search/genes/index.js';
export { defineSpace, type SearchSpace, type SpaceContext } from './search/space.js';
/** @deprecated The name of `asSequential` in voxolve 0.3. */
export { asSequential as told } from './search/strategy.js';
export {
  asSequential,
  type GenomeSpace,
  type Proposal,
  type Result,
  type SelectiveStrategy,
  type SequentialStrategy,
  type Strategy,
} from './search/strategy.js';
export {
  defineStrategy,
  type StrategyChoice,
  type StrategyContext,
  type StrategyMember,
} from './search/strategies/member.js';
export { best, founder, offspring, pickRandom, redraw } from './search/strategies/population.js';
export type { Refusal, Trace } from './search/trace.js';
export {
  defineTask,
  type BatchMode,
  type ClassQuestions,
  type Encode,
  type ProxyTask,
  type PythonFile,
  type PythonSource,
  type PythonTask,
  type TaskContext,
  type TaskLoss,
  type TaskPlan,
  type VoxelQuestions,
} from './tasks/task.js';
export {
  defineHead,
  type Head,
  type HeadConstants,
  type HeadContext,
  type HeadPlan,
  type Moment,
  type Solution,
} from './downstream/head.js';
export { denseLayer, pooledFeatures, type DenseOptions } from './downstream/layers.js';
export type { FeatureRows } from './downstream/rows.js';
export type { ClassTargets, Targets, TimeTargets, ValueTargets } from './downstream/targets.js';
