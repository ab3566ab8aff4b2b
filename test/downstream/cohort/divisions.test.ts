/**
 * Divisions of patients: none is on both sides, strata are even, and nothing depends on the order of rows.
 */
import { describe, expect, it } from 'vitest';
import { rngOf } from '../../../src/core/random.js';
import { learnedFrom, rowsWhere, type Cohort } from '../../../src/downstream/cohort/cohort.js';
import { foldsOf, heldOutPatients } from '../../../src/downstream/cohort/folds.js';
import { strataOf } from '../../../src/downstream/cohort/strata.js';
import { subsetsOf } from '../../../src/downstream/cohort/subsets.js';
import type { Targets } from '../../../src/downstream/targets.js';

type Kind = Targets['kind'];
const KINDS: readonly Kind[] = ['classes', 'value', 'time'];

/** A cohort at random: 30 to 150 patients with one to four rows each, some for the test, shuffled. */
function drawn(kind: Kind, seed: number): Cohort {
  const rng = rngOf('divisions', kind, seed);
  const patients = Array.from({ length: 30 + rng.int(120) }, (_, i) => `P${i * 7}`);
  const rare = 0.05 + 0.3 * rng.float();
  const rows = rng.shuffle(
    patients.flatMap((patient, index) => {
      const split = index > 20 && rng.bool(0.2) ? ('test' as const) : null;
      const ill = index < 3 || rng.bool(rare) ? 1 : 0;
      return Array.from({ length: 1 + rng.int(4) }, () => ({ patient, split, ill, value: rng.normal() }));
    }),
  );
  const values = rows.map(({ value }) => value);
  const ill = rows.map((row) => row.ill);
  const targets: Record<Kind, Targets> = {
    classes: { kind: 'classes', names: ['healthy', 'ill'], labels: ill },
    value: { kind: 'value', values },
    time: { kind: 'time', times: values.map(Math.abs), events: ill },
  };
  return {
    manifest: 'm.csv',
    rows: rows.map(({ patient, split }, index) => ({ patient, split, path: '', line: index + 2 })),
    targets: targets[kind],
    covariates: [],
    groups: {},
    withoutTarget: 0,
    remarks: [],
  };
}

/** The same rows in the opposite order. */
function turned(cohort: Cohort): Cohort {
  const { targets } = cohort;
  return {
    ...cohort,
    rows: [...cohort.rows].reverse(),
    targets:
      targets.kind === 'classes'
        ? { ...targets, labels: [...targets.labels].reverse() }
        : targets.kind === 'value'
          ? { ...targets, values: [...targets.values].reverse() }
          : { ...targets, times: [...targets.times].reverse(), events: [...targets.events].reverse() },
  };
}

const cases = KINDS.flatMap((kind) => Array.from({ length: 8 }, (_, seed) => [kind, seed] as const));
const patientsAt = (cohort: Cohort, rows: readonly number[]): Set<string> =>
  new Set(rows.map((row) => cohort.rows[row]?.patient ?? ''));

describe('folds', () => {
  it.each(cases)(
    'hold each patient once, and their share of each stratum to within one: %s %i',
    (kind, seed) => {
      const cohort = drawn(kind, seed);
      const count = 2 + (seed % 5);
      const folds = foldsOf(cohort, count, seed);
      const foldsByPatient = new Map<string, Set<number | null>>();
      cohort.rows.forEach(({ patient, split }, row) => {
        const own = foldsByPatient.get(patient) ?? new Set();
        foldsByPatient.set(patient, own.add(folds[row] ?? null));
        expect(folds[row] === null).toBe(split === 'test');
      });
      expect([...foldsByPatient.values()].every(({ size }) => size === 1)).toBe(true);
      const learned = rowsWhere(cohort, learnedFrom);
      const all = { name: 'all', patients: [...patientsAt(cohort, learned)] };
      for (const { patients } of [...strataOf(cohort, learned), all]) {
        const sizes = Array.from(
          { length: count },
          (_, fold) => patients.filter((patient) => foldsByPatient.get(patient)?.has(fold + 1)).length,
        );
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      }
    },
  );

  it.each(KINDS)('follow from patients and the seed, not from the order of rows: %s', (kind) => {
    const cohort = drawn(kind, 1);
    const folds = foldsOf(cohort, 5, 3);
    expect(foldsOf(turned(cohort), 5, 3).reverse()).toEqual(folds);
    expect(foldsOf(cohort, 5, 4)).not.toEqual(folds);
  });

  it('need a patient each', () => {
    const cohort = drawn('value', 0);
    const few = { ...cohort, rows: cohort.rows.map((row) => ({ ...row, patient: row.patient.slice(0, 2) })) };
    const patients = patientsAt(few, rowsWhere(few, learnedFrom)).size;
    expect(patients).toBeLessThan(12);
    expect(() => foldsOf(few, 12, 0)).toThrow(
      `m.csv: has ${patients} patients to learn from, too few for 12 folds; take fewer folds, or add patients`,
    );
    expect(() => foldsOf(few, 1, 0)).toThrow('folds: must be two at least, got 1; take 5');
  });
});

describe('held-out patients', () => {
  it.each(cases)('are a share of each stratum and leave one of each: %s %i', (kind, seed) => {
    const cohort = drawn(kind, seed);
    const learned = rowsWhere(cohort, learnedFrom);
    const share = 0.1 + 0.05 * (seed % 6);
    const held = heldOutPatients(cohort, learned, share, [seed, 'test']);
    const all = patientsAt(cohort, learned);
    expect([...held].every((patient) => all.has(patient))).toBe(true);
    expect(Math.abs(held.size - share * all.size)).toBeLessThanOrEqual(1);
    for (const { patients } of strataOf(cohort, learned)) {
      const own = patients.filter((patient) => held.has(patient)).length;
      expect(Math.abs(own - share * patients.length)).toBeLessThanOrEqual(1);
      expect(own).toBeLessThan(patients.length);
    }
    expect(
      heldOutPatients(turned(cohort), rowsWhere(turned(cohort), learnedFrom), share, [seed, 'test']),
    ).toEqual(held);
  });

  it('are none where the share is 0, or where each stratum has one patient', () => {
    const cohort = drawn('classes', 0);
    const learned = rowsWhere(cohort, learnedFrom);
    expect(heldOutPatients(cohort, learned, 0, [0]).size).toBe(0);
    const two = strataOf(cohort, learned).map(({ patients: [patient] }) => patient);
    const rows = learned.filter((row) => two.includes(cohort.rows[row]?.patient));
    expect(heldOutPatients(cohort, rows, 0.5, [0]).size).toBe(0);
  });
});

describe('subsets', () => {
  it.each(cases)('are nested, and hold each class, or an event: %s %i', (kind, seed) => {
    const cohort = drawn(kind, seed);
    const learned = rowsWhere(cohort, learnedFrom);
    const subsets = subsetsOf(cohort, learned, [2, 5, 12, 'all'], { seed, repeat: 1 });
    expect(subsets.map(({ patients }) => patients.size)).toEqual([
      2,
      5,
      12,
      patientsAt(cohort, learned).size,
    ]);
    subsets.slice(1).forEach(({ patients }, i) => {
      expect([...(subsets[i]?.patients ?? [])].every((patient) => patients.has(patient))).toBe(true);
    });
    const strata = strataOf(cohort, learned);
    const needed = kind === 'classes' ? strata : strata.filter(({ name }) => name === 'event');
    expect(needed).toHaveLength({ classes: 2, value: 0, time: 1 }[kind]);
    for (const stratum of needed)
      expect(stratum.patients.some((patient) => subsets[0]?.patients.has(patient))).toBe(true);
    const other = turned(cohort);
    expect(subsetsOf(other, rowsWhere(other, learnedFrom), [5], { seed, repeat: 1 })[0]?.patients).toEqual(
      subsets[1]?.patients,
    );
    expect(subsetsOf(cohort, learned, [12], { seed, repeat: 2 })[0]?.patients).not.toEqual(
      subsets[2]?.patients,
    );
  });

  it('hold as many events as a head needs, where there are so many', () => {
    const cohort = drawn('time', 2);
    const learned = rowsWhere(cohort, learnedFrom);
    const [event] = strataOf(cohort, learned).filter(({ name }) => name === 'event');
    const [subset] = subsetsOf(cohort, learned, [8], { seed: 0, repeat: 0, least: 5 });
    const own = event?.patients.filter((patient) => subset?.patients.has(patient)) ?? [];
    expect(own.length).toBeGreaterThanOrEqual(5);
  });

  it('say which sizes there can be', () => {
    const cohort = drawn('classes', 0);
    const learned = rowsWhere(cohort, learnedFrom);
    const of = (size: number) => () => subsetsOf(cohort, learned, [size], { seed: 0, repeat: 0 });
    const all = patientsAt(cohort, learned).size;
    expect(of(1)).toThrow(
      'subset of 1 patient: must hold some of each class, or some events: 2 patients; take more',
    );
    expect(of(all + 1)).toThrow(
      `subset of ${all + 1} patients: there are ${all} to learn from; take fewer, or "all"`,
    );
  });
});
