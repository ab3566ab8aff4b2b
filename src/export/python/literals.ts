/**
 * JSON values as Python literals, laid out as black and ruff lay them out: members on lines of their own with a comma
 * after the last where they do not fit into 88 columns. Lists are tuples. Lists of plain values stay on one line,
 * however long: a permutation of 27 cells is read as a row.
 */
import { isJsonArray, type Json } from '../../core/json.js';

const WIDTH = 88;
const INDENT = 4;

/** Lines of `NAME = value`. Members of an object stand on lines of their own even where they fit into one. */
export function assignment(name: string, value: Json): string[] {
  return layOut(`${name} = `, value, '', 0, isObject(value));
}

/** Value on one line. */
export function literal(value: Json): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new Error(`settings hold finite numbers only, got ${value}`);
    return String(value);
  }
  if (typeof value === 'string') return JSON.stringify(value);
  const [open, close] = brackets(value);
  const contents = members(value).map(([prefix, member]) => prefix + literal(member));
  const single = isJsonArray(value) && contents.length === 1 ? ',' : '';
  return open + contents.join(', ') + single + close;
}

function layOut(before: string, value: Json, after: string, indent: number, spread = false): string[] {
  const line = ' '.repeat(indent) + before + literal(value) + after;
  if (!divisible(value) || (!spread && line.length <= WIDTH)) return [line];
  const [open, close] = brackets(value);
  return [
    ' '.repeat(indent) + before + open,
    ...members(value).flatMap(([prefix, member]) => layOut(prefix, member, ',', indent + INDENT)),
    ' '.repeat(indent) + close + after,
  ];
}

type Container = Extract<Json, object>;

/** True for objects with members, and for lists that hold lists or objects. */
function divisible(value: Json): value is Container {
  if (value === null || typeof value !== 'object') return false;
  return isJsonArray(value)
    ? value.some((member) => member !== null && typeof member === 'object')
    : members(value).length > 0;
}

function isObject(value: Json): boolean {
  return value !== null && typeof value === 'object' && !isJsonArray(value);
}

/** Members, each with its prefix: the key of an object's member, nothing in lists. */
function members(value: Container): readonly (readonly [string, Json])[] {
  if (isJsonArray(value)) return value.map((member) => ['', member] as const);
  return Object.entries(value).map(([key, member]) => [`${JSON.stringify(key)}: `, member] as const);
}

function brackets(value: Container): readonly [string, string] {
  return isJsonArray(value) ? ['(', ')'] : ['{', '}'];
}
