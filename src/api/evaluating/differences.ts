/**
 * Where two JSON values differ, by path.
 */
import { isJsonArray, isJsonRecord, type Json } from '../../core/json.js';

export interface Difference {
  /** Such as `splits.test.metrics.auroc.value`. */
  readonly path: string;
  /** What is recorded; absent where nothing is. */
  readonly recorded?: Json;
  /** What is derived; absent where nothing is. */
  readonly derived?: Json;
}

export function differencesOf(
  recorded: Json | undefined,
  derived: Json | undefined,
  path = '',
): Difference[] {
  if (recorded === derived) return [];
  const below = (key: string): string => (path === '' ? key : `${path}.${key}`);
  if (recorded !== undefined && derived !== undefined) {
    if (isJsonRecord(recorded) && isJsonRecord(derived)) {
      const keys = [...new Set([...Object.keys(recorded), ...Object.keys(derived)])];
      return keys.flatMap((key) => differencesOf(own(recorded, key), own(derived, key), below(key)));
    }
    if (isJsonArray(recorded) && isJsonArray(derived) && recorded.length === derived.length)
      return recorded.flatMap((one, i) => differencesOf(one, derived[i], below(String(i))));
  }
  return [
    {
      path,
      ...(recorded === undefined ? {} : { recorded }),
      ...(derived === undefined ? {} : { derived }),
    },
  ];
}

function own(record: { readonly [key: string]: Json }, key: string): Json | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
