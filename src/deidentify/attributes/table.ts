/**
 * Rows of PS3.15 table E.1-1 by tag, wildcards included: 50XX (curves), 60XX (overlays) and odd groups (private).
 */
import { present } from '../../core/errors.js';
import { TABLE_E1_1 } from './table-data.js';

/** Columns of the table beside the basic profile's. */
export type Column =
  | 'uids'
  | 'device'
  | 'institution'
  | 'patient'
  | 'dates'
  | 'modified'
  | 'descriptors'
  | 'structured'
  | 'graphics'
  | 'private';

export interface Row {
  /** Eight hexadecimal digits, where "x" stands for any; `private` for odd groups. */
  readonly tag: string;
  readonly name: string;
  /** Action of the basic profile, such as `X/Z/D`. */
  readonly basic: string;
  /** Actions of the options: K keeps, C cleans. */
  readonly options: Readonly<Partial<Record<Column, 'K' | 'C'>>>;
}

/** All rows, in the order of the standard. */
export const rows: readonly Row[] = TABLE_E1_1.trim()
  .split('\n')
  .map((line) => {
    const [tag, basic, options, name] = line.split('|').map((cell) => cell.trim());
    const cells = (options ?? '').split(' ').filter((cell) => cell !== '');
    return {
      tag: present(tag, 'tag'),
      basic: present(basic, 'action'),
      options: Object.fromEntries(cells.map((cell) => cell.split('='))) as Row['options'],
      name: present(name, 'name'),
    };
  });

const byTag = new Map(rows.map((row) => [row.tag, row]));

/** Row of a tag; undefined for attributes that the table does not name. */
export function rowOf(tag: number): Row | undefined {
  const group = tag >>> 16;
  if (group % 2 === 1) return byTag.get('private');
  const hex = hexOf(tag);
  const exact = byTag.get(hex);
  if (exact !== undefined) return exact;
  const [set, element] = [hex.slice(0, 2), hex.slice(4)];
  return byTag.get(`${set}xx${element}`) ?? byTag.get(`${set}xxxxxx`);
}

/** Eight hexadecimal digits of a tag. */
export function hexOf(tag: number): string {
  return tag.toString(16).padStart(8, '0');
}
