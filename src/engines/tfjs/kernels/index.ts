/**
 * The kernel of each op: exhaustive over the ops of the graph but for its leaves.
 */
import type { OpName } from '../../../ir/ops/index.js';
import { batchNormalisation } from './batch-norm.js';
import { convolution } from './convolution.js';
import { elementwise } from './elementwise.js';
import type { Kernel } from './kernel.js';
import { layout } from './layout.js';
import { pooling } from './pooling.js';
import { reductions } from './reductions.js';

export type Leaf = 'input' | 'parameter' | 'constant';

type Kernels = { readonly [K in Exclude<OpName, Leaf>]: Kernel<K> };

export const kernels: Kernels = {
  ...elementwise,
  ...layout,
  ...reductions,
  ...convolution,
  ...pooling,
  ...batchNormalisation,
};
