/** Single files: identities that fit together, flags, lists of what stays, and everything that must not leave. */
import { describe, expect, it } from 'vitest';
import type { OptionName } from '../../src/deidentify/attributes/options.js';
import { deidentifyBytes } from '../../src/deidentify/file/deidentify-file.js';
import { Refusal } from '../../src/deidentify/file/refusal.js';
import { parsePrivateList } from '../../src/deidentify/identity/private-list.js';
import { newUid } from '../../src/deidentify/identity/uids.js';
import { CT, madeFile, slice, us, type Form, type MadeElement } from './made-file.js';
import { key, settingsOf, textAt, valuesOf } from './settings.js';

function cleaned(
  more: readonly MadeElement[],
  options: readonly OptionName[] = [],
  form: Form = 'explicit',
): Map<string, Buffer> {
  return valuesOf(
    deidentifyBytes(madeFile({ form, elements: slice(form, more) }), settingsOf(options)).bytes,
  );
}

function refusal(more: readonly MadeElement[], options: readonly OptionName[] = []): string | undefined {
  try {
    cleaned(more, options);
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
  return undefined;
}

describe('identities', () => {
  it('fit together: references name the new UIDs of what they referred to', () => {
    const image = cleaned([]);
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
    const other = cleaned([
      reference,
      [0x00080018, 'UI', '1.2.3.4.5.9'],
      [0x00081115, 'SQ', [[[0x0020000e, 'UI', '1.2.3.4.5.3']]]],
    ]);
    expect(textAt(other, '00082112/00081155')).toBe(textAt(image, '00080018'));
    expect(textAt(other, '00081115/0020000e')).toBe(textAt(image, '0020000e'));
    expect(textAt(other, '00082112/00081150')).toBe(CT);
    expect(textAt(other, '00080016')).toBe(CT);
  });

  it('are replaced one by one where an element has several', () => {
    const values = cleaned([[0x00083010, 'UI', '1.2.3\\1.2.4']]);
    expect(textAt(values, '00083010')).toBe(`${newUid('1.2.3', key)}\\${newUid('1.2.4', key)}`);
  });

  it('are 128 bits as a decimal number, and keep what the standard registered', () => {
    expect(newUid('1.2.3', key)).toMatch(/^2\.25\.(0|[1-9]\d{0,38})$/);
    expect(newUid('1.2.840.10008.1.4.1.1', key)).toBe('1.2.840.10008.1.4.1.1');
    expect(newUid('1.2.840.10008.999999.1', key)).toMatch(/^2\.25\./);
  });

  it('of a patient are pseudonyms, also where the file had none', () => {
    const values = cleaned([]);
    expect(textAt(values, '00100020')).toMatch(/^VX/);
    expect(textAt(values, '00100010')).toBe(textAt(values, '00100020'));
    expect(
      textAt(
        cleaned([
          [0x00100010, 'PN', ''],
          [0x00100020, 'LO', ''],
        ]),
        '00100020',
      ),
    ).toMatch(/^VX/);
  });
});

describe('flags', () => {
  it('say that identities are gone, by which method, and what became of dates', () => {
    const values = cleaned([], ['modify-dates', 'retain-patient']);
    expect(textAt(values, '00120062')).toBe('YES');
    expect(textAt(values, '00280303')).toBe('MODIFIED');
    expect(values.get('00120064')?.toString('latin1')).toMatch(/113100[^]*113107[^]*113108/);
    expect(textAt(cleaned([], ['retain-dates']), '00280303')).toBe('UNMODIFIED');
    expect(textAt(cleaned([]), '00280303')).toBe('REMOVED');
  });
});

describe('what stays', () => {
  it('of private elements is what the list names by creator and element', () => {
    const list = parsePrivateList('# seen at our scanner\nACME 1.0 (0029,xx02)\n', 'list');
    const elements = slice('explicit', [
      [0x00290010, 'LO', 'OTHER'],
      [0x00290011, 'LO', 'ACME 1.0'],
      [0x00291002, 'LO', 'Zebulon'],
      [0x00291102, 'DS', '4.5'],
      [0x00291103, 'LO', 'Zebulon'],
    ]);
    const settings = settingsOf(['retain-safe-private'], { privateList: list });
    const values = valuesOf(deidentifyBytes(madeFile({ form: 'explicit', elements }), settings).bytes);
    expect([...values.keys()].filter((name) => name.startsWith('0029'))).toEqual(['00290011', '00291102']);
    expect(() => parsePrivateList('ACME 0029,xx02x', 'list')).toThrow(/list, line 1/);
  });

  it('of descriptions are the words of a vocabulary', () => {
    const values = cleaned([[0x0008103e, 'LO', 'T2 sag knee Zebulon 4711']], ['clean-descriptors']);
    expect(textAt(values, '0008103e')).toBe('T2 sag knee');
  });

  it('of codes are those of public schemes, others become a dummy', () => {
    const code = (value: string, scheme: string, meaning: string): MadeElement => [
      0x00082218,
      'SQ',
      [
        [
          [0x00080100, 'SH', value],
          [0x00080102, 'SH', scheme],
          [0x00080104, 'LO', meaning],
        ],
      ],
    ];
    const known = cleaned([code('T-28000', 'SRT', 'Lung of Zebulon')]);
    expect(textAt(known, '00082218/00080100')).toBe('T-28000');
    expect(textAt(known, '00082218/00080104')).toBe('Lung');
    const local = cleaned([code('ZEB', '99HOSPITAL', 'Zebulon')]);
    expect(textAt(local, '00082218/00080100')).toBe('0');
    expect(textAt(local, '00082218/00080104')).toBe('removed');
  });

  it('of numbers and coded strings are those that are what they say', () => {
    const values = cleaned([
      [0x00180050, 'DS', 'Zebulon'],
      [0x00180015, 'CS', 'Zebulon'],
      [0x00180060, 'DS', ' 1.2E2'],
      [0x00185100, 'CS', 'HFS'],
    ]);
    expect([values.has('00180050'), values.has('00180015')]).toEqual([false, false]);
    expect([values.has('00180060'), values.has('00185100')]).toEqual([true, true]);
  });

  it('by an option is checked as well', () => {
    const values = cleaned(
      [
        [0x00101010, 'AS', 'Zebulon'],
        [0x00100040, 'CS', 'F'],
        [0x00080020, 'DA', 'Zebulon'],
      ],
      ['retain-patient', 'retain-dates'],
    );
    expect([values.has('00101010'), values.has('00080020')]).toEqual([false, false]);
    expect(textAt(values, '00100040')).toBe('F');
  });

  it('is taken by the stricter of two representations where a file contradicts the dictionary', () => {
    const values = cleaned([
      [0x00280106, 'LO', 'Zebulon'],
      [0x00180031, 'US', us(4711)],
    ]);
    expect([values.has('00280106'), values.has('00180031')]).toEqual([false, false]);
  });
});

describe('a file does not leave', () => {
  const classes: readonly (readonly [string, string])[] = [
    ['1.2.840.10008.1.3.10', 'directory'],
    ['1.2.840.10008.5.1.4.1.1.104.1', 'document'],
    ['1.2.840.10008.5.1.4.1.1.104.2', 'document'],
    ['1.2.840.10008.5.1.4.1.1.88.11', 'report'],
    ['1.2.840.10008.5.1.4.1.1.88.67', 'dose-report'],
    ['1.2.840.10008.5.1.4.1.1.7', 'secondary-capture'],
    ['1.2.840.10008.5.1.4.1.1.7.4', 'secondary-capture'],
    ['1.2.840.10008.5.1.4.1.1.6.1', 'ultrasound'],
    ['1.2.840.10008.5.1.4.1.1.3.1', 'ultrasound'],
    ['1.2.840.10008.5.1.4.1.1.77.1.4', 'photograph'],
    ['1.2.840.113619.4.30', 'other-class'],
  ];
  it.each(classes)('of class %s: %s', (uid, code) => {
    expect(refusal([[0x00080016, 'UI', uid]])).toBe(code);
  });

  it('as a report unless its content is cleaned', () => {
    const report: MadeElement[] = [
      [0x00080016, 'UI', '1.2.840.10008.5.1.4.1.1.88.11'],
      [
        0x0040a730,
        'SQ',
        [
          [
            [0x0040a160, 'UT', 'Zebulon'],
            [0x0040a123, 'PN', 'Zebulon'],
          ],
        ],
      ],
    ];
    expect(refusal(report)).toBe('report');
    const values = cleaned(report, ['clean-structured']);
    expect([...values.values()].some((value) => value.includes('Zebulon'))).toBe(false);
  });

  const headers: readonly (readonly [string, MadeElement[], string])[] = [
    ['burned-in text', [[0x00280301, 'CS', 'YES']], 'burned-in'],
    [
      'overlays in pixel bits',
      [
        [0x60000010, 'US', us(4)],
        [0x60000100, 'US', us(16)],
        [0x60000102, 'US', us(12)],
      ],
      'overlay',
    ],
    ['more pixels than stated', [[0x7fe00010, 'OW', Buffer.alloc(40, 9)]], 'pixels'],
    ['fewer pixels than stated', [[0x7fe00010, 'OW', Buffer.alloc(30, 9)]], 'pixels'],
    ['a screen of the scanner', [[0x00080008, 'CS', 'DERIVED\\SECONDARY\\SCREEN SAVE']], 'dose-report'],
    ['ultrasound by its modality', [[0x00080060, 'CS', 'US']], 'ultrasound'],
    ['a converted picture', [[0x00080064, 'CS', 'WSD']], 'secondary-capture'],
    [
      'slices as tiles whose number would be lost',
      [[0x00080008, 'CS', 'ORIGINAL\\PRIMARY\\M\\MOSAIC']],
      'grid',
    ],
    ['no instance', [[0x00080018, 'UI', '']], 'identifiers'],
    ['the flag of another de-identification', [[0x00120062, 'CS', 'YES']], 'again'],
  ];
  it.each(headers)('with %s', (_, elements, code) => {
    expect(refusal(elements)).toBe(code);
  });
});

describe('a file that is damaged does not leave', () => {
  it('where it is cut off within an element, and leaves clean where it is cut off between two', () => {
    const reference: MadeElement = [0x00082112, 'SQ', [[[0x00081155, 'UI', '1.2.3']]]];
    const elements = slice('explicit', [reference]);
    const bytes = madeFile({ form: 'explicit', elements, open: true });
    let left = 0;
    for (let length = 133; length < bytes.length; length++)
      try {
        const { bytes: written } = deidentifyBytes(bytes.subarray(0, length), settingsOf());
        expect(written.includes('Doe')).toBe(false);
        left++;
      } catch (error) {
        expect(error, String(length)).toBeInstanceOf(Refusal);
      }
    expect(left).toBeLessThan(elements.length);
  });

  it('or leaves clean, whatever byte of it is another', () => {
    const elements = slice('explicit', [
      [
        0x00082112,
        'SQ',
        [
          [
            [0x00081155, 'UI', '1.2.3'],
            [0x00100010, 'PN', 'Doe^Jane'],
          ],
        ],
      ],
    ]);
    const bytes = madeFile({ form: 'explicit', elements, open: true });
    for (let at = 132; at < bytes.length; at++)
      for (const value of [0, 0xff, 0x41]) {
        const changed = Buffer.from(bytes);
        changed[at] = value;
        try {
          // A letter of the name itself may change; what is left of it must not stay.
          expect(deidentifyBytes(changed, settingsOf()).bytes.includes('Jane'), `byte ${at}`).toBe(false);
        } catch (error) {
          expect(error, `byte ${at}`).toBeInstanceOf(Refusal);
        }
      }
  });
});

describe('a file that is de-identified', () => {
  it('is taken again on request', () => {
    const once = deidentifyBytes(
      madeFile({ form: 'explicit', elements: slice('explicit') }),
      settingsOf(),
    ).bytes;
    expect(() => deidentifyBytes(once, settingsOf())).toThrow(Refusal);
    const twice = deidentifyBytes(once, settingsOf([], { again: true }));
    expect(textAt(valuesOf(twice.bytes), '00120062')).toBe('YES');
  });
});
