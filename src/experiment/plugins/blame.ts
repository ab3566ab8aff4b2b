/**
 * A mistake in a user's own file, told as one: the line of that file, and what went wrong there.
 */
import { messageOf, UserError } from '../../core/errors.js';

/** A file of a user's own that was loaded. */
export interface OwnFile {
  /** Absolute path of the named file. */
  readonly path: string;
  /** Kind of thing that it provides, such as `search space`. */
  readonly what: string;
  /** Absolute paths of all files of its code. */
  readonly files: readonly string[];
}

/** Enough to reach the user's line from deep within voxolve's. */
const FRAMES = 60;

/** `doing`: what was asked of the file, such as `build`. A `UserError` stays what it is. */
export function blamed(own: OwnFile, doing: string, thrown: unknown): UserError {
  if (thrown instanceof UserError) return thrown;
  return new UserError(
    {
      subject: placeOf(thrown, own.files) ?? own.path,
      problem: `the ${own.what} ${doing}: ${briefly(thrown)}`,
      fix: 'correct the file',
    },
    { cause: thrown },
  );
}

/** The same function, whose mistakes are told as its author's. */
export function guarded<A extends readonly unknown[], R>(
  own: OwnFile,
  name: string,
  run: (...args: A) => R,
): (...args: A) => R {
  return (...args) => {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = FRAMES;
    try {
      return run(...args);
    } catch (thrown) {
      throw blamed(own, `fails in ${name}`, thrown);
    } finally {
      Error.stackTraceLimit = limit;
    }
  };
}

/** `file:line` of the innermost place in one of the files that an error names. */
function placeOf(thrown: unknown, files: readonly string[]): string | undefined {
  if (!(thrown instanceof Error)) return undefined;
  const text = `${thrown.message}\n${thrown.stack ?? ''}`;
  const [first] = files
    .flatMap((file) => {
      const at = text.indexOf(`${file}:`);
      return at < 0 ? [] : [{ file, at }];
    })
    .sort((a, b) => a.at - b.at);
  if (first === undefined) return undefined;
  const [, line] = /^:(\d+)/.exec(text.slice(first.at + first.file.length)) ?? [];
  return line === undefined ? first.file : `${first.file}:${line}`;
}

/** The message without what `subject` says already: class of a syntax error, path and place. */
function briefly(thrown: unknown): string {
  return messageOf(thrown)
    .replace(/^ParseError: /, '')
    .replace(/\s*(\/|[A-Za-z]:\\)\S*:\d+:\d+$/, '')
    .replace(/^(?:\/|[A-Za-z]:\\)\S*: /, '');
}
