/**
 * Normalisations with statistics per sample, which behave alike in training and inference.
 */
import type { Value } from './graph.js';
import type { OpBuilder } from './op-builder.js';

export interface AffineOptions {
  /** Scale and shift, of the shape that is normalised over (layer norm) or per channel `[C]`; absent: 1 and 0. */
  readonly gamma?: Value;
  readonly beta?: Value;
  readonly epsilon: number;
}

/** Group normalisation of `[N, C, ...]` (Wu & He 2018); with one group per channel: instance normalisation. */
export function groupNormalise(b: OpBuilder, x: Value, groups: number, options: AffineOptions): Value {
  const [n = 1, channels = 1, ...spatial] = x.shape;
  if (channels % groups !== 0)
    throw new Error(`groupNorm: ${channels} channels do not make ${groups} groups`);
  const whitened = b.reshape(whiten(b, b.reshape(x, [n, groups, -1]), [2], options.epsilon), x.shape);
  const wide = (value: Value): Value => b.reshape(value, [channels, ...spatial.map(() => 1)]);
  return affine(b, whitened, options.gamma && wide(options.gamma), options.beta && wide(options.beta));
}

/** Layer normalisation over the last `axes` axes (Ba et al. 2016). */
export function layerNormalise(b: OpBuilder, x: Value, axes: number, options: AffineOptions): Value {
  const last = Array.from({ length: axes }, (_, i) => x.shape.length - axes + i);
  return affine(b, whiten(b, x, last, options.epsilon), options.gamma, options.beta);
}

/** (x − mean) / √(variance + ε), with the biased variance. */
function whiten(b: OpBuilder, x: Value, axes: readonly number[], epsilon: number): Value {
  const centred = b.sub(x, b.reduceMean(x, axes, true));
  const variance = b.reduceMean(b.square(centred), axes, true);
  return b.mul(centred, b.reciprocal(b.sqrt(b.add(variance, b.scalar(epsilon)))));
}

function affine(b: OpBuilder, x: Value, gamma: Value | undefined, beta: Value | undefined): Value {
  const scaled = gamma ? b.mul(x, gamma) : x;
  return beta ? b.add(scaled, beta) : scaled;
}
