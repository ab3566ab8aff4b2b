/**
 * Validation at the edge: a zod schema's first complaint as one line that names the key, the rule, the value and
 * the fix.
 */
import type { ZodType, z } from 'zod';
import { UserError } from './errors.js';

/** Returns the complete, valid value; throws `UserError` naming `subject` (a file or an option). */
export function parseOrComplain<Output>(schema: ZodType<Output>, value: unknown, subject: string): Output {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = deepest(parsed.error.issues[0]);
  if (issue === undefined) throw new UserError({ subject, problem: 'is not valid', fix: 'check it' });
  throw new UserError({ subject, ...describe(issue, value) });
}

type Issue = z.core.$ZodIssue;

/** In a union, the branch that came closest says more than "invalid input". */
function deepest(issue: Issue | undefined): Issue | undefined {
  if (issue?.code !== 'invalid_union') return issue;
  const branches = issue.errors.map((issues) => issues[0]).filter((inner) => inner !== undefined);
  const nested = branches.filter((inner) => inner.path.length > 0 || inner.code === 'unrecognized_keys');
  const inner = deepest(nested[0]);
  return inner === undefined ? issue : { ...inner, path: [...issue.path, ...inner.path] };
}

function describe(issue: Issue, value: unknown): { problem: string; fix: string } {
  const place = issue.path.length === 0 ? '' : `"${issue.path.join('.')}" `;
  if (issue.code === 'unrecognized_keys') {
    const keys = issue.keys.map((key) => `"${[...issue.path, key].join('.')}"`).join(', ');
    return { problem: `unknown key ${keys}`, fix: 'remove it or correct its spelling' };
  }
  const found = at(value, issue.path);
  const rule = issue.message.replace(/^Invalid input: /, '').replace(/, received .*$/, '');
  if (found === undefined) return { problem: `${place}is missing: ${rule}`, fix: 'add it' };
  return { problem: `${place}is ${show(found)}, but the rule is: ${rule}`, fix: 'correct the value' };
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
