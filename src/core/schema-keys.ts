/**
 * The keys that a zod schema knows at a place, so that a misspelt one can be told from what it was meant to be.
 */
import type { z } from 'zod';

type Schema = z.core.$ZodType;

/** Names of the members at `path`; empty where anything goes, or nothing. Of a union, those of all its branches. */
export function keysAt(schema: Schema, path: readonly PropertyKey[]): readonly string[] {
  const [key, ...rest] = path;
  const found = bare(schema).flatMap((one): readonly string[] => {
    const { def } = (one as z.core.$ZodTypes)._zod;
    if (key !== undefined) {
      const inner = member(def, key);
      return inner === undefined ? [] : keysAt(inner, rest);
    }
    return def.type === 'object' ? Object.keys(def.shape) : [];
  });
  return [...new Set(found)];
}

function member(def: z.core.$ZodTypes['_zod']['def'], key: PropertyKey): Schema | undefined {
  if (def.type === 'object') return Object.hasOwn(def.shape, key) ? def.shape[String(key)] : def.catchall;
  if (def.type === 'array') return def.element;
  if (def.type === 'tuple') return def.items[Number(key)];
  if (def.type === 'record') return def.valueType;
  return undefined;
}

/** Without what only wraps: defaults, optional, pipes; the branches of unions. */
function bare(schema: Schema): readonly Schema[] {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case 'optional':
    case 'nullable':
    case 'nonoptional':
    case 'default':
    case 'prefault':
    case 'catch':
    case 'readonly':
      return bare(def.innerType);
    case 'pipe':
      return bare(def.in);
    case 'lazy':
      return bare(def.getter());
    case 'union':
      return def.options.flatMap(bare);
    case 'intersection':
      return [...bare(def.left), ...bare(def.right)];
    default:
      return [schema];
  }
}
