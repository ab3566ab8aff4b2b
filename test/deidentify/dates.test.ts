/** Dates that move: intervals, leap days, offsets, partial values, old forms, midnight; and what is no date. */
import { describe, expect, it } from 'vitest';
import { isTime, movedDate, movedMoment } from '../../src/deidentify/identity/dates.js';
import { patientOf, pseudonymOf } from '../../src/deidentify/identity/patient.js';
import { keyOf } from '../../src/deidentify/identity/key.js';
import { movedValues } from '../../src/deidentify/values/temporal.js';
import { key } from './settings.js';

const days = (a: string, b: string): number =>
  (Date.parse(`${b.slice(0, 4)}-${b.slice(4, 6)}-${b.slice(6, 8)}`) -
    Date.parse(`${a.slice(0, 4)}-${a.slice(4, 6)}-${a.slice(6, 8)}`)) /
  86_400_000;

describe('dates that move', () => {
  it('keep their intervals, over leap days and turns of the year', () => {
    for (const shift of [-366, -1000, -3652])
      for (const [first, second] of [
        ['20200228', '20200301'],
        ['20191231', '20200101'],
        ['20000229', '20240229'],
      ] as const)
        expect(days(movedDate(first, shift) as string, movedDate(second, shift) as string)).toBe(
          days(first, second),
        );
  });

  it('land on the day that a calendar says', () => {
    expect(movedDate('20200301', -1)).toBe('20200229');
    expect(movedDate('19000301', -1)).toBe('19000228');
    expect(movedDate('1997.04.24', -24)).toBe('1997.03.31');
  });

  it('keep time of day, fractions and offsets, so that intervals over midnight stay', () => {
    expect(movedMoment('20200101000000.5+0100', -1)).toBe('20191231000000.5+0100');
    expect(movedMoment('20200101235959-0500', -365)).toBe('20190101235959-0500');
  });

  it('keep their precision where they are partial', () => {
    expect(movedMoment('2020', -366)).toBe('2018');
    expect(movedMoment('202003', -1)).toBe('202002');
    expect(movedMoment('20200301', -1)).toBe('20200229');
    expect(movedMoment('2020030112', -1)).toBe('2020022912');
  });

  it('are refused where no calendar has them', () => {
    for (const text of [
      '20210229',
      '20201301',
      '00000000',
      '2020-01-01',
      '1997.0424',
      '20200101-20200201',
      'Zebulon',
      '202001',
      '',
    ])
      expect(movedDate(text, -1), text).toBeNull();
    for (const text of ['202013', '20200101250000', '20200101+9900', '20200101Zebulon', '20200101 10'])
      expect(movedMoment(text, -1), text).toBeNull();
    for (const text of ['24', '2360', '10:00:61', 'noon', '101010.1234567'])
      expect(isTime(text), text).toBe(false);
    for (const text of ['23', '2359', '235960', '10:00:00', '101010.123456'])
      expect(isTime(text), text).toBe(true);
  });

  it('are counted where they cannot be parsed, and the others of the same element stay', () => {
    expect(movedValues('20200301\\unknown ', 'DA', -1)).toEqual({ text: '20200229\\', unparsed: 1 });
    expect(movedValues('unknown', 'DA', -1)).toEqual({ text: null, unparsed: 1 });
    expect(movedValues('', 'DA', -1)).toEqual({ text: '', unparsed: 0 });
  });
});

describe('a patient', () => {
  const facts = { id: 'P-001', name: 'Doe^Jane', birthDate: '19700101', study: '1.2.3' };

  it('has one pseudonym and one shift with one key, whatever else changes', () => {
    const again = patientOf({ ...facts, name: 'DOE^JANE^^^', study: '1.2.4' }, key);
    expect(again).toEqual(patientOf(facts, key));
    expect(again.pseudonym).toMatch(/^VX[0-9A-Z]{16}$/);
  });

  it('is another one with another key or another number', () => {
    const { pseudonym, shift } = patientOf(facts, key);
    const other = patientOf(facts, keyOf(Buffer.alloc(32, 3)));
    expect([other.pseudonym, other.shift]).not.toEqual([pseudonym, shift]);
    expect(patientOf({ ...facts, id: 'P-002' }, key).pseudonym).not.toBe(pseudonym);
    expect(pseudonymOf('id P-001', key)).toBe(pseudonym);
  });

  it('moves by one to ten years back', () => {
    const shifts = Array.from({ length: 500 }, (_, i) => patientOf({ ...facts, id: `P-${i}` }, key).shift);
    expect(Math.max(...shifts)).toBeLessThanOrEqual(-366);
    expect(Math.min(...shifts)).toBeGreaterThanOrEqual(-3652);
    expect(new Set(shifts).size).toBeGreaterThan(400);
  });

  it('without a number is told by name and birth date, else by study', () => {
    const nameless = { ...facts, id: '', name: '' };
    expect(patientOf({ ...facts, id: '' }, key).identity).toBe('name Doe^Jane 19700101');
    expect(patientOf(nameless, key).identity).toBe('study 1.2.3');
  });
});
