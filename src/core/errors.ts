/**
 * Errors that a user can act on.
 *
 * Bad input becomes one line: what it is about, the rule that it breaks, the value found and the fix.
 * Anything that is not a `UserError` is a defect of voxolve and keeps its stack trace.
 */
import { printable } from './unseen.js';

export interface ErrorDetails {
  /** The file, option or table that is wrong, as the user wrote it. */
  readonly subject: string;
  /** What must hold, and what was found instead. */
  readonly problem: string;
  /** What to do about it. */
  readonly fix: string;
}

export class UserError extends Error {
  readonly details: ErrorDetails;

  constructor(details: ErrorDetails, options?: { cause?: unknown }) {
    super(printable(`${details.subject}: ${details.problem}; ${details.fix}`), options);
    this.name = 'UserError';
    this.details = details;
  }
}

/** The message of whatever was thrown, on one line. */
export function messageOf(thrown: unknown): string {
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  return text.replace(/\s*\n\s*/g, ' ').trim();
}

/** Says that a branch cannot be reached; a missing case then fails type checking. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}

/** Returns `value`, or throws what `because` says is impossible. For invariants, not for user input. */
export function present<T>(value: T | undefined | null, because: string): T {
  if (value === undefined || value === null) throw new Error(`missing: ${because}`);
  return value;
}
