/**
 * What went wrong as an answer of one line. Its status tells a program whether to ask again: 404 what is asked for is not there;
 * 409 it cannot be shown as database, scans and files of the user's own are now; 503 the database cannot be read at this
 * moment; 500 it is damaged, or voxolve is wrong.
 */
import { messageOf, UserError } from '../../../core/errors.js';
import { printable } from '../../../core/unseen.js';
import { storageFailure } from '../../../store/index.js';
import { NotThere } from '../../views/not-there.js';
import { problemAnswer, type Answer } from '../answer.js';

/** `path`: of the database that was asked. */
export function problemOf(thrown: unknown, path: string): Answer {
  const error = storageFailure(path, thrown);
  return problemAnswer(statusOf(thrown, error), oneLine(error));
}

/** A database that cannot be opened, perhaps since another is put in its place at this moment. */
export function openingProblem(thrown: unknown): Answer {
  return problemAnswer(503, oneLine(thrown));
}

function statusOf(thrown: unknown, error: unknown): number {
  if (thrown instanceof NotThere) return 404;
  if (thrown instanceof UserError) return 409;
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
  const damaged = /^SQLITE_(CORRUPT|NOTADB)/.test(code);
  return error instanceof UserError && !damaged ? 503 : 500;
}

/** Characters of a message. */
const LONGEST = 500;

function oneLine(error: unknown): string {
  return printable(messageOf(error)).slice(0, LONGEST);
}
