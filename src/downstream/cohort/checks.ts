/**
 * What a cohort must have so that something can be learned from it: checks of the whole, after those of single rows.
 */
import { plural } from '../../core/plural.js';
import type { ClassTargets } from '../targets.js';
import { learnedFrom, rowsWhere, type Cohort, type CohortRow } from './cohort.js';
import { refuse } from './sheet.js';

/** Refuses, in one line, a cohort that no head could learn from. */
export function checkCohort(cohort: Cohort): void {
  const { manifest, targets } = cohort;
  const learned = rowsWhere(cohort, learnedFrom);
  if (learned.length === 0)
    refuse(manifest, 'has no row to learn from: all have another split', 'write train for some of them');
  if (targets.kind === 'classes') checkClasses(cohort, targets, learned);
  if (targets.kind === 'value' && new Set(learned.map((row) => targets.values[row])).size === 1)
    refuse(manifest, `value is ${targets.values[learned[0] ?? 0]} in all rows to learn from`, 'add others');
  if (targets.kind === 'time') {
    if (new Set(learned.map((row) => targets.times[row])).size === 1)
      refuse(
        manifest,
        `time is ${targets.times[learned[0] ?? 0]} in all rows to learn from`,
        'add rows that differ',
      );
    const withEvent = patientsOf(
      cohort,
      learned.filter((row) => targets.events[row] === 1),
    );
    if (withEvent.size === 0) refuse(manifest, 'no row to learn from has an event', 'add rows that have one');
    if (hasFolds(cohort) && withEvent.size === 1)
      refuse(
        manifest,
        'only one patient to learn from has an event, and folds need two',
        'add rows that have one',
      );
  }
  checkCovariates(cohort, learned);
}

function checkClasses(cohort: Cohort, targets: ClassTargets, learned: readonly number[]): void {
  const { manifest } = cohort;
  const { names, labels } = targets;
  if (names.length < 2)
    refuse(manifest, `all labels are "${names[0]}"`, 'add rows of another class, for there must be two');
  for (const [label, name] of names.entries()) {
    const sides = new Set(
      rowsWhere(cohort, () => true)
        .filter((row) => labels[row] === label)
        .map((row) => sideOf(cohort.rows[row])),
    );
    const [only = ''] = sides;
    if (sides.size === 1 && new Set(cohort.rows.map(sideOf)).size > 1)
      refuse(
        manifest,
        `only the split ${only} has class "${name}"`,
        'move some of its patients to another split, or leave the class out',
      );
    const rows = learned.filter((row) => labels[row] === label);
    if (rows.length === 0)
      refuse(manifest, `no row to learn from has class "${name}"`, 'add some, or leave the class out');
    if (hasFolds(cohort) && patientsOf(cohort, rows).size === 1)
      refuse(
        manifest,
        `only one patient to learn from has class "${name}", and folds need two`,
        'merge it with another class, or leave it out; numbers belong in a column value',
      );
  }
}

function checkCovariates(cohort: Cohort, learned: readonly number[]): void {
  for (const { column, kind, values } of cohort.covariates) {
    const known = new Set(learned.map((row) => values[row]));
    if (known.size === 1) {
      const [only] = known;
      const problem = only === null ? 'is empty' : `is ${only}`;
      refuse(cohort.manifest, `${column} ${problem} in all rows to learn from`, 'remove the column');
    }
    if (kind !== 'category') continue;
    const foreign = rowsWhere(cohort, (row) => !learnedFrom(row)).find(
      (row) => values[row] !== null && !known.has(values[row]),
    );
    if (foreign !== undefined)
      refuse(
        `${cohort.manifest} line ${cohort.rows[foreign]?.line}`,
        `${column} is "${values[foreign]}", which no row to learn from has`,
        'merge it with another category, or leave it empty',
      );
  }
}

/** True where the rows that are learned from are divided into folds: no row is for validation. */
export const hasFolds = ({ rows }: Pick<Cohort, 'rows'>): boolean =>
  !rows.some(({ split }) => split === 'validation');

/** Things that a user should know, though they are no mistakes. */
export function remarksOn(cohort: Cohort, foreign: readonly string[]): string[] {
  const { withoutTarget } = cohort;
  const read = { classes: 'label', value: 'value', time: 'time and event' }[cohort.targets.kind];
  return [
    ...(foreign.length === 0
      ? []
      : [`the head learns ${read}; ${foreign.join(', ')} of the manifest are not read`]),
    ...(withoutTarget === 0 ? [] : [`${plural(withoutTarget, 'row')} without ${read} left out`]),
  ];
}

const sideOf = (row: CohortRow | undefined): string => row?.split ?? 'train';

const patientsOf = ({ rows }: Pick<Cohort, 'rows'>, picked: readonly number[]): Set<string> =>
  new Set(picked.map((row) => rows[row]?.patient ?? ''));
