/**
 * Batch normalisation. The formulas stand in `ir/ops/batch-norm.ts`.
 *
 * Sums of products over each channel are dot products where rows are long: they read both operands once and write
 * nothing.
 */
import type { Shape } from '../../../core/tensor.js';
import { valuesPerChannel } from '../../../ir/ops/batch-norm.js';
import type { OnnxWriter } from '../writer.js';
import { MICROSOFT, perChannel, type Lowering } from './lowering.js';

/** Rows shorter than this are not worth a product each. */
const LONG_ROW = 64;

/** Writes Σ a · b per channel `[C]`, for operands `[N, C, ...]`. */
type ChannelDot = (out: OnnxWriter, a: string, b: string, shape: Shape) => string;

const plainDot: ChannelDot = (out, a, b, shape) =>
  out.op('ReduceSum', [out.op('Mul', [a, b]), allButChannels(out, shape)], { keepdims: 0 });

const fusedDot: ChannelDot = (out, a, b, shape) => {
  const [batch = 1, channels = 1, ...spatial] = shape;
  const length = spatial.reduce((product, extent) => product * extent, 1);
  if (length < LONG_ROW) return plainDot(out, a, b, shape);
  const rows = (value: string): string => out.op('Reshape', [value, out.ints([batch * channels, 1, length])]);
  const dots = out.op('FusedMatMul', [rows(a), rows(b)], { transB: 1 }, MICROSOFT);
  return out.op('ReduceSum', [out.op('Reshape', [dots, out.ints([batch, channels])]), out.ints([0])], {
    keepdims: 0,
  });
};

function batchNormBy(dot: ChannelDot) {
  return {
    batchMean: (({ out, inputs: [x], types: [{ shape }] }) =>
      out.op('ReduceMean', [x, allButChannels(out, shape)], { keepdims: 0 })) satisfies Lowering<'batchMean'>,
    batchVariance: (({ out, inputs: [x, mean], types: [{ shape }] }) => {
      const centred = out.op('Sub', [x, perChannel(out, mean, shape.length)]);
      return out.op('Mul', [dot(out, centred, centred, shape), out.scalar(1 / valuesPerChannel(shape))]);
    }) satisfies Lowering<'batchVariance'>,
    batchNorm: (({ out, inputs: [x, gamma, beta, mean, variance], attributes: { epsilon } }) =>
      out.op('BatchNormalization', [x, gamma, beta, mean, variance], {
        epsilon: { float: epsilon },
      })) satisfies Lowering<'batchNorm'>,
    // dγ = r · Σ dy · (x − mean), with the difference that the variance has written already
    batchNormScaleGrad: (({
      out,
      inputs: [x, dy, mean, variance],
      types: [{ shape }],
      attributes: { epsilon },
    }) => {
      const centred = out.op('Sub', [x, perChannel(out, mean, shape.length)]);
      return out.op('Mul', [dot(out, dy, centred, shape), inverseDeviation(out, variance, epsilon)]);
    }) satisfies Lowering<'batchNormScaleGrad'>,
    // dx = a·dy + b·(x − mean) + c with a = γ·r, b = −a·r·dγ/m, c = −a·dβ/m; x itself need not be kept
    batchNormInputGrad: (({ out, inputs, types: [{ shape }], attributes: { epsilon } }) => {
      const [x, dy, gamma, mean, variance, dgamma, dbeta] = inputs;
      const r = inverseDeviation(out, variance, epsilon);
      const share = out.scalar(1 / valuesPerChannel(shape));
      const wide = (value: string): string => perChannel(out, value, shape.length);
      const a = out.op('Mul', [gamma, r]);
      const b = out.op('Neg', [out.op('Mul', [out.op('Mul', [a, r]), out.op('Mul', [dgamma, share])])]);
      const c = out.op('Neg', [out.op('Mul', [a, out.op('Mul', [dbeta, share])])]);
      const centred = out.op('Sub', [x, wide(mean)]);
      const affine = out.op('Add', [out.op('Mul', [centred, wide(b)]), wide(c)]);
      return out.op('Add', [out.op('Mul', [dy, wide(a)]), affine]);
    }) satisfies Lowering<'batchNormInputGrad'>,
  };
}

export const batchNorm = batchNormBy(fusedDot);

/** With standard ops only. */
export const portableBatchNorm = batchNormBy(plainDot);

function allButChannels(out: OnnxWriter, shape: readonly number[]): string {
  return out.ints(shape.map((_, axis) => axis).filter((axis) => axis !== 1));
}

function inverseDeviation(out: OnnxWriter, variance: string, epsilon: number): string {
  return out.op('Reciprocal', [out.op('Sqrt', [out.op('Add', [variance, out.scalar(epsilon)])])]);
}
