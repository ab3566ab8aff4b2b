/** The blocks, one per file. */
export type { BlockOptions } from './block.js';
export { bottleneckBlock } from './bottleneck-block.js';
export { convBlock } from './conv-block.js';
export { depthwiseFactorizedBlock } from './depthwise-factorized-block.js';
export { depthwiseSeparableBlock } from './depthwise-separable-block.js';
export { factorizedBlock } from './factorized-block.js';
export { mixtureBlock } from './mixture-block.js';
export { movinetBlock } from './movinet-block.js';
export { poolingBlock } from './pooling-block.js';
export { pair, videoBasicBlock, type VideoConvolution } from './video-basic-block.js';
export { x3dBlock } from './x3d-block.js';
