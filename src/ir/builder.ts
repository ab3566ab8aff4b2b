/**
 * Builder of graphs: `OpBuilder` with the composites that networks are written in.
 */
import type { Shape } from '../core/tensor.js';
import { batchNormalise, crossEntropyLoss, meanAccuracy, type BatchNormOptions } from './composites.js';
import type { Value } from './graph.js';
import { digamma, lgamma } from './gamma.js';
import { groupNormalise, layerNormalise, type AffineOptions } from './normalisation.js';
import { OpBuilder } from './op-builder.js';
import { dropoutMask } from './random.js';
import { logSoftplus, logSumExp, softplus } from './special.js';
import { adaptiveAvgPool, adaptiveMaxPool, resize } from './resampling.js';

export type { ConvOptions, ConvTransposeOptions, PaddingOption, PoolOptions } from './op-builder.js';

export class Builder extends OpBuilder {
  #smoothing = 0;

  /** Average pooling to spatial extents `[...spatial]`, over windows that cover the input evenly. */
  adaptiveAvgPool = (x: Value, spatial: Shape): Value => adaptiveAvgPool(this, x, spatial);
  adaptiveMaxPool = (x: Value, spatial: Shape): Value => adaptiveMaxPool(this, x, spatial);
  /** Resizes to spatial extents `[...spatial]`, as PyTorch's `interpolate` with `align_corners=False`. */
  resize = (x: Value, spatial: Shape, mode: 'nearest' | 'linear'): Value => resize(this, x, spatial, mode);

  /** log(1 + exp(x)), without overflow. */
  softplus = (x: Value): Value => softplus(this, x);
  /** log softplus(x), which does not underflow. */
  logSoftplus = (x: Value): Value => logSoftplus(this, x);
  /** log Γ(x) for x > 0, and its derivative. */
  lgamma = (x: Value): Value => lgamma(this, x);
  digamma = (x: Value): Value => digamma(this, x);
  /** log Σ exp(x) along the last axis, which is dropped. */
  logSumExp = (x: Value): Value => logSumExp(this, x);

  /** Mean cross entropy of logits `[N, K]` and labels `[N]` (i64), with label smoothing in [0, 1). */
  crossEntropy = (logits: Value, labels: Value, options: { readonly smoothing?: number } = {}): Value =>
    crossEntropyLoss(this, logits, labels, options.smoothing ?? this.#smoothing);

  /** Sets the default label smoothing of cross entropies within `build`. */
  smoothed<T>(share: number, build: () => T): T {
    const outer = this.#smoothing;
    this.#smoothing = share;
    try {
      return build();
    } finally {
      this.#smoothing = outer;
    }
  }

  /** Fraction of rows of `[N, K]` whose greatest logit is at the label. */
  accuracy = (logits: Value, labels: Value): Value => meanAccuracy(this, logits, labels);

  /**
   * Batch normalisation of `[N, C, ...]`. In training it uses the batch's statistics and registers the updates of
   * the running ones; otherwise it uses the running ones.
   */
  batchNorm = (x: Value, options: BatchNormOptions): Value => batchNormalise(this, x, options);
  groupNorm = (x: Value, groups: number, options: AffineOptions): Value =>
    groupNormalise(this, x, groups, options);
  instanceNorm = (x: Value, options: AffineOptions): Value =>
    groupNormalise(this, x, x.shape[1] ?? 1, options);
  /** Layer normalisation over the last `axes` axes. */
  layerNorm = (x: Value, options: AffineOptions, axes = 1): Value => layerNormalise(this, x, axes, options);

  /** Zeroes values with probability `rate` and scales the others up; for training graphs only. */
  dropout = (x: Value, rate: number, purpose: string): Value =>
    this.mul(x, dropoutMask(this, x.shape, rate, purpose));
  /** Zeroes whole samples of a residual branch (stochastic depth; Huang et al. 2016); for training graphs only. */
  dropPath = (x: Value, rate: number, purpose: string): Value =>
    this.mul(x, dropoutMask(this, [x.shape[0] ?? 1, ...x.shape.slice(1).map(() => 1)], rate, purpose));
}
