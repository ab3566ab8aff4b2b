/**
 * Plain JSON values and their one canonical text, on which hashes and equality rest.
 */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** JSON text with sorted keys, no spaces and no `undefined`; equal values give equal text. */
export function canonicalJson(value: Json): string {
  if (value === null || typeof value !== 'object') {
    if (typeof value === 'number' && !Number.isFinite(value)) {
      throw new Error(`canonical JSON holds finite numbers only, got ${value}`);
    }
    return JSON.stringify(value);
  }
  if (isJsonArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const members = Object.keys(value)
    .filter((key) => value[key] !== undefined)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key] as Json)}`);
  return `{${members.join(',')}}`;
}

export function isJsonArray(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

export type JsonRecord = { readonly [key: string]: Json };

export function isJsonRecord(value: Json): value is JsonRecord {
  return typeof value === 'object' && value !== null && !isJsonArray(value);
}

export function sameJson(a: Json, b: Json): boolean {
  return canonicalJson(a) === canonicalJson(b);
}

/** The value as JSON holds it: entries that are undefined are left out. */
export function plainJson(value: unknown): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}

/** The entries of an object that have a value. */
export function definedEntries<T extends object>(values: T): DefinedEntries<T> {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as DefinedEntries<T>;
}

export type DefinedEntries<T> = { [K in keyof T]: Exclude<T[K], undefined> };
