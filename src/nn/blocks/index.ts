/** The blocks, one per file. */
export type { BlockOptions } from './block.js';
export { bottleneckBlock, type BottleneckOptions } from './bottleneck-block.js';
export { convBlock } from './conv-block.js';
export { depthwiseFactorizedBlock } from './depthwise-factorized-block.js';
export { depthwiseSeparableBlock, type DepthwiseSeparableOptions } from './depthwise-separable-block.js';
export { factorizedBlock, type FactorizedOptions } from './factorized-block.js';
export { mixtureBlock, type MixtureOptions } from './mixture-block.js';
export { movinetBlock, type MovinetOptions } from './movinet-block.js';
export { poolingBlock } from './pooling-block.js';
export { pair, videoBasicBlock, type VideoBasicOptions, type VideoConvolution } from './video-basic-block.js';
export { x3dBlock, type X3dOptions } from './x3d-block.js';
