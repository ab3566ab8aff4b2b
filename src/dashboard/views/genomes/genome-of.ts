/** The genome of a row, which somebody may have altered. */
import { UserError } from '../../../core/errors.js';
import type { Json } from '../../../core/json.js';
import type { Store } from '../../../store/index.js';

/** Throws a UserError where it is not JSON. */
export function genomeOf(store: Store, number: number, text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (cause) {
    const problem = `the genome of candidate ${number} was altered: it is not JSON`;
    throw new UserError({ subject: store.path, problem, fix: 'restore the database from a copy' }, { cause });
  }
}
