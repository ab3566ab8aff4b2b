/**
 * A gene of named parts, some of which exist only where another part has certain values (`when`).
 *
 * Parts are drawn in their written order, so a condition refers to parts above it. Where a mutation changes
 * which parts exist, those that vanish are dropped, those that appear are drawn, and the mutation is recorded
 * as a `switch` of the whole record.
 */
import { canonicalJson, isJsonArray, type Json } from '../../core/json.js';
import type { Rng } from '../../core/random.js';
import { replaced, type Change, type Gene, type GenomeOf, type Site } from './gene.js';
import { complaint, textOf } from './problems.js';

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

type Part = Gene | Conditional;
type Parts = Readonly<Record<string, Part>>;

/** The record's type: parts as properties, conditional ones optional. */
export type RecordOf<P extends Parts> = Flat<
  { readonly [K in keyof P as P[K] extends Gene ? K : never]: GenomeOf<P[K]> } & {
    readonly [K in keyof P as P[K] extends Gene ? never : K]?: P[K] extends Conditional<infer T> ? T : never;
  }
>;
/** Shows an intersection as the one object type that it is; all of genes' values are JSON. */
type Flat<T> = { [K in keyof T]: T[K] } extends infer R extends Json ? R : never;

type Values = Readonly<Record<string, Json>>;
interface Field {
  readonly name: string;
  readonly gene: Gene;
  readonly condition: Condition;
}

export function record<const P extends Parts>(parts: P): Gene<RecordOf<P>> {
  return recordOf(fieldsOf(parts)) as unknown as Gene<RecordOf<P>>;
}

function recordOf(fields: readonly Field[]): Gene<Values> {
  return {
    kind: 'record',
    sample: (rng) => complete(fields, {}, rng),
    sites: (value) => present(fields, value).flatMap((field) => fieldSites(fields, field, value)),
    cross: (a, b, rng) => {
      const child: Record<string, Json> = {};
      for (const { name, gene, condition } of fields) {
        if (!holds(condition, child)) continue;
        const [x, y] = [a[name], b[name]];
        child[name] =
          x !== undefined && y !== undefined ? gene.cross(x, y, rng) : (x ?? y ?? gene.sample(rng));
      }
      return child;
    },
    distance: (a, b) => {
      const either = fields.filter(({ name }) => a[name] !== undefined || b[name] !== undefined);
      const each = either.map(({ name, gene }) => {
        const [x, y] = [a[name], b[name]];
        return x === undefined || y === undefined ? 1 : gene.distance(x, y);
      });
      return each.length === 0 ? 0 : each.reduce((sum, one) => sum + one, 0) / each.length;
    },
    count: () => countFrom(fields, 0, {}),
    width: fields.reduce((sum, { gene, condition }) => sum + gene.width + (isOptional(condition) ? 1 : 0), 0),
    // A conditional part is preceded by whether it is there.
    encode: (value) =>
      fields.flatMap(({ name, gene, condition }) => [
        ...(isOptional(condition) ? [value?.[name] === undefined ? 0 : 1] : []),
        ...gene.encode(value?.[name]),
      ]),
    problems: (value, at) => {
      if (!isObject(value)) return [complaint(at, 'must be an object', value)];
      const known = new Set(fields.map(({ name }) => name));
      const strangers = Object.keys(value)
        .filter((name) => !known.has(name))
        .map((name) => complaint([...at, name], `is not known; ${[...known].join(', ')} are`, value[name]));
      return [...strangers, ...fields.flatMap((field) => fieldProblems(field, value, at))];
    },
  };
}

function fieldsOf(parts: Parts): Field[] {
  const fields = Object.entries(parts).map(([name, part]) =>
    'condition' in part ? { name, ...part } : { name, gene: part, condition: {} },
  );
  fields.forEach(({ name, condition }, i) => {
    for (const on of Object.keys(condition)) {
      const above = fields.slice(0, i).find((field) => field.name === on);
      if (above?.gene.values === undefined) {
        throw new Error(`${name} depends on ${on}, which must be a oneOf or ordered gene above it`);
      }
    }
  });
  return fields;
}

/** The parts that exist in a value whose own parts decide it. */
function present(fields: readonly Field[], value: Values): Field[] {
  return fields.filter(({ condition }) => holds(condition, value));
}

function holds(condition: Condition, value: Values): boolean {
  return Object.entries(condition).every(([name, allowed]) => {
    const found = value[name];
    return found !== undefined && allowed.some((one) => canonicalJson(one) === canonicalJson(found));
  });
}

function isOptional(condition: Condition): boolean {
  return Object.keys(condition).length > 0;
}

/** Keeps the parts of `value` that exist under its own choices, drops the others and draws the missing. */
function complete(fields: readonly Field[], value: Values, rng: Rng): Values {
  const whole: Record<string, Json> = {};
  for (const { name, gene, condition } of fields) {
    if (holds(condition, whole)) whole[name] = value[name] ?? gene.sample(rng);
  }
  return whole;
}

function fieldSites(fields: readonly Field[], { name, gene }: Field, value: Values): Site<Values>[] {
  return gene.sites(value[name] as Json).map((site) => ({
    weight: site.weight,
    change: (rng): Change<Values> => {
      const inner = site.change(rng);
      const changed = { ...value, [name]: inner.value };
      const whole = complete(fields, changed, rng);
      return fields.every(({ name: each }) => each in whole === each in value)
        ? { ...inner, value: whole, path: [name, ...inner.path] }
        : replaced('switch', value, whole);
    },
  }));
}

/** Values of the parts from the `i`th on, given the choices above on which conditions depend. */
function countFrom(fields: readonly Field[], i: number, chosen: Values): bigint | null {
  const field = fields[i];
  if (field === undefined) return 1n;
  const { name, gene, condition } = field;
  if (!holds(condition, chosen)) return countFrom(fields, i + 1, chosen);
  const decides = fields.some((other) => name in other.condition);
  if (!decides || gene.values === undefined) {
    const [here, rest] = [gene.count(), countFrom(fields, i + 1, chosen)];
    return here === null || rest === null ? null : here * rest;
  }
  let total = 0n;
  for (const value of gene.values) {
    const rest = countFrom(fields, i + 1, { ...chosen, [name]: value });
    if (rest === null) return null;
    total += rest;
  }
  return total;
}

function fieldProblems(
  { name, gene, condition }: Field,
  value: Values,
  at: readonly (string | number)[],
): readonly string[] {
  const place = [...at, name];
  if (holds(condition, value)) return gene.problems(value[name], place);
  if (value[name] === undefined) return [];
  return [complaint(place, `exists only where ${textOf(condition)} holds`, value[name])];
}

function isObject(value: Json | undefined): value is Values {
  return typeof value === 'object' && value !== null && !isJsonArray(value);
}
