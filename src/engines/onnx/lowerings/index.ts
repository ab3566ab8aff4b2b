/**
 * The lowerings of each device: one exhaustive table, and what a device does differently.
 */
import { batchNorm, portableBatchNorm } from './batch-norm.js';
import { convolution, portableConv, portableConvFilterGrad } from './convolution.js';
import { elementwise } from './elementwise.js';
import { layout } from './layout.js';
import type { Lowerings } from './lowering.js';
import { matmulBy, network } from './network.js';
import { standardProduct } from './products.js';

export type OnnxDevice = 'cpu' | 'webgpu' | 'cuda';

const cpu: Lowerings = { ...elementwise, ...layout, ...network, ...batchNorm, ...convolution };

/** Standard ops only, for models that leave the project. */
export const portable: Lowerings = {
  ...cpu,
  ...portableBatchNorm,
  matmul: matmulBy(standardProduct),
  conv: portableConv,
  convFilterGrad: portableConvFilterGrad,
};

export const lowerings: { readonly [D in OnnxDevice]: Lowerings } = { cpu, webgpu: portable, cuda: portable };
