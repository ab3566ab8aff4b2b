/**
 * Places inside a JSON value: a path of keys and indices, and its text as a JSON pointer (RFC 6901).
 */
import { isJsonArray, type Json } from '../../core/json.js';

export type Path = readonly (string | number)[];

/** `['stages', 1, 'kind']` → `/stages/1/kind`; the whole value is the empty text. */
export function pointerOf(path: Path): string {
  return path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** `/stages/1/kind` → `['stages', '1', 'kind']`. */
export function pathOf(pointer: string): Path {
  if (pointer === '') return [];
  if (!pointer.startsWith('/')) throw new Error(`a JSON pointer is empty or starts with /, got ${pointer}`);
  return pointer
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** The value at `path`; undefined where there is none. */
export function valueAt(value: Json, path: Path): Json | undefined {
  let here: Json | undefined = value;
  for (const step of path) {
    if (here === undefined || here === null || typeof here !== 'object') return undefined;
    here = isJsonArray(here) ? here[Number(step)] : here[step];
  }
  return here;
}

/** `value` with what stands at `path` replaced; the place must exist. */
export function replaceAt(value: Json, path: Path, after: Json): Json {
  const [step, ...rest] = path;
  if (step === undefined) return after;
  const inner = valueAt(value, [step]);
  if (inner === undefined || value === null || typeof value !== 'object') {
    throw new Error(`nothing at ${pointerOf(path)} to replace`);
  }
  const replacement = replaceAt(inner, rest, after);
  return isJsonArray(value)
    ? value.map((item, index) => (index === Number(step) ? replacement : item))
    : { ...value, [step]: replacement };
}
