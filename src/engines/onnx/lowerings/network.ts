/**
 * Matrix products, pooling and batch normalisation, as the CPU provider runs them well.
 */
import { valuesPerChannel } from '../../../ir/ops/batch-norm.js';
import type { PoolAttributes } from '../../../ir/ops/pooling.js';
import type { OnnxWriter } from '../writer.js';
import { padOf } from './layout.js';
import { MICROSOFT, onnxPads, perChannel, type Lowering } from './lowering.js';

export const network = {
  // FusedMatMul reads a transposed operand in place
  matmul: (({ out, inputs: [a, b], attributes: { transposeA, transposeB } }) =>
    transposeA || transposeB
      ? out.op('FusedMatMul', [a, b], { transA: transposeA ? 1 : 0, transB: transposeB ? 1 : 0 }, MICROSOFT)
      : out.op('MatMul', [a, b])) satisfies Lowering<'matmul'>,

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

  batchMean: (({ out, inputs: [x], types: [{ shape }] }) =>
    out.op('ReduceMean', [x, allButChannels(out, shape)], { keepdims: 0 })) satisfies Lowering<'batchMean'>,
  batchVariance: (({ out, inputs: [x, mean], types: [{ shape }] }) => {
    const centred = out.op('Sub', [x, perChannel(out, mean, shape.length)]);
    return out.op('ReduceMean', [out.op('Mul', [centred, centred]), allButChannels(out, shape)], {
      keepdims: 0,
    });
  }) satisfies Lowering<'batchVariance'>,
  batchNorm: (({ out, inputs: [x, gamma, beta, mean, variance], attributes: { epsilon } }) =>
    out.op('BatchNormalization', [x, gamma, beta, mean, variance], {
      epsilon: { float: epsilon },
    })) satisfies Lowering<'batchNorm'>,
  // dγ = r · (Σ dy·x − mean · Σ dy)
  batchNormScaleGrad: (({
    out,
    inputs: [x, dy, mean, variance],
    types: [{ shape }],
    attributes: { epsilon },
  }) => {
    const centred = out.op('Sub', [x, perChannel(out, mean, shape.length)]);
    const total = out.op('ReduceSum', [out.op('Mul', [dy, centred]), allButChannels(out, shape)], {
      keepdims: 0,
    });
    return out.op('Mul', [total, inverseDeviation(out, variance, epsilon)]);
  }) satisfies Lowering<'batchNormScaleGrad'>,
  // dx = a·dy + b·x + c with a = γ·r, b = −a·r·dγ/m, c = −a·dβ/m − b·mean
  batchNormInputGrad: (({ out, inputs, types: [{ shape }], attributes: { epsilon } }) => {
    const [x, dy, gamma, mean, variance, dgamma, dbeta] = inputs;
    const r = inverseDeviation(out, variance, epsilon);
    const share = out.scalar(1 / valuesPerChannel(shape));
    const a = out.op('Mul', [gamma, r]);
    const b = out.op('Neg', [out.op('Mul', [out.op('Mul', [a, r]), out.op('Mul', [dgamma, share])])]);
    const offset = out.op('Mul', [a, out.op('Mul', [dbeta, share])]);
    const c = out.op('Neg', [out.op('Add', [offset, out.op('Mul', [b, mean])])]);
    const wide = (value: string): string => perChannel(out, value, shape.length);
    const affine = out.op('Add', [out.op('Mul', [x, wide(b)]), wide(c)]);
    return out.op('Add', [out.op('Mul', [dy, wide(a)]), affine]);
  }) satisfies Lowering<'batchNormInputGrad'>,
};

function poolAttributes({ kernel, stride, padding }: PoolAttributes) {
  return { kernel_shape: kernel, strides: stride, pads: onnxPads(padding) };
}

function allButChannels(out: OnnxWriter, shape: readonly number[]): string {
  return out.ints(shape.map((_, axis) => axis).filter((axis) => axis !== 1));
}

function inverseDeviation(out: OnnxWriter, variance: string, epsilon: number): string {
  return out.op('Reciprocal', [out.op('Sqrt', [out.op('Add', [variance, out.scalar(epsilon)])])]);
}
