/** The residual blocks, one per file. */
export type { BlockOptions } from './block.js';
export { bottleneckBlock } from './bottleneck-block.js';
export { convBlock } from './conv-block.js';
export { depthwiseSeparableBlock } from './depthwise-separable-block.js';
export { factorizedBlock } from './factorized-block.js';
