/**
 * Batch normalisation. The formulas stand in `ir/ops/batch-norm.ts`.
 *
 * Sums of products over each channel are dot products where rows are long: they read both operands once and write
 * nothing.
 */
import { sizeOf } from '../../../../core/tensor.js';
import { valuesPerChannel } from '../../../../ir/ops/batch-norm.js';
import type { OnnxValue, OnnxWriter } from '../../writer.js';
import { MICROSOFT, perChannel, type Lowering } from '../lowering.js';
import { reshape } from '../shaping.js';

/** Rows shorter than this are not worth a product each. */
const LONG_ROW = 128;

/** Writes Σ a · b per channel `[C]`, for operands `[N, C, ...]`. */
type ChannelDot = (out: OnnxWriter, a: OnnxValue, b: OnnxValue) => OnnxValue;

const plainDot: ChannelDot = (out, a, b) => overChannels(out, 'ReduceSum', out.op('Mul', [a, b], a.shape));

export const fusedDot: ChannelDot = (out, a, b) => {
  const [batch = 1, channels = 1, ...spatial] = a.shape;
  const length = sizeOf(spatial);
  if (length < LONG_ROW) return plainDot(out, a, b);
  const rows = (value: OnnxValue): OnnxValue => reshape(out, value, [batch * channels, 1, length]);
  const each = [batch * channels, 1, 1];
  const dots = out.op('FusedMatMul', [rows(a), rows(b)], each, { transB: 1 }, MICROSOFT);
  const bySample = reshape(out, dots, [batch, channels]);
  return out.op('ReduceSum', [bySample, out.ints([0])], [channels], { keepdims: 0 });
};

function batchNormBy(dot: ChannelDot) {
  return {
    batchMean: (({ out, inputs: [x] }) => overChannels(out, 'ReduceMean', x)) satisfies Lowering<'batchMean'>,
    batchVariance: (({ out, inputs: [x, mean] }) => {
      const centred = out.op('Sub', [x, perChannel(out, mean, x.shape.length)], x.shape);
      const squares = dot(out, centred, centred);
      return out.op('Mul', [squares, out.scalar(1 / valuesPerChannel(x.shape))], squares.shape);
    }) satisfies Lowering<'batchVariance'>,
    batchNorm: (({ out, inputs: [x, gamma, beta, mean, variance], attributes: { epsilon } }) =>
      out.op('BatchNormalization', [x, gamma, beta, mean, variance], x.shape, {
        epsilon: { float: epsilon },
      })) satisfies Lowering<'batchNorm'>,
    // dγ = r · Σ dy · (x − mean), with the difference that the variance has written already
    batchNormScaleGrad: (({ out, inputs: [x, dy, mean, variance], attributes: { epsilon } }) => {
      const centred = out.op('Sub', [x, perChannel(out, mean, x.shape.length)], x.shape);
      const products = dot(out, dy, centred);
      return out.op('Mul', [products, inverseDeviation(out, variance, epsilon)], products.shape);
    }) satisfies Lowering<'batchNormScaleGrad'>,
    // dx = a·dy + b·(x − mean) + c with a = γ·r, b = k·r·dγ, c = k·dβ, k = −a/m; x itself need not be kept
    batchNormInputGrad: (({ out, inputs, attributes: { epsilon } }) => {
      const [x, dy, gamma, mean, variance, dgamma, dbeta] = inputs;
      const r = inverseDeviation(out, variance, epsilon);
      const wide = (value: OnnxValue): OnnxValue => perChannel(out, value, x.shape.length);
      const product = (...of: readonly [OnnxValue, OnnxValue]): OnnxValue => out.op('Mul', of, gamma.shape);
      const a = product(gamma, r);
      const k = product(a, out.scalar(-1 / valuesPerChannel(x.shape)));
      const whole = (type: string, ...of: readonly [OnnxValue, OnnxValue]): OnnxValue =>
        out.op(type, of, x.shape);
      const centred = whole('Sub', x, wide(mean));
      const affine = whole(
        'Add',
        whole('Mul', centred, wide(product(k, product(r, dgamma)))),
        wide(product(k, dbeta)),
      );
      return whole('Add', whole('Mul', dy, wide(a)), affine);
    }) satisfies Lowering<'batchNormInputGrad'>,
  };
}

/** With standard ops only. */
export const portableBatchNorm = batchNormBy(plainDot);

/** Reduces every axis but that of channels. */
export function overChannels(out: OnnxWriter, type: string, x: OnnxValue): OnnxValue {
  const axes = x.shape.map((_, axis) => axis).filter((axis) => axis !== 1);
  return out.op(type, [x, out.ints(axes)], [x.shape[1] ?? 1], { keepdims: 0 });
}

export function inverseDeviation(out: OnnxWriter, variance: OnnxValue, epsilon: number): OnnxValue {
  const { shape } = variance;
  const sum = out.op('Add', [variance, out.scalar(epsilon)], shape);
  return out.op('Reciprocal', [out.op('Sqrt', [sum], shape)], shape);
}
