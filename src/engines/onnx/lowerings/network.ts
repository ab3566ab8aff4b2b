/**
 * Matrix products and pooling, as the CPU provider runs them well.
 */
import type { Shape } from '../../../core/tensor.js';
import type { PoolAttributes } from '../../../ir/ops/pooling.js';
import type { OnnxWriter } from '../writer.js';
import { padOf } from './layout.js';
import { onnxPads, type Lowering } from './lowering.js';
import { fusedProduct, type Product } from './products.js';

export function matmulBy(product: Product): Lowering<'matmul'> {
  return ({ out, node, inputs, types, attributes }) => {
    const [left, right] = [
      ranked(out, inputs[0], types[0].shape, node),
      ranked(out, inputs[1], types[1].shape, node),
    ];
    const [rows = 1, columns = 1] = node.shape.slice(-2);
    const inner = types[0].shape[types[0].shape.length - (attributes.transposeA ? 2 : 1)] ?? 1;
    const transposed = { a: attributes.transposeA, b: attributes.transposeB };
    return product(out, left, right, { rows, columns, inner, rank: node.shape.length }, transposed);
  };
}

/** Gives an operand the batch axes that it lacks. */
function ranked(out: OnnxWriter, value: string, shape: Shape, node: { readonly shape: Shape }): string {
  const missing = node.shape.length - shape.length;
  return missing === 0
    ? value
    : out.op('Reshape', [value, out.ints([...Array<number>(missing).fill(1), ...shape])]);
}

export const network = {
  matmul: matmulBy(fusedProduct),

  maxPool: (({ out, inputs: [x], attributes }) =>
    out.op('MaxPool', [x], poolAttributes(attributes))) satisfies Lowering<'maxPool'>,
  // the pool is run again for the places of its maxima, which count over the whole tensor
  maxPoolGrad: (({ out, inputs: [x, dy], types: [type], attributes }) => {
    const places = out.ops('MaxPool', [x], 2, poolAttributes(attributes))[1] as string;
    const total = type.shape.reduce((product, extent) => product * extent, 1);
    const zeros = out.op('Expand', [out.scalar(0), out.ints([total])]);
    const flat = (value: string): string => out.op('Reshape', [value, out.ints([-1])]);
    const scattered = out.op('ScatterElements', [zeros, flat(places), flat(dy)], {
      axis: 0,
      reduction: 'add',
    });
    return out.op('Reshape', [scattered, out.ints(type.shape)]);
  }) satisfies Lowering<'maxPoolGrad'>,
  avgPool: (({ out, inputs: [x], attributes }) =>
    out.op('AveragePool', [x], {
      ...poolAttributes(attributes),
      count_include_pad: 1,
    })) satisfies Lowering<'avgPool'>,
  // spreading evenly is averaging over windows of dy, its values set apart by the stride
  avgPoolGrad: (({ out, inputs: [dy], types: [type], attributes }) => {
    const { kernel, stride, padding, inputShape } = attributes;
    const before = kernel.map((extent, axis) => extent - 1 - (padding[axis]?.[0] ?? 0));
    const after = kernel.map((extent, axis) => {
      const reach = ((type.shape[axis + 2] ?? 1) - 1) * (stride[axis] ?? 1) + 1;
      return (inputShape[axis + 2] ?? 1) + extent - 1 - reach - (before[axis] ?? 0);
    });
    const interior = [0, 0, ...stride.map((step) => step - 1)];
    const apart = padOf(out, dy, type.shape, [0, 0, ...before], [0, 0, ...after], interior);
    return out.op('AveragePool', [apart], { kernel_shape: kernel, count_include_pad: 1 });
  }) satisfies Lowering<'avgPoolGrad'>,
};

function poolAttributes({ kernel, stride, padding }: PoolAttributes) {
  return { kernel_shape: kernel, strides: stride, pads: onnxPads(padding) };
}
