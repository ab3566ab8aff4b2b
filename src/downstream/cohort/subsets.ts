/**
 * Nested subsets of patients, for curves of what a model learns from few labels.
 */
import { rngOf } from '../../core/random.js';
import { plural } from '../../core/plural.js';
import type { Cohort } from './cohort.js';
import { refuse } from './sheet.js';
import { EVENT, strataOf } from './strata.js';

export interface Subset {
  /** As it was asked for. */
  readonly size: number | 'all';
  readonly patients: ReadonlySet<string>;
}

/**
 * Subsets of the patients of these rows, each within the next larger one. The first patients are `least` of each class, or
 * `least` with an event (1 where that is not said, or as many as there are); all others come at random. Repeats draw other
 * patients.
 */
export function subsetsOf(
  cohort: Cohort,
  rows: readonly number[],
  sizes: readonly (number | 'all')[],
  { seed, repeat, least = 1 }: { readonly seed: number; readonly repeat: number; readonly least?: number },
): Subset[] {
  const strata = strataOf(cohort, rows);
  const needed = cohort.targets.kind === 'classes' ? strata : strata.filter(({ name }) => name === EVENT);
  const order = rngOf(seed, 'cohort', 'subsets', repeat).shuffle(
    strata.flatMap(({ patients }) => patients).sort(),
  );
  const leading = new Set(
    needed.flatMap(({ patients }) => {
      const own = new Set(patients);
      return order.filter((patient) => own.has(patient)).slice(0, least);
    }),
  );
  const ranked = [
    ...order.filter((patient) => leading.has(patient)),
    ...order.filter((patient) => !leading.has(patient)),
  ];
  return sizes.map((size) => {
    if (size !== 'all') checkSize(size, leading.size, ranked.length);
    return { size, patients: new Set(size === 'all' ? ranked : ranked.slice(0, size)) };
  });
}

function checkSize(size: number, least: number, most: number): void {
  const subject = `subset of ${plural(size, 'patient')}`;
  if (!Number.isInteger(size) || size < Math.max(1, least))
    refuse(subject, `must hold some of each class, or some events: ${least} patients`, 'take more');
  if (size > most) refuse(subject, `there are ${most} to learn from`, 'take fewer, or "all"');
}
