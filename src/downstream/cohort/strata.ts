/**
 * What divisions of patients are stratified by: their class, whether they had the event, or the quarter of their value.
 *
 * Patients come in the order of their names, so that what is drawn depends on no order of rows.
 */
import { present } from '../../core/errors.js';
import type { Cohort } from './cohort.js';

export interface Stratum {
  readonly name: string;
  /** In the order of their names. */
  readonly patients: readonly string[];
}

/** Strata of the patients of these rows, in the order of their names; a patient with several rows is in one of them. */
export function strataOf(cohort: Cohort, rows: readonly number[]): Stratum[] {
  const byPatient = new Map<string, number[]>();
  for (const row of rows) {
    const patient = present(cohort.rows[row], `row ${row}`).patient;
    const own = byPatient.get(patient) ?? [];
    if (own.length === 0) byPatient.set(patient, own);
    own.push(row);
  }
  const patients = [...byPatient.keys()].sort();
  const nameOf = naming(cohort, byPatient);
  const strata = new Map<string, string[]>();
  for (const patient of patients) {
    const name = nameOf(patient);
    const own = strata.get(name) ?? [];
    if (own.length === 0) strata.set(name, own);
    own.push(patient);
  }
  return [...strata].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, own]) => ({ name, patients: own }));
}

export const EVENT = 'event';

function naming(
  { targets }: Cohort,
  byPatient: ReadonlyMap<string, readonly number[]>,
): (patient: string) => string {
  const rowsOf = (patient: string): readonly number[] => present(byPatient.get(patient), patient);
  switch (targets.kind) {
    case 'classes': {
      const counts = targets.names.map(() => 0);
      for (const row of [...byPatient.values()].flat()) {
        const label = targets.labels[row] ?? 0;
        counts[label] = (counts[label] ?? 0) + 1;
      }
      // Whoever has scans of several classes counts for the rarest: it is the one that folds could lack.
      const rarest = (a: number, b: number): number => (counts[a] ?? 0) - (counts[b] ?? 0) || a - b;
      return (patient) => {
        const [label = 0] = rowsOf(patient)
          .map((row) => targets.labels[row] ?? 0)
          .sort(rarest);
        return targets.names[label] ?? '';
      };
    }
    case 'time':
      return (patient) => (rowsOf(patient).some((row) => targets.events[row] === 1) ? EVENT : 'censored');
    case 'value': {
      const mean = (patient: string): number => {
        const values = rowsOf(patient).map((row) => targets.values[row] ?? 0);
        return values.reduce((sum, value) => sum + value, 0) / values.length;
      };
      const means = new Map([...byPatient.keys()].map((patient) => [patient, mean(patient)]));
      const order = [...means].sort(([a, x], [b, y]) => x - y || (a < b ? -1 : 1));
      const quarters = new Map(
        order.map(([patient], rank) => [patient, `quarter ${Math.floor((4 * rank) / order.length) + 1}`]),
      );
      return (patient) => present(quarters.get(patient), patient);
    }
  }
}
