import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { rngOf } from '../../../src/core/random.js';
import { meanOf } from '../../../src/core/statistics/descriptive.js';
import { tensor } from '../../../src/core/tensor.js';
import { leakReport } from '../../../src/downstream/fairness/leak-report.js';
import { readAttribute } from '../../../src/downstream/fairness/leak.js';
import { readTable } from '../../../src/scans/folder/table.js';

const kits = fileURLToPath(
  new URL('../../../../shared/data/outcomes/kits23/kits23_table.csv', import.meta.url),
);

/** Features of 60 patients with two scans each, in which `value` shows along one axis by `shift`. */
function drawn(shift: number, values: readonly string[] = ['a', 'b'], draw = 0) {
  const rng = rngOf('leak', shift, draw);
  const rows = Array.from({ length: 120 }, (_, i) => ({
    patient: `p${i >> 1}`,
    value: values[(i >> 1) % values.length] ?? '',
  }));
  const data = rows.flatMap(({ value }) => [
    rng.normal() + shift * values.indexOf(value),
    rng.normal(),
    rng.normal(),
  ]);
  return {
    features: tensor([rows.length, 3], Float32Array.from(data)),
    patients: rows.map(({ patient }) => patient),
    groups: rows.map(({ value }) => value),
  };
}

const aurocOf = ({ features, patients, groups }: ReturnType<typeof drawn>) => {
  const report = leakReport({ source: 'features', features, patients, groups: { site: groups } }, [0]);
  const auroc = report.attributes['site']?.auroc;
  if (auroc?.value == null || auroc.ci95 === null) throw new Error('nothing was told');
  return { value: auroc.value, low: auroc.ci95[0], high: auroc.ci95[1] };
};

describe('the leak meter', () => {
  it('reads an attribute that features show, and not one that they do not', () => {
    expect(aurocOf(drawn(5)).low).toBeGreaterThan(0.9);
    const none = Array.from({ length: 20 }, (_, draw) => aurocOf(drawn(0, ['a', 'b'], draw)));
    expect(Math.abs(meanOf(none.map(({ value }) => value)) - 0.5)).toBeLessThan(0.05);
    expect(none.filter(({ low, high }) => low <= 0.5 && high >= 0.5).length).toBeGreaterThanOrEqual(15);
    expect(aurocOf(drawn(3, ['a', 'b', 'c'])).value).toBeGreaterThan(0.8);
  });

  it('keeps the scans of a patient in one fold, and equal keys give equal readings', () => {
    const rows = drawn(1);
    const reading = readAttribute(rows, rngOf('folds'));
    if ('refused' in reading) throw new Error(reading.refused);
    const { patients, folds } = reading.table;
    const byPatient = new Map(patients.map((patient, i) => [patient, folds[i]]));
    expect(patients.every((patient, i) => byPatient.get(patient) === folds[i])).toBe(true);
    expect(new Set(folds).size).toBe(5);
    expect(readAttribute(rows, rngOf('folds'))).toEqual(reading);
  });

  it('leaves out rows of unknown value and values that few patients have, and says which', () => {
    const rows = drawn(2);
    const groups = rows.groups.map((group, i) => (i < 2 ? 'rare' : i < 10 ? null : group));
    const reading = readAttribute({ ...rows, groups }, rngOf('few'));
    if ('refused' in reading) throw new Error(reading.refused);
    expect(reading.leftOut).toEqual(['rare']);
    expect(reading.table.patients).toHaveLength(110);
  });

  it('refuses an attribute of which fewer than two values are left, with their numbers', () => {
    const rows = drawn(2);
    const groups = rows.groups.map((_, i) => (i < 4 ? 'rare' : 'common'));
    expect(readAttribute({ ...rows, groups }, rngOf('one'))).toEqual({
      refused: 'needs two values that 5 patients each have (patients: common: 58, rare: 2)',
      leftOut: ['rare'],
    });
  });

  it.skipIf(!existsSync(kits))("reads sex from a kidney's volume alone (needs shared data)", () => {
    const table = readTable(kits);
    const features = tensor(
      [table.length, 1],
      Float32Array.from(table, (row) => Number(row['kidney_ml'])),
    );
    const patients = table.map((row) => row['case'] ?? '');
    const sex = table.map((row) => row['sex'] ?? null);
    const shuffled = rngOf('shuffled').shuffle(sex);
    const { attributes } = leakReport(
      { source: 'covariates', features, patients, groups: { sex, shuffled } },
      [0],
    );
    const [real, chance] = [attributes['sex']?.auroc, attributes['shuffled']?.auroc];
    // Of all patients together, without a reader, it is .757.
    expect(Math.abs((real?.value ?? NaN) - 0.757)).toBeLessThan(0.01);
    expect(real?.ci95?.[0]).toBeGreaterThan(0.7);
    expect(real?.n).toBe(488);
    expect(attributes['sex']?.left_out).toHaveLength(1);
    expect(chance?.ci95?.[0]).toBeLessThan(0.5);
    expect(chance?.ci95?.[1]).toBeGreaterThan(0.5);
  });
});
