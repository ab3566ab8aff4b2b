/**
 * A gene of named parts, some of which exist only where another part has certain values (`when`).
 *
 * Parts are drawn in their written order, so a condition refers to parts above it. Where a mutation changes
 * which parts exist, those that vanish are dropped, those that appear are drawn, and the mutation is recorded
 * as a `switch` of the whole record.
 */
import { isJsonArray, type Json } from '../../core/json.js';
import { meanOf } from '../../core/statistics/descriptive.js';
import {
  complete,
  countFields,
  fieldsOf,
  holds,
  sameParts,
  type Conditional,
  type Field,
  type Parts,
  type Values,
} from './fields.js';
import { replaced, type Change, type Gene, type GenomeOf, type Site } from './gene.js';
import type { Path } from './pointer.js';
import { complaint, textOf } from './problems.js';

/** The record's type: parts as properties, conditional ones optional. */
export type RecordOf<P extends Parts> = Flat<
  { readonly [K in keyof P as P[K] extends Gene ? K : never]: GenomeOf<P[K]> } & {
    readonly [K in keyof P as P[K] extends Gene ? never : K]?: P[K] extends Conditional<infer T> ? T : never;
  }
>;
/** Shows an intersection as the one object type that it is; all of genes' values are JSON. */
type Flat<T> = { [K in keyof T]: T[K] } extends infer R extends Json ? R : never;

export function record<const P extends Parts>(parts: P): Gene<RecordOf<P>> {
  return recordOf(fieldsOf(parts)) as unknown as Gene<RecordOf<P>>;
}

function recordOf(fields: readonly Field[]): Gene<Values> {
  return {
    kind: 'record',
    sample: (rng) => complete(fields, {}, rng),
    sites: (value) => fields.flatMap((field) => fieldSites(fields, field, value)),
    cross: (a, b, rng) => {
      const child: Record<string, Json> = {};
      for (const { name, gene, condition } of fields) {
        if (!holds(condition, child)) continue;
        // A part that only one of them has is crossed with itself.
        const x = a[name] === undefined ? b[name] : a[name];
        const y = b[name] === undefined ? x : b[name];
        child[name] = x === undefined || y === undefined ? gene.sample(rng) : gene.cross(x, y, rng);
      }
      return child;
    },
    distance: (a, b) => {
      const either = fields.filter(({ name }) => a[name] !== undefined || b[name] !== undefined);
      const each = either.map(({ name, gene }) => {
        const [x, y] = [a[name], b[name]];
        return x === undefined || y === undefined ? 1 : gene.distance(x, y);
      });
      return meanOf(each);
    },
    count: () => countFields(fields),
    width: fields.reduce((sum, field) => sum + field.gene.width + (isConditional(field) ? 1 : 0), 0),
    // A conditional part is preceded by whether it is there.
    encode: (value) =>
      fields.flatMap((field) => {
        const own = value?.[field.name];
        return [...(isConditional(field) ? [own === undefined ? 0 : 1] : []), ...field.gene.encode(own)];
      }),
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

function fieldSites(fields: readonly Field[], { name, gene }: Field, value: Values): readonly Site<Values>[] {
  const own = value[name];
  if (own === undefined) return [];
  return gene.sites(own).map((site) => ({
    weight: site.weight,
    change: (rng): Change<Values> => {
      const inner = site.change(rng);
      const whole = complete(fields, { ...value, [name]: inner.value }, rng);
      return sameParts(fields, whole, value)
        ? { ...inner, value: whole, path: [name, ...inner.path] }
        : replaced('switch', value, whole);
    },
  }));
}

function isConditional({ condition }: Field): boolean {
  return Object.keys(condition).length > 0;
}

function fieldProblems({ name, gene, condition }: Field, value: Values, at: Path): readonly string[] {
  const place = [...at, name];
  if (holds(condition, value)) return gene.problems(value[name], place);
  if (value[name] === undefined) return [];
  return [complaint(place, `exists only where ${textOf(condition)} holds`, value[name])];
}

function isObject(value: Json | undefined): value is Values {
  return typeof value === 'object' && value !== null && !isJsonArray(value);
}
