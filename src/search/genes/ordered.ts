/**
 * Genes on a line of values where neighbours are alike: `ordered` lists them, `int` counts them.
 */
import { canonicalJson, type Json } from '../../core/json.js';
import type { Rng } from '../../core/random.js';
import { replaced, type Gene } from './gene.js';
import { complaint, distinct, textOf } from './problems.js';

/** Share of the mutations that step to a near value; the others go anywhere. */
const STEP_SHARE = 0.8;
/** Longest step, as a share of the line; at least one place. */
const STEP_REACH = 0.1;

/** Listed values in a meaningful order: a mutation mostly steps to a neighbour. */
export function ordered<const V extends readonly Json[]>(values: V): Gene<V[number]> {
  distinct('ordered', values);
  const index = new Map(values.map((value, i) => [canonicalJson(value), i]));
  return line<V[number]>({
    kind: 'ordered',
    values,
    length: values.length,
    at: (i) => values[i] as V[number],
    indexOf: (value) => index.get(canonicalJson(value)),
    rule: `must be one of ${values.map(textOf).join(', ')}`,
  });
}

/** Integers `min`, `min + step`, … up to `max`. */
export function int(min: number, max: number, options: { readonly step?: number } = {}): Gene<number> {
  const { step = 1 } = options;
  if (![min, max, step].every(Number.isInteger) || step < 1 || max < min) {
    throw new Error(`int needs integers with min <= max and step >= 1, got (${min}, ${max}, step ${step})`);
  }
  return line<number>({
    kind: 'int',
    length: Math.floor((max - min) / step) + 1,
    at: (i) => min + i * step,
    indexOf: (value) => (typeof value === 'number' ? (value - min) / step : undefined),
    rule: `must be an integer from ${min} to ${max}${step === 1 ? '' : ` in steps of ${step}`}`,
  });
}

interface Line<T extends Json> {
  readonly kind: string;
  readonly values?: readonly T[];
  readonly length: number;
  readonly at: (index: number) => T;
  /** The index of a value; anything else, or not a whole number in range, for what is not on the line. */
  readonly indexOf: (value: Json) => number | undefined;
  readonly rule: string;
}

function line<T extends Json>({ kind, values, length, at, indexOf, rule }: Line<T>): Gene<T> {
  const last = length - 1;
  const known = (value: T): number => indexOf(value) ?? 0;
  const position = (value: T): number => (last === 0 ? 0 : known(value) / last);
  const onLine = (value: Json): boolean => {
    const i = indexOf(value);
    return i !== undefined && Number.isInteger(i) && i >= 0 && i <= last;
  };
  return {
    kind,
    ...(values === undefined ? {} : { values }),
    sample: (rng) => at(rng.int(length)),
    sites: (value) => {
      if (length < 2) return [];
      const change = (rng: Rng) => {
        const from = known(value);
        return rng.bool(STEP_SHARE)
          ? replaced<T>('step', value, at(near(from, last, rng)))
          : replaced<T>('resample', value, at(any(from, last, rng)));
      };
      return [{ weight: 1, change }];
    },
    cross: (a, b, rng) => (rng.bool(0.5) ? a : b),
    distance: (a, b) => Math.abs(position(a) - position(b)),
    count: () => BigInt(length),
    width: 1,
    encode: (value) => [value === undefined ? 0 : position(value)],
    problems: (value, place) => (value !== undefined && onLine(value) ? [] : [complaint(place, rule, value)]),
  };
}

/** Another index within reach of `from`. */
function near(from: number, last: number, rng: Rng): number {
  const reach = Math.max(1, Math.floor(STEP_REACH * (last + 1)));
  const low = Math.max(0, from - reach);
  const high = Math.min(last, from + reach);
  return skip(from, low + rng.int(high - low));
}

/** Any other index. */
function any(from: number, last: number, rng: Rng): number {
  return skip(from, rng.int(last));
}

/** Closes the gap that leaving out `from` makes. */
function skip(from: number, drawn: number): number {
  return drawn < from ? drawn : drawn + 1;
}
