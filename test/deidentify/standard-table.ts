/**
 * PS3.15 table E.1-1 as a reader of its own finds it in the data that lie beside the project, and the types of PS3.3 for two
 * kinds of objects, written down by hand: nothing of it comes from the code under test.
 */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { rows } from '../../src/deidentify/attributes/table.js';

export interface StandardRow {
  /** Eight hexadecimal digits, where "x" stands for any; `private` for odd groups. */
  readonly tag: string;
  readonly name: string;
  readonly basic: string;
  /** K or C by option of the command. */
  readonly cells: ReadonlyMap<string, string>;
}

const path = fileURLToPath(new URL('../../../shared/data/standards/ps315_e1-1.json', import.meta.url));
export const hasStandard = existsSync(path);

/** The column of each option, by its key in the data. */
const KEYS: Readonly<Record<string, string>> = {
  'retain-device': 'rtnDevIdOpt',
  'retain-institution': 'rtnInstIdOpt',
  'retain-patient': 'rtnPatCharsOpt',
  'retain-dates': 'rtnLongFullDatesOpt',
  'modify-dates': 'rtnLongModifDatesOpt',
  'clean-descriptors': 'cleanDescOpt',
  'clean-structured': 'cleanStructContOpt',
  'clean-graphics': 'cleanGraphOpt',
  'retain-safe-private': 'rtnSafePrivOpt',
};

function readRows(): StandardRow[] {
  const data = JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>[];
  return data.map((row) => {
    const digits = (row['tag'] ?? '').replace(/[(), ]/g, '').toLowerCase();
    const cells = Object.entries(KEYS).flatMap(([option, key]) =>
      row[key] === undefined ? [] : [[option, row[key]] as const],
    );
    return {
      tag: /^[0-9a-fx]{8}$/.test(digits) ? digits : 'private',
      name: (row['name'] ?? '').replace(/\s+/g, ' '),
      basic: row['basicProfile'] ?? '',
      cells: new Map(cells),
    };
  });
}

/** Options by the columns of the project's own copy, which stands in where the data are absent. */
const COLUMNS: Readonly<Record<string, string>> = {
  'retain-device': 'device',
  'retain-institution': 'institution',
  'retain-patient': 'patient',
  'retain-dates': 'dates',
  'modify-dates': 'modified',
  'clean-descriptors': 'descriptors',
  'clean-structured': 'structured',
  'clean-graphics': 'graphics',
  'retain-safe-private': 'private',
};

function ownRows(): StandardRow[] {
  return rows.map(({ tag, name, basic, options }) => {
    const byColumn = new Map<string, string>(Object.entries(options));
    const cells = Object.entries(COLUMNS).flatMap(([option, column]) => {
      const cell = byColumn.get(column);
      return cell === undefined ? [] : [[option, cell] as const];
    });
    return { tag, name, basic, cells: new Map(cells) };
  });
}

export const ownTable: readonly StandardRow[] = ownRows();
export const standardTable: readonly StandardRow[] = hasStandard ? readRows() : ownTable;

export interface Kind {
  readonly name: string;
  readonly classUid: string;
  /** Types 1 and 2 (conditional ones as these) of compound rows; all others are of type 3. */
  readonly types: ReadonlyMap<string, 1 | 2>;
}

/** PS3.3 A.3 and A.36.2 with the modules of annex C that they name. */
export const KINDS: readonly Kind[] = [
  { name: 'CT', classUid: '1.2.840.10008.5.1.4.1.1.2', types: new Map() },
  {
    name: 'enhanced MR',
    classUid: '1.2.840.10008.5.1.4.1.1.4.1',
    types: new Map([
      ['00080023', 1], // Content Date: multi-frame functional groups
      ['00080033', 1],
      ['0008002a', 1], // Acquisition DateTime: enhanced MR image, 1C
      ['00081111', 1], // Referenced Performed Procedure Step Sequence: MR series, 1C
      ['00181000', 1], // Device Serial Number: enhanced general equipment
      ['00400555', 2], // Acquisition Context Sequence
    ]),
  },
];

/** What a compound action comes to (PS3.15 E.1.1): removal for type 3, an empty value for type 2, a dummy for type 1. */
export function resolved(basic: string, type: 1 | 2 | 3): string {
  const codes = basic.split('/');
  if (codes.includes('U*')) return 'U*';
  if (codes.length === 1) return basic;
  if (type === 3 && codes.includes('X')) return 'X';
  if (type !== 1 && codes.includes('Z')) return 'Z';
  return codes.includes('D') ? 'D' : 'Z';
}
