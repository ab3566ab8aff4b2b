/** Architectures: their layers, shapes and parameters, and the graphs built from them. */
export type { Activation, Architecture, Edge, Layer, LayerOf, Named, PoolWindow } from './architecture.js';
export type { Triple } from '../core/tensor.js';
export * from './blocks/index.js';
export { buildEncoder, type BuildOptions } from './build.js';
export { inheritWeights, type Inheritance } from './inherit.js';
export type { Provenance } from '../core/records.js';
export * from './layers.js';
export { groupsOf, withNorm, type Norm } from './norm.js';
export { countParameters, encoderParameters } from './parameters.js';
export { checkArchitecture } from './check.js';
export { hiddenHead, linearHead, withHead } from './classifier.js';
export { infeasibility, layerShapes, outputShape, type LayerShape } from './shapes.js';
export { summarise, type LayerSummary, type Summary } from './summary.js';
