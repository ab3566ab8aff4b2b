/**
 * Checks that a value of a user's file has the members that it is used by.
 */
import { UserError } from '../../core/errors.js';
import type { OwnFile } from './blame.js';

type Kind = 'string' | 'number' | 'object' | 'function';

/**
 * Throws a `UserError` that names the first member that is missing or of another kind.
 *
 * @param claim such as `its default export is not a search space`
 */
export function requireMembers(
  own: OwnFile,
  value: unknown,
  members: Readonly<Record<string, Kind>>,
  claim = `its default export is not a ${own.what}`,
): void {
  const wrong = (why: string): UserError =>
    new UserError({
      subject: own.path,
      problem: `${claim} { ${Object.keys(members).join(', ')} }: ${why}`,
      fix: `docs/adding-a-${own.what.replaceAll(' ', '-')}.md shows one`,
    });
  if (typeof value !== 'object' || value === null) {
    throw wrong(`it is ${value === null ? 'null' : `of type ${typeof value}`}`);
  }
  for (const [name, kind] of Object.entries(members)) {
    const found = (value as Readonly<Record<string, unknown>>)[name];
    if (found === undefined || found === null) throw wrong(`"${name}" is missing`);
    if (typeof found !== kind) throw wrong(`"${name}" is of type ${typeof found} instead of ${kind}`);
  }
}
