/**
 * Inner folds of an objective: by patient, stratified, the same for all candidates; and the checks that each of them can
 * tell what is asked.
 */
import { UserError } from '../../../core/errors.js';
import { plural } from '../../../core/plural.js';
import type { Cohort } from '../../../downstream/cohort/cohort.js';
import { foldsOf, heldOutPatients } from '../../../downstream/cohort/folds.js';
import { outcomeTable } from '../../../downstream/objective/inner-folds.js';
import type { ObjectiveMetric } from '../../../downstream/objective/metrics.js';
import type { InnerFold } from '../../../downstream/objective/outcome-set.js';
import { groupFigures } from '../../../downstream/objective/score.js';
import type { HeadPlan } from '../../../downstream/head.js';
import { identifiedPlan } from '../../../downstream/identified.js';
import type { Targets } from '../../../downstream/targets.js';
import type { ResolvedObjective } from '../../../experiment/objective.js';

/** Fewest of each that a fold must answer for, so that its metric is identified. */
const FEWEST_EVENTS = 2;
const FEWEST_VALUES = 3;

/** `cohort`: the usable rows, none of the test. Throws a `UserError` where a fold could not tell the metric. */
export function innerFolds(
  cohort: Cohort,
  { task, head, folds: count }: ResolvedObjective,
  seed: number,
): readonly InnerFold[] {
  const foldOf = foldsOf(cohort, count, seed);
  const all = [...cohort.rows.keys()];
  const answers = Array.from({ length: count }, (_, index) => all.filter((row) => foldOf[row] === index + 1));
  requireAnswers(cohort, answers);
  const planOf = (rows: readonly number[]): HeadPlan => identifiedPlan({ head, task }, cohort.targets, rows);
  const share = planOf(all).solve === undefined ? task.training.heldOut : 0;
  return answers.map((answer, index): InnerFold => {
    const own = new Set(answer);
    const rest = all.filter((row) => !own.has(row));
    const heldOut = heldOutPatients(cohort, rest, share, [seed, 'objective', index]);
    const isHeldOut = (row: number): boolean => heldOut.has(cohort.rows[row]?.patient ?? '');
    const train = rest.filter((row) => !isHeldOut(row));
    planOf(train);
    return { answer, heldOut: rest.filter(isHeldOut), train };
  });
}

/** Throws a `UserError` where the rows that a fold answers for do not identify the metric. */
function requireAnswers({ manifest, targets }: Cohort, answers: readonly (readonly number[])[]): void {
  answers.forEach((answer, index) => {
    const lacking = lackOf(targets, answer);
    if (lacking === null) return;
    throw new UserError({
      subject: manifest,
      problem: `inner fold ${index + 1} of ${answers.length} ${lacking}`,
      fix: 'take fewer "folds", or add labelled patients',
    });
  });
}

/** What rows to answer for lack, in words; null where they identify the metric. */
function lackOf(targets: Targets, rows: readonly number[]): string | null {
  switch (targets.kind) {
    case 'classes': {
      const absent = targets.names.find((_, label) => rows.every((row) => targets.labels[row] !== label));
      return absent === undefined ? null : `holds no scan of class "${absent}"`;
    }
    case 'value':
      return rows.length >= FEWEST_VALUES
        ? null
        : `holds ${plural(rows.length, 'scan')}; ${FEWEST_VALUES} are the least`;
    case 'time': {
      const events = rows.filter((row) => targets.events[row] === 1).length;
      return events >= FEWEST_EVENTS
        ? null
        : `holds ${plural(events, 'event')}; ${FEWEST_EVENTS} are the least`;
    }
  }
}

/**
 * Groups of the attribute whose rows do not identify the metric, by name; they count for nothing. Throws a `UserError` where
 * fewer than two do identify it.
 */
export function unidentifiedGroups(
  { manifest, targets, rows }: Cohort,
  folds: readonly InnerFold[],
  groups: readonly (string | null)[],
  metric: ObjectiveMetric,
): readonly string[] {
  const patients = rows.map(({ patient }) => patient);
  const constant = targets.kind === 'classes' ? targets.names.map(() => 1 / targets.names.length) : [0];
  const table = outcomeTable(
    { targets, patients, folds },
    rows.map(() => constant),
  );
  const identified = Object.keys(groupFigures(table, metric, groups));
  const names = [...new Set(groups)].flatMap((name) => (name === null ? [] : [name])).sort();
  if (identified.length >= 2) return names.filter((name) => !identified.includes(name));
  throw new UserError({
    subject: manifest,
    problem: `of the groups of "objective.worstGroup" (${names.join(', ')}) ${identified.length} identify ${metric} in the inner folds; two are the least`,
    fix: 'name an attribute with larger groups, or take fewer "folds"',
  });
}
