/**
 * Names of the numbers in masks, from a `classes.csv` beside them, as `labels` itself writes it: `number,label`.
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UserError } from '../../core/errors.js';
import { readTable } from '../../scans/folder/table.js';
import { checkedLabel } from './source.js';

/** Whether a table with these columns names classes, and says nothing of scans. */
export const namesClasses = (columns: readonly string[]): boolean =>
  columns.length === 2 && columns.includes('number') && columns.includes('label');

/** Names by number; empty where there is no such table beside the mask. */
export function classNames(mask: string): ReadonlyMap<number, string> {
  const path = join(dirname(mask), 'classes.csv');
  if (!existsSync(path)) return new Map();
  const rows = readTable(path);
  if (!namesClasses(Object.keys(rows[0] ?? {}))) return new Map();
  const names = new Map<number, string>();
  for (const { number = '', label = '' } of rows) {
    const value = Number(number);
    if (!(Number.isInteger(value) && value > 0) || names.has(value) || [...names.values()].includes(label))
      throw new UserError({
        subject: path,
        problem: `names ${number} ${label}, which is no whole number above 0, or there already`,
        fix: 'give each number and each label once',
      });
    names.set(value, checkedLabel(label, path));
  }
  return names;
}
