/**
 * Batch normalisation of the reference interpreter.
 */
import { sizeOf, type Shape } from '../../src/core/tensor.js';
import type { Operand, Rule } from './reference-rule.js';

const channelOf = (place: number, shape: Shape): number =>
  Math.floor(place / sizeOf(shape.slice(2))) % (shape[1] ?? 1);

function perChannel(shape: Shape, value: (place: number, channel: number) => number): Float64Array {
  const totals = new Float64Array(shape[1] ?? 1);
  for (let place = 0; place < sizeOf(shape); place++) {
    const channel = channelOf(place, shape);
    totals[channel] = (totals[channel] ?? 0) + value(place, channel);
  }
  return totals;
}

const at = ({ data }: Operand, place: number): number => data[place] ?? NaN;
const count = (shape: Shape): number => sizeOf(shape) / (shape[1] ?? 1);

export const batchNormReference = {
  batchMean: (({ inputs: [x] }) =>
    perChannel(x.shape, (place) => at(x, place) / count(x.shape))) satisfies Rule<'batchMean'>,
  batchVariance: (({ inputs: [x, mean] }) =>
    perChannel(
      x.shape,
      (place, c) => (at(x, place) - at(mean, c)) ** 2 / count(x.shape),
    )) satisfies Rule<'batchVariance'>,
  batchNorm: (({ inputs: [x, gamma, beta, mean, variance], attributes: { epsilon } }) =>
    x.data.map((value, place) => {
      const c = channelOf(place, x.shape);
      return (at(gamma, c) * (value - at(mean, c))) / Math.sqrt(at(variance, c) + epsilon) + at(beta, c);
    })) satisfies Rule<'batchNorm'>,
  batchNormScaleGrad: (({ inputs: [x, dy, mean, variance], attributes: { epsilon } }) =>
    perChannel(
      x.shape,
      (place, c) => (at(dy, place) * (at(x, place) - at(mean, c))) / Math.sqrt(at(variance, c) + epsilon),
    )) satisfies Rule<'batchNormScaleGrad'>,
  batchNormInputGrad: (({ inputs: [x, dy, gamma, mean, variance, dgamma, dbeta], attributes: { epsilon } }) =>
    x.data.map((value, place) => {
      const c = channelOf(place, x.shape);
      const r = 1 / Math.sqrt(at(variance, c) + epsilon);
      const centred = at(dy, place) - at(dbeta, c) / count(x.shape);
      return at(gamma, c) * r * (centred - ((value - at(mean, c)) * r * at(dgamma, c)) / count(x.shape));
    })) satisfies Rule<'batchNormInputGrad'>,
};
