/**
 * A categorical gene: one of the listed values, any two of which are equally far apart.
 */
import { canonicalJson, type Json } from '../../core/json.js';
import { replaced, type Gene } from './gene.js';
import { complaint, distinct, textOf } from './problems.js';

/** A mutation draws one of the other values, uniformly. */
export function oneOf<const V extends readonly Json[]>(values: V): Gene<V[number]> {
  type T = V[number];
  distinct('oneOf', values);
  return {
    kind: 'oneOf',
    values,
    sample: (rng) => rng.pick<T>(values),
    sites: (value) => {
      const others = values.filter((other) => !same(other, value));
      if (others.length === 0) return [];
      return [{ weight: 1, change: (rng) => replaced<T>('resample', value, rng.pick(others)) }];
    },
    cross: (a, b, rng) => (rng.bool(0.5) ? a : b),
    distance: (a, b) => (same(a, b) ? 0 : 1),
    count: () => BigInt(values.length),
    width: values.length,
    encode: (value) => values.map((one) => (value !== undefined && same(one, value) ? 1 : 0)),
    problems: (value, at) =>
      value !== undefined && values.some((one) => same(one, value))
        ? []
        : [complaint(at, `must be one of ${values.map(textOf).join(', ')}`, value)],
  };
}

function same(a: Json, b: Json): boolean {
  return a === b || canonicalJson(a) === canonicalJson(b);
}
