/**
 * A JSON file that holds an object, such as a run's report.
 */
import { messageOf, UserError } from '../../core/errors.js';
import { isJsonRecord, type Json, type JsonRecord } from '../../core/json.js';
import { readText } from '../../core/read-text.js';

export function readJsonRecord(path: string): JsonRecord {
  let value: Json;
  try {
    value = JSON.parse(readText(path)) as Json;
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    const problem = `is not JSON (${messageOf(cause)})`;
    throw new UserError({ subject: path, problem, fix: 'restore the file' }, { cause });
  }
  if (isJsonRecord(value)) return value;
  throw new UserError({ subject: path, problem: 'holds no object', fix: 'restore the file' });
}
