/**
 * Divisions of patients: folds of cross-validation, and the held-out share that ends a training.
 */
import { rngOf, type Key } from '../../core/random.js';
import { plural } from '../../core/plural.js';
import { learnedFrom, rowsWhere, type Cohort } from './cohort.js';
import { refuse } from './sheet.js';
import { EVENT, strataOf, type Stratum } from './strata.js';

/**
 * Fold of each row, from 1 to `count`; null for rows of validation and test. Each fold holds its share of each stratum and of
 * all patients, to within one.
 */
export function foldsOf(cohort: Cohort, count: number, seed: number): (number | null)[] {
  const strata = strataOf(cohort, rowsWhere(cohort, learnedFrom));
  const patients = strata.reduce((sum, stratum) => sum + stratum.patients.length, 0);
  if (!Number.isInteger(count) || count < 2) refuse('folds', `must be two at least, got ${count}`, 'take 5');
  if (patients < count)
    refuse(
      cohort.manifest,
      `has ${plural(patients, 'patient')} to learn from, too few for ${count} folds`,
      'take fewer folds, or add patients',
    );
  const dealt = strata.flatMap(({ name, patients }) =>
    rngOf(seed, 'cohort', 'folds', name).shuffle(patients),
  );
  const folds = new Map(dealt.map((patient, index) => [patient, (index % count) + 1]));
  return cohort.rows.map((row) => (learnedFrom(row) ? (folds.get(row.patient) ?? null) : null));
}

/**
 * Patients of these rows that are held out of a training: `share` of them, of each stratum alike. One of each stratum stays to
 * be learned from, and one with an event is held out where there are two; so there may be none.
 */
export function heldOutPatients(
  cohort: Cohort,
  rows: readonly number[],
  share: number,
  key: Key,
): ReadonlySet<string> {
  if (share === 0) return new Set();
  const strata = strataOf(cohort, rows);
  const counts = shares(strata, share);
  const event = cohort.targets.kind === 'time' ? strata.findIndex(({ name }) => name === EVENT) : -1;
  if (event >= 0 && counts[event] === 0 && (strata[event]?.patients.length ?? 0) > 1) counts[event] = 1;
  return new Set(
    strata.flatMap(({ name, patients }, index) =>
      rngOf(...key, 'held out', name).sample(patients, counts[index] ?? 0),
    ),
  );
}

/** Patients to take of each stratum, by the largest remainder: in sum the share of all, rounded, one at least. */
function shares(strata: readonly Stratum[], share: number): number[] {
  const sizes = strata.map(({ patients }) => patients.length);
  const wanted = Math.max(1, Math.round(share * sizes.reduce((sum, size) => sum + size, 0)));
  const most = sizes.map((size) => size - 1);
  const counts = sizes.map((size, index) => Math.min(most[index] ?? 0, Math.floor(share * size)));
  const lack = (index: number): number => share * (sizes[index] ?? 0) - (counts[index] ?? 0);
  const order = [...sizes.keys()].sort(
    (a, b) => lack(b) - lack(a) || (sizes[b] ?? 0) - (sizes[a] ?? 0) || a - b,
  );
  let missing = wanted - counts.reduce((sum, count) => sum + count, 0);
  for (const index of order) {
    if (missing <= 0) break;
    if ((counts[index] ?? 0) >= (most[index] ?? 0)) continue;
    counts[index] = (counts[index] ?? 0) + 1;
    missing--;
  }
  return counts;
}
