/**
 * The lowerings of each device: one exhaustive table, and what a device does differently.
 */
import { batchNorm, trainingNorms } from './batch-norm/cpu.js';
import { portableBatchNorm } from './batch-norm/portable.js';
import { convolutionBy, portableConvolution, ungroupedConvolution } from './convolution.js';
import { composed } from './composed.js';
import { elementwise } from './elementwise.js';
import { fixedShapes, layout } from './layout.js';
import type { Lowerings } from './lowering.js';
import { matmulBy, network, smallPools } from './network.js';
import { parameterCuts } from './parameter-cuts.js';
import { standardProduct } from './products.js';

export type OnnxDevice = 'cpu' | 'webgpu' | 'cuda';

const everywhere = { ...elementwise, ...layout, ...network };

/** For the CPU, whose kernels take channels in blocks of `block` (1: it has none such). */
function cpu(block: number): Lowerings {
  return {
    ...{ ...everywhere, ...fixedShapes, ...smallPools, ...batchNorm, ...convolutionBy(block) },
    together: (graph) => new Map([...trainingNorms(graph), ...parameterCuts(graph)]),
  };
}

/** Standard ops only, for models that leave the project. */
export const portable: Lowerings = {
  ...{ ...everywhere, ...portableBatchNorm, ...portableConvolution },
  matmul: matmulBy(standardProduct),
};

/** Each device's lowerings; `block`: channels in a block of the processor's kernels. */
export const lowerings: { readonly [D in OnnxDevice]: (block: number) => Lowerings } = {
  cpu,
  webgpu: () => ({ ...portable, ...ungroupedConvolution, ...composed }),
  cuda: () => portable,
};
