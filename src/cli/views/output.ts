/**
 * The output of commands: results to standard output, as text or (with `--json`) as one JSON value; progress and
 * remarks to standard error, so that results can be piped.
 */
import type { Json } from '../../core/json.js';

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

export function note(text: string): void {
  process.stderr.write(`${text}\n`);
}

export function printJson(value: Json): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

/** The `--json` switch that every command has. */
export const jsonOption = {
  json: { type: 'boolean', default: false, describe: 'print JSON, for programs' },
} as const;
