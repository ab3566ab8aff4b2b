/**
 * Every row of PS3.15 table E.1-1, in a file made for it, nested and not, with the basic profile, each option, and all: what
 * becomes of it is what the table says.
 */
import { describe, expect, it } from 'vitest';
import { optionNames, type OptionName } from '../../src/deidentify/attributes/options.js';
import { representationOf } from '../../src/deidentify/attributes/dictionary.js';
import { rowOf } from '../../src/deidentify/attributes/table.js';
import { deidentifyBytes } from '../../src/deidentify/file/deidentify-file.js';
import { madeFile, slice, text, us, type MadeElement, type Value } from './made-file.js';
import { settingsOf, valuesOf } from './settings.js';
import {
  hasStandard,
  KINDS,
  ownTable,
  resolved,
  standardTable,
  type Kind,
  type StandardRow,
} from './standard-table.js';

const SECRET = 'Zebulon';
/** All options but that of pixels, which has no column. */
const ofAttributes = optionNames.filter((name) => name !== 'clean-pixels');
const SETS: readonly (readonly OptionName[])[] = [
  [],
  ...ofAttributes.map((name) => [name]),
  ofAttributes.filter((name) => name !== 'retain-dates'),
  ofAttributes.filter((name) => name !== 'modify-dates'),
];

/** A tag that stands for the row; wildcards become one of their tags. */
function tagOf(row: StandardRow): number {
  if (row.tag === 'private') return 0x00291010;
  return Number.parseInt(row.tag.replace(/^(5|6)0xx/, '$1002').replace(/xxxx$/, '3000'), 16);
}

/** A value with something of a person in it, valid for its representation; a sequence holds a secret and a reference. */
function valueFor(tag: number, representation: string): Value {
  if (tag === 0x00080201) return '+0100'; // text by its representation, an offset by its meaning
  switch (representation) {
    case 'SQ':
      return [
        [
          [0x00081150, 'UI', '1.2.840.10008.5.1.4.1.1.2'],
          [0x00081155, 'UI', '1.2.3.99.7'],
          [0x00401101, 'SQ', []],
          [0x0040a123, 'PN', `${SECRET}^Ann`],
          [0x0040a160, 'UT', SECRET],
        ],
      ];
    case 'DA':
      return '20200229';
    case 'TM':
      return '235959';
    case 'DT':
      return '20200229235959.5+0100';
    case 'UI':
      return '1.2.3.99.8';
    case 'DS':
    case 'IS':
      return '4711';
    case 'AS':
      return '045Y';
    case 'CS':
      return 'ZEBULON';
    case 'US':
      return us(4711);
    default:
      return SECRET;
  }
}

/** What the table says, in the words of its codes; cleaning before keeping, these before the basic profile. */
function said(row: StandardRow, options: readonly OptionName[], type: 1 | 2 | 3): string {
  const cells = options.map((name) => row.cells.get(name));
  if (cells.includes('C')) return 'C';
  return cells.includes('K') ? 'K' : resolved(row.basic, type);
}

function check(
  row: StandardRow,
  representation: string,
  action: string,
  [before, after]: [Buffer, Buffer | undefined],
): void {
  const name = `${row.tag} ${row.name} ${action}`;
  // No secret may survive anything but K.
  if (action !== 'K' && after !== undefined && representation !== 'TM')
    expect(after.toString('latin1'), name).not.toContain(SECRET);
  if (PSEUDONYMS.has(row.tag)) {
    expect(after?.toString('latin1'), name).toMatch(/^(VX[0-9A-Z]{16})?$/);
    return;
  }
  switch (action) {
    case 'K':
      expect(after, name).toBeDefined();
      if (representation !== 'SQ' && representation !== 'UI') expect(after, name).toEqual(before);
      return;
    case 'X':
      expect(after, name).toBeUndefined();
      return;
    case 'Z':
      expect(after?.length, name).toBe(0);
      return;
    case 'D':
      expect(after?.length, name).toBeGreaterThan(0);
      expect(after, name).not.toEqual(before);
      return;
    case 'U':
      expect(after?.toString('latin1'), name).toMatch(/^2\.25\.\d+\0?$/);
      return;
    case 'U*':
      expect(after?.toString('latin1'), name).toMatch(/2\.25\.\d/);
      expect(after?.toString('latin1'), name).not.toContain('1.2.3.99.7');
      return;
    default:
      // Cleaned: dates are other dates, times of day may stay, all else lost its secret.
      expect(action, name).toBe('C');
      if (representation === 'DA' || representation === 'DT') expect(after, name).not.toEqual(before);
  }
}

/** Patient's Name and ID, whose dummies are pseudonyms. */
const PSEUDONYMS = new Set(['00100010', '00100020']);

function inFile(
  elements: readonly MadeElement[],
  options: readonly OptionName[],
  { classUid }: Kind,
): Map<string, Buffer> {
  const given = slice('explicit', [[0x00080016, 'UI', classUid], ...elements]);
  return valuesOf(
    deidentifyBytes(madeFile({ form: 'explicit', elements: given }), settingsOf(options)).bytes,
  );
}

describe('the table of the confidentiality profile', () => {
  it('has 621 rows, and finds each by its tag', () => {
    expect(ownTable.length).toBe(621);
    for (const row of ownTable) expect(rowOf(tagOf(row))?.name, row.name).toBe(row.name);
  });

  it.skipIf(!hasStandard)('is that of the data beside the project, read by another reader', () => {
    const plain = (rows: readonly StandardRow[]): string[] =>
      rows.map(({ tag, name, basic, cells }) => JSON.stringify([tag, name, basic, [...cells].sort()]));
    expect(plain(ownTable)).toEqual(plain(standardTable));
  });

  for (const options of SETS)
    it(`is followed in every row at the top and in a sequence: ${titleOf(options)}`, () => {
      for (const row of standardTable) checkRow(row, options, KINDS[0] as Kind);
    });

  it.each(KINDS.slice(1))('has compound actions that come to what the types of $name allow', (kind) => {
    const compound = standardTable.filter(({ basic }) => basic.includes('/'));
    expect(compound.length).toBe(49);
    for (const options of SETS) for (const row of compound) checkRow(row, options, kind);
  });
});

function titleOf(options: readonly OptionName[]): string {
  if (options.length < 2) return options[0] ?? 'basic';
  return `all but ${options.includes('modify-dates') ? 'retain-dates' : 'modify-dates'}`;
}

function checkRow(row: StandardRow, options: readonly OptionName[], kind: Kind): void {
  const tag = tagOf(row);
  const representation = row.tag === 'private' ? 'LO' : row.tag === '50xxxxxx' ? 'OW' : representationOf(tag);
  const given = valueFor(tag, representation);
  const element: MadeElement = [tag, representation, given];
  // Sequences that no row names hold it at depth two.
  const nested: MadeElement = [0x00082218, 'SQ', [[[0x00540016, 'SQ', [[element]]]]]];
  const before = Array.isArray(given)
    ? Buffer.alloc(0)
    : Buffer.from(typeof given === 'string' ? text(given, representation) : (given as Uint8Array));
  const name = tag.toString(16).padStart(8, '0');
  const found = inFile(NESTED_ONLY.has(tag) ? [nested] : [element, nested], options, kind);
  const expected = (type: 1 | 2 | 3): string => expectedOf(row, representation, options, type);
  if (!NESTED_ONLY.has(tag))
    check(row, representation, expected(kind.types.get(row.tag) ?? 3), [before, found.get(name)]);
  // Types inside of sequences are not known: the value must be valid for all.
  check(row, representation, expected(1), [before, found.get(`00082218/00540016/${name}`)]);
}

/** What names the file, belongs to the file meta information, or makes the file one that is held back. */
const NESTED_ONLY = new Set([0x00020003, 0x00080018, 0x0020000d, 0x0020000e, 0x00420011]);

/** Where cleaning means nothing for a representation (bitmaps, names, bytes), the basic action stays: it is stricter. */
function expectedOf(
  row: StandardRow,
  representation: string,
  options: readonly OptionName[],
  type: 1 | 2 | 3,
): string {
  const action = said(row, options, type);
  const cleanable = ['DA', 'DT', 'TM', 'SH', 'LO', 'LT', 'ST', 'UC', 'UT', 'SQ'].includes(representation);
  return action === 'C' && !cleanable ? resolved(row.basic, type) : action;
}
