/**
 * Every row of PS3.15 table E.1-1, in a file made for it, nested and not, with the basic profile, each option, and all: what
 * becomes of it is what the table says.
 */
import { describe, expect, it } from 'vitest';
import { OPTIONS, optionNames, type OptionName } from '../../src/deidentify/attributes/options.js';
import { representationOf } from '../../src/deidentify/attributes/dictionary.js';
import { rows, rowOf, type Column, type Row } from '../../src/deidentify/attributes/table.js';
import { deidentifyBytes } from '../../src/deidentify/file/deidentify-file.js';
import { madeFile, slice, text, us, type MadeElement, type Value } from './made-file.js';
import { settingsOf, valuesOf } from './settings.js';

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
function tagOf(row: Row): number {
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

const UNTOUCHED = new Set([0x00100010, 0x00100020]); // pseudonyms, tested on their own

/** What the table says, in the words of its codes; cleaning before keeping. */
function said(row: Row, options: readonly OptionName[]): string {
  const columns = options.flatMap((name): readonly Column[] => {
    const { column } = OPTIONS[name];
    return column === null ? [] : [column];
  });
  if (columns.some((column) => row.options[column] === 'C')) return 'C';
  if (columns.some((column) => row.options[column] === 'K')) return 'K';
  return row.basic;
}

function check(
  row: Row,
  representation: string,
  action: string,
  [before, after]: [Buffer, Buffer | undefined],
): void {
  const name = `${row.tag} ${row.name} ${action}`;
  // No secret may survive anything but K.
  if (action !== 'K' && after !== undefined && representation !== 'TM')
    expect(after.toString('latin1'), name).not.toContain(SECRET);
  const codes = action.split('/');
  if (action === 'K') {
    expect(after, name).toBeDefined();
    if (representation !== 'SQ' && representation !== 'UI') expect(after, name).toEqual(before);
  } else if (action === 'X') expect(after, name).toBeUndefined();
  else if (action === 'Z' || action === 'X/Z') expect(after?.length, name).toBe(0);
  else if (codes.includes('D')) {
    expect(after?.length, name).toBeGreaterThan(0);
    expect(after, name).not.toEqual(before);
  } else if (action === 'U') expect(after?.toString('latin1'), name).toMatch(/^2\.25\.\d+\0?$/);
  else if (action === 'X/Z/U*') expect(after?.toString('latin1'), name).not.toContain('1.2.3.99.7');
  else if (after !== undefined) {
    // Cleaned: dates are other dates, times of day may stay, all else lost its secret.
    expect(action, name).toBe('C');
    if (representation === 'DA' || representation === 'DT') expect(after, name).not.toEqual(before);
  }
}

function inFile(elements: readonly MadeElement[], options: readonly OptionName[]): Map<string, Buffer> {
  // A structured report's option is needed for nothing but reports, which this is none of.
  const bytes = madeFile({ form: 'explicit', elements: slice('explicit', elements) });
  return valuesOf(deidentifyBytes(bytes, settingsOf(options)).bytes);
}

describe('the table of the confidentiality profile', () => {
  it('has 621 rows, and finds each by its tag', () => {
    expect(rows.length).toBe(621);
    for (const row of rows) expect(rowOf(tagOf(row)), row.name).toBe(row);
  });

  // Rows that are the subject of rules of their own: file meta information, pixels' companions and refused documents.
  const own = new Set([0x00020003, 0x00420011]);
  const tested = rows.filter((row) => !own.has(tagOf(row)) && !UNTOUCHED.has(tagOf(row)));

  for (const options of SETS) {
    const title =
      options.length === 0
        ? 'basic'
        : options.length > 1
          ? `all but ${options.includes('modify-dates') ? 'retain-dates' : 'modify-dates'}`
          : options[0];
    it(`is followed in every row at the top and in a sequence: ${title}`, () => {
      for (const row of tested) {
        const tag = tagOf(row);
        const representation =
          row.tag === 'private' ? 'LO' : row.tag === '50xxxxxx' ? 'OW' : representationOf(tag);
        const given = valueFor(tag, representation);
        const element: MadeElement = [tag, representation, given];
        // Sequences that no row names hold it at depth two.
        const nested: MadeElement = [0x00082218, 'SQ', [[[0x00540016, 'SQ', [[element]]]]]];
        const before = Array.isArray(given)
          ? Buffer.alloc(0)
          : Buffer.from(typeof given === 'string' ? text(given, representation) : (given as Uint8Array));
        const action = expectedOf(row, representation, options);
        const name = tag.toString(16).padStart(8, '0');
        const found = inFile(clashes(tag) ? [nested] : [element, nested], options);
        if (!clashes(tag)) check(row, representation, action, [before, found.get(name)]);
        check(row, representation, action, [before, found.get(`00082218/00540016/${name}`)]);
      }
    });
  }
});

/** Identifiers that every file has are tested nested; at the top they name the file. */
function clashes(tag: number): boolean {
  return [0x00080018, 0x0020000d, 0x0020000e].includes(tag) || tag >>> 24 === 0x60;
}

/** Where cleaning means nothing for a representation (bitmaps, names, bytes), the basic action stays: it is stricter. */
function expectedOf(row: Row, representation: string, options: readonly OptionName[]): string {
  const action = said(row, options);
  const cleanable = ['DA', 'DT', 'TM', 'SH', 'LO', 'LT', 'ST', 'UC', 'UT', 'SQ'].includes(representation);
  return action === 'C' && !cleanable ? row.basic : action;
}
