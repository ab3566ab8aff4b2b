/**
 * Arguments that several benchmarks take.
 */
import { UserError } from '../src/core/errors.js';

/** Throws `UserError` for anything but a positive whole number. */
export function count(option: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw complaint(option, text, 'a positive whole number');
}

export function complaint(option: string, text: string, expected: string): UserError {
  return new UserError({
    subject: `--${option}`,
    problem: `must be ${expected}, got "${text}"`,
    fix: 'see docs/engines.md',
  });
}
