/**
 * The JSON Schema of experiment files, for editors and for other programs; derived from the validators: the experiment's
 * own, and for the options of spaces, proxy tasks and strategies those of each.
 */
import { z } from 'zod';
import { proxyTasks } from '../../proxy-tasks/index.js';
import { searchSpaces } from '../../search-spaces/index.js';
import { CommonOptions, strategies } from '../search/strategies/index.js';
import { Experiment } from './schema.js';

type Schema = { readonly [key: string]: unknown };

/** A path, as `isPath` recognises one. */
const ownFile = (what: string): Schema => ({
  type: 'string',
  pattern: '[\\\\/]|\\.[cm]?[jt]s$',
  description: `the path of a ${what} of your own, relative to this file`,
});

export function experimentJsonSchema(): object {
  const { properties, $defs, ...rest } = schemaOf(Experiment);
  const options = { ...taskOptions(), ...strategyOptions(), ...spaceOptions() };
  const references = (registry: object): Record<string, Schema> =>
    Object.fromEntries(Object.keys(registry).map((name) => [name, optionsOf(name)]));
  const { space, proxyTask, strategy } = properties as Readonly<
    Record<'space' | 'proxyTask' | 'strategy', Schema>
  >;
  return {
    title: 'voxolve experiment',
    ...rest,
    properties: {
      ...(properties as Schema),
      space: { default: space['default'], anyOf: namesOf('space', searchSpaces, 'search space') },
      proxyTask: { default: proxyTask['default'], anyOf: namesOf('proxyTask', proxyTasks, 'proxy task') },
      strategy: { default: strategy['default'], anyOf: namesOf('strategy', strategies, 'strategy') },
    },
    $defs: {
      ...($defs as Schema | undefined),
      proxyTask: chosen(references(proxyTasks), 'proxy task'),
      strategy: chosen(references(strategies), 'strategy'),
      space: chosen(references(searchSpaces), 'search space'),
      ...Object.fromEntries(Object.entries(options).map(([name, own]) => [`options.${name}`, own])),
    },
  };
}

function schemaOf(schema: z.ZodType): Schema {
  return z.toJSONSchema(schema, { io: 'input', target: 'draft-2020-12' });
}

/** By name alone, by the path of a file, or with options. */
function namesOf(definition: string, registry: object, what: string): readonly Schema[] {
  return [{ enum: Object.keys(registry) }, ownFile(what), { $ref: `#/$defs/${definition}` }];
}

/** `{ name, options }`, by name those that there are; of a user's own file the options are not known here. */
function chosen(options: Readonly<Record<string, unknown>>, what: string): Schema {
  return {
    anyOf: [
      ...Object.entries(options).map(([name, own]) => named({ const: name }, own)),
      named(ownFile(what), { type: 'object' }),
    ],
  };
}

function named(name: Schema, options: unknown, more: Schema = {}): Schema {
  return {
    type: 'object',
    properties: { name, options, ...more },
    required: ['name'],
    additionalProperties: false,
  };
}

const optionsOf = (name: string): Schema => ({ $ref: `#/$defs/options.${name}` });

/** Definitions by name. The parts of `multi` are tasks themselves. */
function taskOptions(): Readonly<Record<string, Schema>> {
  const all = mapValues(proxyTasks, ({ options }) => inlined(schemaOf(options)) as Schema);
  const { multi, ...single } = all;
  const weight = at(multi, 'properties', 'tasks', 'items', 'properties', 'weight');
  const parts = Object.keys(single).map((name) => named({ const: name }, optionsOf(name), { weight }));
  return {
    ...single,
    multi: withProperty(multi, 'tasks', (tasks) => ({ ...tasks, items: { anyOf: parts } })),
  };
}

/** By name, with the options that all strategies take. Those that are composed of another name it in the same way. */
function strategyOptions(): Readonly<Record<string, Schema>> {
  const common = (inlined(schemaOf(CommonOptions)) as Schema)['properties'] as Schema;
  return mapValues(strategies, ({ options }) => {
    const own = inlined(schemaOf(options)) as Schema;
    const whole = { ...own, properties: { ...(own['properties'] as Schema), ...common } };
    return at(own, 'properties', 'strategy') === undefined
      ? whole
      : withProperty(whole, 'strategy', ({ default: standard, description }) => ({
          default: standard,
          description,
          $ref: '#/$defs/strategy',
        }));
  });
}

function spaceOptions(): Readonly<Record<string, Schema>> {
  return mapValues(searchSpaces, ({ options }) => inlined(schemaOf(options ?? z.strictObject({}))) as Schema);
}

function mapValues<T>(
  record: Readonly<Record<string, T>>,
  map: (value: T) => Schema,
): Record<string, Schema> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}

function at(schema: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, key) => (inner as Schema | undefined)?.[key], schema);
}

function withProperty(schema: Schema | undefined, name: string, change: (old: Schema) => Schema): Schema {
  const properties = (schema?.['properties'] ?? {}) as Readonly<Record<string, Schema>>;
  return { ...schema, properties: { ...properties, [name]: change(properties[name] ?? {}) } };
}

/** Without its head, and with references to its own definitions (any JSON, in options) replaced: for use within another. */
function inlined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inlined);
  if (typeof value !== 'object' || value === null) return value;
  if ('$ref' in value) return {};
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== '$schema' && key !== '$defs')
      .map(([key, inner]) => [key, inlined(inner)]),
  );
}
