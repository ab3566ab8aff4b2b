/**
 * The named parts of a record, and the conditions under which some of them exist.
 */
import { canonicalJson, type Json } from '../../core/json.js';
import type { Rng } from '../../core/random.js';
import type { Gene } from './gene.js';
import { textOf } from './problems.js';

/** For each part named, the values for which the condition holds; all must hold. */
export type Condition = Readonly<Record<string, readonly Json[]>>;

export interface Conditional<T extends Json = Json> {
  readonly condition: Condition;
  readonly gene: Gene<T>;
}

/** A part that exists only where `condition` holds: `when({ block: ['bottleneck'] }, int(2, 6))`. */
export function when<T extends Json>(condition: Condition, gene: Gene<T>): Conditional<T> {
  return { condition, gene };
}

export type Parts = Readonly<Record<string, Gene | Conditional>>;

/** A record's values by name; a part that does not exist has none. */
export type Values = Readonly<Record<string, Json>>;

export interface Field {
  readonly name: string;
  readonly gene: Gene;
  /** Empty where the part always exists. */
  readonly condition: Condition;
}

/** The parts in their written order; refuses conditions that refer to what is not above or not among few values. */
export function fieldsOf(parts: Parts): readonly Field[] {
  const fields = Object.entries(parts).map(([name, part]) =>
    'condition' in part ? { name, ...part } : { name, gene: part, condition: {} },
  );
  for (const [i, { name, condition }] of fields.entries()) {
    for (const [on, allowed] of Object.entries(condition)) {
      const values = fields.slice(0, i).find((field) => field.name === on)?.gene.values;
      if (values === undefined) {
        throw new Error(`${name} depends on ${on}, which must be a oneOf or ordered gene above it`);
      }
      const stray = allowed.find((one) => !includes(values, one));
      if (stray !== undefined)
        throw new Error(`${name} depends on ${on} being ${textOf(stray)}, which it never is`);
    }
  }
  return fields;
}

export function holds(condition: Condition, values: Values): boolean {
  return Object.entries(condition).every(([name, allowed]) => {
    const found = values[name];
    return found !== undefined && includes(allowed, found);
  });
}

function includes(values: readonly Json[], value: Json): boolean {
  return values.some((one) => one === value || canonicalJson(one) === canonicalJson(value));
}

/** Keeps the parts of `values` that exist under its own choices, drops the others and draws the missing. */
export function complete(fields: readonly Field[], values: Values, rng: Rng): Values {
  const whole: Record<string, Json> = {};
  for (const { name, gene, condition } of fields) {
    if (!holds(condition, whole)) continue;
    const known = values[name];
    whole[name] = known === undefined ? gene.sample(rng) : known;
  }
  return whole;
}

/** True if the same parts exist in both. */
export function sameParts(fields: readonly Field[], a: Values, b: Values): boolean {
  return fields.every(({ name }) => (a[name] === undefined) === (b[name] === undefined));
}

/** Number of values of the parts together; null where they are a continuum. */
export function countFields([field, ...rest]: readonly Field[], chosen: Values = {}): bigint | null {
  if (field === undefined) return 1n;
  const { name, gene, condition } = field;
  if (!holds(condition, chosen)) return countFields(rest, chosen);
  const decides = rest.some((other) => Object.hasOwn(other.condition, name));
  // Parts that no condition refers to multiply; those that others depend on are followed value by value.
  if (!decides || gene.values === undefined) return times(gene.count(), countFields(rest, chosen));
  return gene.values
    .map((value) => countFields(rest, { ...chosen, [name]: value }))
    .reduce((total, count) => (total === null || count === null ? null : total + count), 0n);
}

function times(a: bigint | null, b: bigint | null): bigint | null {
  return a === null || b === null ? null : a * b;
}
