/** Vectors of three numbers. */
import type { Triple } from '../../../../core/tensor.js';

export function dot(a: Triple, b: Triple): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

export function cross(a: Triple, b: Triple): Triple {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

export function scaled(a: Triple, factor: number): Triple {
  return [factor * a[0], factor * a[1], factor * a[2]];
}

export function sum(vectors: readonly Triple[]): Triple {
  return [0, 1, 2].map((axis) =>
    vectors.reduce((total, vector) => total + (vector[axis] as number), 0),
  ) as unknown as Triple;
}

/** Vector scaled to length 1; null unless its length is about 1 already. */
export function unit(a: Triple): Triple | null {
  const length = Math.hypot(...a);
  return length > 0.9 && length < 1.1 ? scaled(a, 1 / length) : null;
}
