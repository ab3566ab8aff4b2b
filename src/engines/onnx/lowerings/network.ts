/**
 * Matrix products and pooling, as the CPU provider runs them well.
 */
import { sizeOf } from '../../../core/tensor.js';
import type { PoolAttributes } from '../../../ir/ops/pooling.js';
import type { OnnxValue, OnnxWriter } from '../writer.js';
import { onnxPads, type Lowering } from './lowering.js';
import { poolGradByProducts, pooledByProducts, suitsPoolProducts } from './pool-products.js';
import { fusedProduct, type Product } from './products.js';
import { expand, padOf, reshape, withLead } from './shaping.js';

export function matmulBy(product: Product): Lowering<'matmul'> {
  return ({ out, node, inputs, attributes }) => {
    const rank = node.shape.length;
    const [left, right] = [ranked(out, inputs[0], rank), ranked(out, inputs[1], rank)];
    return product(out, left, right, { a: attributes.transposeA, b: attributes.transposeB });
  };
}

/** Gives an operand the batch axes that it lacks. */
function ranked(out: OnnxWriter, value: OnnxValue, rank: number): OnnxValue {
  const missing = rank - value.shape.length;
  return missing === 0 ? value : reshape(out, value, [...Array<number>(missing).fill(1), ...value.shape]);
}

export const network = {
  matmul: matmulBy(fusedProduct),

  maxPool: (({ out, node, inputs: [x], attributes }) =>
    out.op('MaxPool', [x], node.shape, poolAttributes(attributes))) satisfies Lowering<'maxPool'>,
  // the pool is run again for the places of its maxima, which count over the whole tensor
  maxPoolGrad: (({ out, inputs: [x, dy], attributes }) => {
    const pooled = [dy.shape, dy.shape];
    const [, places = dy] = out.ops('MaxPool', [x], pooled, poolAttributes(attributes));
    const zeros = expand(out, out.scalar(0), [sizeOf(x.shape)]);
    const updates = [withLead(out, places, []), withLead(out, dy, [])];
    const scattered = out.op('ScatterElements', [zeros, ...updates], zeros.shape, {
      axis: 0,
      reduction: 'add',
    });
    return reshape(out, scattered, x.shape);
  }) satisfies Lowering<'maxPoolGrad'>,
  avgPool: (({ out, node, inputs: [x], attributes }) =>
    out.op('AveragePool', [x], node.shape, {
      ...poolAttributes(attributes),
      count_include_pad: 1,
    })) satisfies Lowering<'avgPool'>,
  // spreading evenly is averaging over windows of dy, its values set apart by the stride
  avgPoolGrad: (({ out, node, inputs: [dy], attributes }) => {
    const { kernel, stride, padding, inputShape } = attributes;
    const before = kernel.map((extent, axis) => extent - 1 - (padding[axis]?.[0] ?? 0));
    const after = kernel.map((extent, axis) => {
      const reach = ((dy.shape[axis + 2] ?? 1) - 1) * (stride[axis] ?? 1) + 1;
      return (inputShape[axis + 2] ?? 1) + extent - 1 - reach - (before[axis] ?? 0);
    });
    const apart = padOf(out, dy, {
      before: [0, 0, ...before],
      after: [0, 0, ...after],
      interior: [0, 0, ...stride.map((step) => step - 1)],
    });
    return out.op('AveragePool', [apart], node.shape, { kernel_shape: kernel, count_include_pad: 1 });
  }) satisfies Lowering<'avgPoolGrad'>,
};

/** For the CPU: small planes by products. */
export const smallPools = {
  avgPool: ((site) => {
    const { out, node, inputs, attributes } = site;
    return suitsPoolProducts(inputs[0].shape, node.shape)
      ? pooledByProducts(out, inputs[0], node.shape, attributes)
      : network.avgPool(site);
  }) satisfies Lowering<'avgPool'>,
  avgPoolGrad: ((site) => {
    const { out, node, inputs, attributes } = site;
    return suitsPoolProducts(node.shape, inputs[0].shape)
      ? poolGradByProducts(out, inputs[0], node.shape, attributes)
      : network.avgPoolGrad(site);
  }) satisfies Lowering<'avgPoolGrad'>,
};

function poolAttributes({ kernel, stride, padding }: PoolAttributes) {
  return { kernel_shape: kernel, strides: stride, pads: onnxPads(padding) };
}
