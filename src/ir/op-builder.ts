/**
 * A method per op, and short compositions of a few of them.
 *
 * Axes may be negative here (counted from the end, as in NumPy) but never in the graph. Names passed to `parameter` are
 * complete: scoping is up to the caller.
 */
import type { Shape } from '../core/tensor.js';
import type { Value } from './graph.js';
import { NodeList } from './node-list.js';

/** Padding per axis: the same number on both sides, or `[before, after]`. */
export type PaddingOption = readonly (number | readonly [number, number])[];

export interface ConvOptions {
  readonly stride: Shape;
  readonly padding: PaddingOption;
  readonly dilation?: Shape;
  readonly groups?: number;
}

export interface ConvTransposeOptions extends ConvOptions {
  /** Extent added to the end of each axis of the output, as in PyTorch. */
  readonly outputPadding?: Shape;
}

export interface PoolOptions {
  readonly kernel: Shape;
  readonly stride: Shape;
  readonly padding: PaddingOption;
}

/** Builder of graphs with one method per op. */
export class OpBuilder extends NodeList {
  readonly #scalars = new Map<number, Value>();

  /** A constant of 32-bit floats, row-major; a single value fills the whole shape. */
  constant(shape: Shape, data: Float32Array | readonly number[]): Value {
    return this.node('constant', [], { shape, dtype: 'f32', data });
  }

  scalar(x: number): Value {
    const known = this.#scalars.get(x) ?? this.constant([], [x]);
    this.#scalars.set(x, known);
    return known;
  }

  add = (a: Value, b: Value): Value => this.node('add', [a, b], {});
  sub = (a: Value, b: Value): Value => this.node('sub', [a, b], {});
  mul = (a: Value, b: Value): Value => this.node('mul', [a, b], {});
  div = (a: Value, b: Value): Value => this.node('div', [a, b], {});
  maximum = (a: Value, b: Value): Value => this.node('maximum', [a, b], {});
  minimum = (a: Value, b: Value): Value => this.node('minimum', [a, b], {});
  greaterEqual = (a: Value, b: Value): Value => this.node('greaterEqual', [a, b], {});
  equal = (a: Value, b: Value): Value => this.node('equal', [a, b], {});
  where = (condition: Value, a: Value, b: Value): Value => this.node('where', [condition, a, b], {});
  toFloat = (x: Value): Value => this.node('toFloat', [x], {});

  neg = (x: Value): Value => this.node('neg', [x], {});
  exp = (x: Value): Value => this.node('exp', [x], {});
  log = (x: Value): Value => this.node('log', [x], {});
  sqrt = (x: Value): Value => this.node('sqrt', [x], {});
  reciprocal = (x: Value): Value => this.node('reciprocal', [x], {});
  floor = (x: Value): Value => this.node('floor', [x], {});
  abs = (x: Value): Value => this.node('abs', [x], {});
  square = (x: Value): Value => this.node('square', [x], {});
  relu = (x: Value): Value => this.node('relu', [x], {});
  sigmoid = (x: Value): Value => this.node('sigmoid', [x], {});
  tanh = (x: Value): Value => this.node('tanh', [x], {});
  erf = (x: Value): Value => this.node('erf', [x], {});

  /** x · sigmoid(x). */
  silu = (x: Value): Value => this.node('silu', [x], {});
  /** x · Φ(x). */
  gelu = (x: Value): Value => this.node('gelu', [x], {});
  /** clip(x / 6 + 1/2, 0, 1). */
  hardsigmoid(x: Value): Value {
    const line = this.add(this.mul(x, this.scalar(1 / 6)), this.scalar(0.5));
    return this.minimum(this.maximum(line, this.scalar(0)), this.scalar(1));
  }
  /** x · hardsigmoid(x). */
  hardswish = (x: Value): Value => this.node('hardswish', [x], {});

  /** Convolution of `[N, C, ...spatial]` with filter `[O, C / groups, ...kernel]`; zero padding. */
  conv(x: Value, w: Value, { stride, padding, dilation, groups = 1 }: ConvOptions): Value {
    const attributes = { stride, padding: pairs(padding), dilation: dilation ?? stride.map(() => 1), groups };
    return this.node('conv', [x, w], attributes);
  }

  /**
   * Transposed convolution: the gradient of a convolution for its input, as an op of its own. Filter
   * `[C, O / groups, ...kernel]`, as in PyTorch.
   */
  convTranspose(x: Value, w: Value, options: ConvTransposeOptions): Value {
    const { stride, groups = 1, outputPadding } = options;
    const [padding, dilation] = [pairs(options.padding), options.dilation ?? stride.map(() => 1)];
    const spatial = stride.map((step, axis) => {
      const [before, after] = padding[axis] ?? [0, 0];
      const reach = (dilation[axis] ?? 1) * ((w.shape[axis + 2] ?? 1) - 1) + 1;
      return ((x.shape[axis + 2] ?? 1) - 1) * step + reach - before - after + (outputPadding?.[axis] ?? 0);
    });
    const inputShape = [x.shape[0] ?? 1, (w.shape[1] ?? 1) * groups, ...spatial];
    return this.node('convInputGrad', [x, w], { stride, padding, dilation, groups, inputShape });
  }

  maxPool = (x: Value, { kernel, stride, padding }: PoolOptions): Value =>
    this.node('maxPool', [x], { kernel, stride, padding: pairs(padding) });

  /** Average pooling; averages include the padding, as PyTorch's do by default. */
  avgPool = (x: Value, { kernel, stride, padding }: PoolOptions): Value =>
    this.node('avgPool', [x], { kernel, stride, padding: pairs(padding) });

  /** Product of the last two axes, batched over the others. */
  matmul(a: Value, b: Value, transposed: { readonly a?: boolean; readonly b?: boolean } = {}): Value {
    return this.node('matmul', [a, b], {
      transposeA: transposed.a ?? false,
      transposeB: transposed.b ?? false,
    });
  }

  /** Linear layer: `[..., in]` with `w` `[out, in]` and `b` `[out]` → `[..., out]`. */
  linear(x: Value, w: Value, b?: Value): Value {
    const leading = x.shape.slice(0, -1);
    const rows = leading.length === 1 ? x : this.reshape(x, [-1, x.shape[x.shape.length - 1] ?? 0]);
    const product = this.matmul(rows, w, { b: true });
    const shifted = b ? this.add(product, b) : product;
    return leading.length === 1 ? shifted : this.reshape(shifted, [...leading, w.shape[0] ?? 0]);
  }

  reduceSum = (x: Value, axes: readonly number[], keepDims = false): Value =>
    this.node('reduceSum', [x], { axes: ascending(x, axes), keepDims });
  reduceMean = (x: Value, axes: readonly number[], keepDims = false): Value =>
    this.node('reduceMean', [x], { axes: ascending(x, axes), keepDims });
  reduceMax = (x: Value, axes: readonly number[], keepDims = false): Value =>
    this.node('reduceMax', [x], { axes: ascending(x, axes), keepDims });
  argmax = (x: Value, axis = -1): Value => this.node('argmax', [x], { axis: positive(x, axis) });

  /** Reshapes; one extent may be −1, which is inferred from the others. */
  reshape(x: Value, shape: Shape): Value {
    const known = shape.reduce((product, extent) => (extent === -1 ? product : product * extent), 1);
    const total = x.shape.reduce((product, extent) => product * extent, 1);
    return this.node('reshape', [x], {
      shape: shape.map((extent) => (extent === -1 ? total / known : extent)),
    });
  }
  transpose = (x: Value, permutation: readonly number[]): Value =>
    this.node('transpose', [x], { permutation });
  broadcastTo = (x: Value, shape: Shape): Value => this.node('broadcastTo', [x], { shape });

  /** Takes `starts` to `ends` (exclusive) of each axis. */
  slice(x: Value, starts: readonly number[], ends: readonly number[], steps?: readonly number[]): Value {
    return this.node('slice', [x], { starts, ends, steps: steps ?? starts.map(() => 1) });
  }

  /** Pads each axis with zeros at both sides, and with `interior` zeros between neighbours. */
  pad(x: Value, padding: PaddingOption, interior?: readonly number[]): Value {
    const sides = pairs(padding);
    return this.node('pad', [x], {
      before: sides.map(([before]) => before),
      after: sides.map(([, after]) => after),
      interior: interior ?? sides.map(() => 0),
    });
  }

  concat(values: readonly Value[], axis: number): Value {
    const [first] = values;
    if (!first) throw new Error('concat: needs at least one value, got none');
    return this.node('concat', values, { axis: positive(first, axis) });
  }

  /** Replaces `axis` of `x` by the axes of `indices` (i64). */
  gather = (x: Value, indices: Value, axis: number): Value =>
    this.node('gather', [x, indices], { axis: positive(x, axis) });
  /** One-hot encoding of integers: `[...]` → `[..., depth]`. */
  oneHot = (indices: Value, depth: number): Value => this.node('oneHot', [indices], { depth });

  /** Attention, softmax(q kᵀ / √d) v, for `[..., tokens, d]` (Vaswani et al. 2017). */
  attention(q: Value, k: Value, v: Value): Value {
    const scores = this.matmul(q, k, { b: true });
    return this.matmul(this.softmax(this.mul(scores, this.scalar(1 / Math.sqrt(q.shape.at(-1) ?? 1)))), v);
  }

  softmax = (x: Value, axis = -1): Value => this.node('softmax', [x], { axis: positive(x, axis) });
  logSoftmax = (x: Value, axis = -1): Value => this.node('logSoftmax', [x], { axis: positive(x, axis) });
}

function positive(x: Value, axis: number): number {
  return axis < 0 ? axis + x.shape.length : axis;
}

function ascending(x: Value, axes: readonly number[]): number[] {
  return axes.map((axis) => positive(x, axis)).sort((a, b) => a - b);
}

function pairs(padding: PaddingOption): (readonly [number, number])[] {
  return padding.map((side) => (typeof side === 'number' ? [side, side] : side));
}
