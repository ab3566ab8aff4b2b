/** What the table does not name, and the safe list of a user: nothing stays but what is allowed. */
import { describe, expect, it } from 'vitest';
import { overruledBy } from '../../src/deidentify/attributes/overruled.js';
import { TAGS_OF } from '../../src/deidentify/attributes/dictionary-data.js';
import type { OptionName } from '../../src/deidentify/attributes/options.js';
import { deidentifyBytes } from '../../src/deidentify/file/deidentify-file.js';
import { newUid } from '../../src/deidentify/identity/uids.js';
import { CT, madeFile, slice, us, type MadeElement } from './made-file.js';
import { key, settingsOf, textAt, valuesOf } from './settings.js';
import { standardTable } from './standard-table.js';

interface Asked {
  readonly options?: readonly OptionName[];
  readonly keep?: readonly number[];
}

function cleaned(more: readonly MadeElement[], { options = [], keep }: Asked = {}): Map<string, Buffer> {
  const profile = { options: new Set(options), keep: keep === undefined ? null : new Set(keep) };
  const bytes = madeFile({ form: 'explicit', elements: slice('explicit', more) });
  return valuesOf(deidentifyBytes(bytes, settingsOf([], { profile })).bytes);
}

const hex = (tag: number): string => tag.toString(16).padStart(8, '0');

const named = new Set(standardTable.map(({ tag }) => tag));
/** Tags of data sets of a representation that no row names. */
const unnamed = (representation: string): number[] =>
  (TAGS_OF[representation] ?? '')
    .trim()
    .split(/\s+/)
    .filter((tag) => !tag.includes('x') && !named.has(tag))
    .map((tag) => Number.parseInt(tag, 16))
    // The class says which kind of file it is, and the method is written by who de-identifies.
    .filter((tag) => tag >>> 16 >= 8 && ![0x00080016, 0x00120063].includes(tag));
/** Those of `tags` that stay at the top or in a sequence, each with a value of a stranger. */
const staying = (tags: readonly number[], representation: string, value: string): number[] => {
  const elements = tags.map((tag): MadeElement => [tag, representation, value]);
  const found = cleaned([...elements, [0x00082218, 'SQ', [elements]]]);
  for (const bytes of found.values()) expect(bytes.includes(value)).toBe(false);
  return tags.filter((tag) => {
    const [atTop, nested] = [hex(tag), `00082218/${hex(tag)}`].map((name) => found.has(name));
    expect(atTop, hex(tag)).toBe(nested);
    return atTop;
  });
};

describe('what the table does not name', () => {
  it('goes if it is a name, a date, a time, an address', () => {
    const given = {
      PN: 'Zebulon^Ann',
      DA: '20200229',
      DT: '20200229101112',
      TM: '101112',
      UR: 'zebulon.org',
    };
    for (const [representation, value] of Object.entries(given)) {
      const tags = unnamed(representation);
      expect(tags.length).toBeGreaterThan(0);
      expect(staying(tags, representation, value)).toEqual([]);
    }
  });

  it('goes if it is a UID that is no reference: those that are become the new ones', () => {
    const kept = staying(unnamed('UI'), 'UI', '1.2.3.99.8');
    expect(kept.map(hex).sort()).toEqual([
      '00081150', // Referenced SOP Class UID: the standard's own stay
      '00081167', // Multi-frame Source SOP Instance UID
      '0018991e', // Target Frame of Reference UID
      '00200242', // SOP Instance UID of Concatenation Source
      '00209312', // Volume Frame of Reference UID
      '00209313', // Table Frame of Reference UID
      '00280304', // Referenced Color Palette Instance UID
      '0070031b', // Referenced Fiducial UID
      '00701209', // Volumetric Presentation Input Set UID
      '300a0675', // Equipment Frame of Reference UID
    ]);
    const values = cleaned([[0x00200242, 'UI', '1.2.3.4.5.1']]);
    expect(textAt(values, '00200242')).toBe(newUid('1.2.3.4.5.1', key));
  });

  it('goes if it is text, and of the few that a picture needs only known words stay', () => {
    for (const representation of ['LO', 'SH', 'LT', 'ST', 'UC', 'UT'])
      expect(unnamed(representation).length).toBeGreaterThan(0);
    const kept = ['LO', 'SH', 'LT', 'ST', 'UC', 'UT'].flatMap((representation) =>
      staying(unnamed(representation), representation, 'Zebulon'),
    );
    expect(kept.length).toBeLessThan(40);
  });

  it('stays away inside of a sequence that an option keeps, if it is a name or a time', () => {
    // Device UDI sequence of retain-device, with a time and a name of industry that no row names.
    const inside: MadeElement[] = [
      [0x00142006, 'PN', 'Zebulon^Ann'],
      [0x40101025, 'TM', '101112'],
      [0x00141020, 'DA', '20200229'],
      [0x00142008, 'LO', 'Model seven'],
    ];
    const given: MadeElement[] = [[0x0018100a, 'SQ', [inside]]];
    const names = (options: readonly OptionName[]): string[] =>
      [...cleaned(given, { options }).keys()].filter((name) => name.startsWith('0018100a/'));
    expect(names(['retain-device'])).toEqual(['0018100a/00142008']);
    const moved = cleaned(given, { options: ['retain-device', 'modify-dates'] });
    expect(textAt(moved, '0018100a/00141020')).toMatch(/^20(1\d|0\d)\d{4}$/);
    expect(textAt(moved, '0018100a/40101025')).toBe('101112');
  });
});

const TEXT: MadeElement[] = [
  [0x00180050, 'DS', '5'],
  [0x00180060, 'DS', '120'],
  [0x00180088, 'DS', '6'],
  [0x00280106, 'US', us(3)],
  [0x0008103e, 'LO', 'T2 sag'],
  [0x00201208, 'IS', '5'],
  [0x00080070, 'LO', 'SIEMENS'],
  [0x00080008, 'CS', 'ORIGINAL\\PRIMARY'],
];

describe('a safe list', () => {
  it('keeps what it names, and what no picture is read without', () => {
    const values = cleaned(TEXT, { keep: [0x00180050, 0x00080008] });
    const needed = slice('explicit').map(([tag]) => hex(tag));
    // Flags that say what was done are written in any case.
    const flags = ['00120062', '00120063', '00120064', '00280303'];
    const top = [...values.keys()].filter((name) => !name.includes('/'));
    expect(top.sort()).toEqual([...needed, ...flags, '00180050', '00080008'].sort());
    expect(textAt(values, '00180050')).toBe('5');
  });

  it('does not keep what the table removes, and says which option would', () => {
    expect(cleaned(TEXT, { keep: [0x0008103e] }).has('0008103e')).toBe(false);
    const cleanedText = cleaned(TEXT, { keep: [0x0008103e], options: ['clean-descriptors'] });
    expect(textAt(cleanedText, '0008103e')).toBe('T2 sag');
    const profile = (options: OptionName[]) => ({
      options: new Set(options),
      keep: new Set([0x0008103e, 0x00100030, 0x00180050]),
    });
    expect(overruledBy(profile([]))).toEqual([
      { tag: '0008,103e', options: ['clean-descriptors'] },
      { tag: '0010,0030', options: [] },
    ]);
    expect(overruledBy(profile(['clean-descriptors'])).map(({ tag }) => tag)).toEqual(['0010,0030']);
    expect(overruledBy({ options: new Set(), keep: null })).toEqual([]);
  });

  it('takes away what an option would keep and the list does not name', () => {
    const age: MadeElement[] = [
      [0x00101010, 'AS', '045Y'],
      [0x00100040, 'CS', 'F'],
    ];
    const values = cleaned(age, { keep: [0x00101010], options: ['retain-patient'] });
    expect([textAt(values, '00101010'), values.has('00100040')]).toEqual(['045Y', false]);
  });
});

describe('of what the table leaves open, a safe list', () => {
  it('allows text that the table does not name, and dates that move with the others', () => {
    const more: MadeElement[] = [
      [0x00181250, 'SH', 'Coil of ward 7'],
      [0x00141020, 'DA', '20200229'],
    ];
    const keep = [0x00181250, 0x00141020];
    const values = cleaned(more, { keep });
    expect(textAt(values, '00181250')).toBe('Coil of ward 7');
    expect(textAt(values, '00141020')).toBe('20200229');
    const moved = textAt(cleaned(more, { keep, options: ['modify-dates'] }), '00141020');
    expect(moved).toMatch(/^20[01]\d{5}$/);
    expect(moved).not.toBe('20200229');
  });

  it('keeps UIDs only as new ones, so that references resolve', () => {
    const reference: MadeElement = [
      0x00082112,
      'SQ',
      [
        [
          [0x00081150, 'UI', CT],
          [0x00081155, 'UI', '1.2.3.4.5.1'],
        ],
      ],
    ];
    const more: MadeElement[] = [reference, [0x00200052, 'UI', '1.2.3.4.9'], [0x00440102, 'UI', '1.2.3.4.8']];
    const values = cleaned(more, { keep: [0x00082112, 0x00081155, 0x00081150, 0x00200052, 0x00440102] });
    expect(textAt(values, '00082112/00081155')).toBe(newUid('1.2.3.4.5.1', key));
    expect(textAt(values, '00082112/00081150')).toBe(CT);
    expect(textAt(values, '00200052')).toBe(newUid('1.2.3.4.9', key));
    expect(textAt(values, '00440102')).toBe(newUid('1.2.3.4.8', key));
    expect(cleaned(more, { keep: [] }).has('00200052')).toBe(false);
  });

  it('holds at any depth: a sequence and what is in it have to be named', () => {
    const nested: MadeElement[] = [
      [
        0x52009229,
        'SQ',
        [
          [
            [
              0x00289110,
              'SQ',
              [
                [
                  [0x00280030, 'DS', '1\\1'],
                  [0x00180050, 'DS', '5'],
                ],
              ],
            ],
          ],
        ],
      ],
    ];
    const inner = cleaned(nested, { keep: [0x52009229, 0x00289110, 0x00280030] });
    expect([...inner.keys()].filter((name) => name.startsWith('5200'))).toEqual([
      '52009229',
      '52009229/00289110',
      '52009229/00289110/00280030',
    ]);
    expect(cleaned(nested, { keep: [0x00280030] }).has('52009229')).toBe(false);
  });
});
