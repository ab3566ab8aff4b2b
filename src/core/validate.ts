/**
 * Validation at the edge: a zod schema's first complaint as one line that names the key, the rule, the value and
 * the fix.
 */
import type { ZodType, z } from 'zod';
import { UserError } from './errors.js';
import { nearest } from './nearest.js';
import { keysAt } from './schema-keys.js';

/** Returns the complete, valid value; throws `UserError` naming `subject` (a file or an option). */
export function parseOrThrow<Output>(schema: ZodType<Output>, value: unknown, subject: string): Output {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map((issue) => closest(issue, value));
  // A misspelt key comes first: the key that it was meant to be is then missing only because of it.
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0];
  if (issue === undefined) throw new UserError({ subject, problem: 'is not valid', fix: 'check it' });
  throw new UserError({ subject, ...describe(issue, value, schema) });
}

type Issue = z.core.$ZodIssue;
type Description = { readonly problem: string; readonly fix: string };

/** In a union, the branch that came closest says more than "invalid input": one that is wrong only within the value. */
function closest(issue: Issue, value: unknown): Issue {
  if (issue.code !== 'invalid_union') return issue;
  const within = at(value, issue.path);
  const [branch] = issue.errors
    .filter((issues) => issues.every(({ path, code }) => path.length > 0 || code === 'unrecognized_keys'))
    .map((issues) => issues.map((inner) => closest(inner, within)))
    .map((issues) => issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0]);
  return branch === undefined ? issue : { ...branch, path: [...issue.path, ...branch.path] };
}

function describe(issue: Issue, value: unknown, schema: ZodType): Description {
  const place = issue.path.length === 0 ? '' : `"${issue.path.join('.')}" `;
  if (issue.code === 'unrecognized_keys') return unknownKeys(issue.path, issue.keys, schema, value);
  const found = at(value, issue.path);
  const rule = issue.message.replace(/^Invalid input: /, '').replace(/, received .*$/, '');
  if (found === undefined) return { problem: `${place}is missing: ${rule}`, fix: 'add it' };
  const values = issue.code === 'invalid_value' ? issue.values.map(String) : [];
  const meant = typeof found === 'string' ? nearest(found, values) : undefined;
  const fix = meant === undefined ? 'correct the value' : `did you mean "${meant}"?`;
  return { problem: `${place}is ${show(found)}, but the rule is: ${rule}`, fix };
}

/** Keys of schemas with more than this are not listed. */
const LISTED = 12;

function unknownKeys(
  path: readonly PropertyKey[],
  keys: readonly string[],
  schema: ZodType,
  value: unknown,
): Description {
  const full = (key: string): string => [...path, key].join('.');
  const problem = `unknown key ${keys.map((key) => `"${full(key)}"`).join(', ')}`;
  const given = Object.keys(at(value, path) ?? {});
  const all = keysAt(schema, path);
  const known = all.filter((key) => !given.includes(key));
  const [meant] = keys.flatMap((key) => nearest(key, known) ?? []);
  if (meant !== undefined) return { problem, fix: `did you mean "${full(meant)}"?` };
  const others = known.length === 0 || all.length > LISTED ? '' : `; known are ${known.join(', ')}`;
  return { problem: `${problem}${others}`, fix: 'remove it or correct its spelling' };
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null ? (inner as Record<PropertyKey, unknown>)[key] : undefined,
    value,
  );
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
