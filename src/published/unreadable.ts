/**
 * What is wrong with a file of weights, before it is known to the user under its name.
 */
import { UserError } from '../core/errors.js';

export class Unreadable extends Error {
  constructor(
    readonly problem: string,
    readonly fix = 'download or save the file again',
    options?: ErrorOptions,
  ) {
    super(problem, options);
    this.name = 'Unreadable';
  }
}

/** Runs `read`; what it finds wrong becomes a `UserError` that begins with `subject`. */
export function naming<T>(subject: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    throw new UserError({ subject, problem: error.problem, fix: error.fix }, { cause: error });
  }
}

/** At most 80 characters of a name that a file holds. */
export function shortened(name: string): string {
  return name.length > 80 ? `${name.slice(0, 77)}...` : name;
}
