/**
 * Resizing and adaptive pooling of `[N, C, ...spatial]`. Averages and interpolations are linear and separable: along
 * each axis they are a product with a constant matrix, which every engine can run and differentiate.
 */
import { sizeOf, type Shape } from '../core/tensor.js';
import type { Value } from './graph.js';
import type { OpBuilder } from './op-builder.js';

/** Weights of the inputs in output `i`, as pairs of input and weight. */
type Weights = (
  i: number,
  extents: { readonly from: number; readonly to: number },
) => readonly (readonly [at: number, weight: number])[];

/** Nearest neighbour, as PyTorch's `interpolate(mode='nearest')`: input ⌊i · in / out⌋. */
const nearest: Weights = (i, { from, to }) => [[Math.floor((i * from) / to), 1]];

/** Linear interpolation between centres of cells (`align_corners=False`); beyond the outermost centres it is constant. */
const linear: Weights = (i, { from, to }) => {
  const centre = Math.min(Math.max(((i + 0.5) * from) / to - 0.5, 0), from - 1);
  const low = Math.floor(centre);
  const high = Math.min(low + 1, from - 1);
  return [
    [low, 1 - (centre - low)],
    [high, centre - low],
  ];
};

/** The mean of inputs ⌊i · in / out⌋ to ⌈(i + 1) · in / out⌉. */
const average: Weights = (i, extents) => {
  const [start, end] = windowOf(i, extents);
  return Array.from({ length: end - start }, (_, k) => [start + k, 1 / (end - start)] as const);
};

function windowOf(
  i: number,
  { from, to }: { readonly from: number; readonly to: number },
): readonly [number, number] {
  return [Math.floor((i * from) / to), Math.ceil(((i + 1) * from) / to)];
}

export function resize(b: OpBuilder, x: Value, spatial: Shape, mode: 'nearest' | 'linear'): Value {
  return separably(x, spatial, (value, axis, to) =>
    product(b, value, axis, to, mode === 'nearest' ? nearest : linear),
  );
}

export function adaptiveAvgPool(b: OpBuilder, x: Value, spatial: Shape): Value {
  return separably(x, spatial, (value, axis, to) => product(b, value, axis, to, average));
}

/** Maxima over the same windows as `adaptiveAvgPool`. */
export function adaptiveMaxPool(b: OpBuilder, x: Value, spatial: Shape): Value {
  return separably(x, spatial, (value, axis, to) => {
    const from = value.shape[axis] ?? 1;
    const parts = Array.from({ length: to }, (_, i) => {
      const [start, end] = windowOf(i, { from, to });
      const cut = (at: number, other: (k: number) => number): number[] =>
        value.shape.map((_extent, k) => (k === axis ? at : other(k)));
      const seen = b.slice(
        value,
        cut(start, () => 0),
        cut(end, (k) => value.shape[k] ?? 1),
      );
      return b.reduceMax(seen, [axis], true);
    });
    return parts.length === 1 ? (parts[0] as Value) : b.concat(parts, axis);
  });
}

/** Applies `map` to each spatial axis whose extent changes. */
function separably(x: Value, spatial: Shape, map: (value: Value, axis: number, to: number) => Value): Value {
  if (x.shape.length !== spatial.length + 2 || spatial.some((extent) => !(extent >= 1)))
    throw new Error(`[${x.shape.join(', ')}] cannot be brought to spatial extents [${spatial.join(', ')}]`);
  return spatial.reduce((value, to, i) => (value.shape[i + 2] === to ? value : map(value, i + 2, to)), x);
}

/** `matrix [to, from] · value` along one axis. */
function product(b: OpBuilder, value: Value, axis: number, to: number, weights: Weights): Value {
  const from = value.shape[axis] ?? 1;
  const matrix = new Float32Array(to * from);
  for (let i = 0; i < to; i++)
    for (const [at, weight] of weights(i, { from, to }))
      matrix[i * from + at] = (matrix[i * from + at] ?? 0) + weight;
  const [outer, inner] = [value.shape.slice(0, axis), value.shape.slice(axis + 1)];
  const flat = b.reshape(value, [sizeOf(outer), from, sizeOf(inner)]);
  const mapped =
    sizeOf(inner) === 1
      ? b.matmul(b.reshape(flat, [sizeOf(outer), from]), b.constant([to, from], matrix), { b: true })
      : b.matmul(b.constant([to, from], matrix), flat);
  return b.reshape(mapped, [...outer, to, ...inner]);
}
